import Experiments
import Figures
import Foundation
import Runs
import Statistics
import Text

/// The page of a comparison or a sweep, of the runs that have ended so far.
package enum ExperimentPage {
  /// The page while runs go on: a sentence about that, and when to look again; nil when there will be nothing new.
  package static func html(
    of experiment: Experiment, now sentence: String, secondsToReload: Int?
  ) throws -> String {
    try page(of: experiment, sentence, [], secondsToReload).html
  }

  /// The page of an experiment that has ended, a comparison's with what it found.
  package static func html(ofEnded experiment: Experiment, withSeconds: Bool) throws -> String {
    let runs = "All \(Format.count(experiment.finishedCount, "run")) have ended."
    let found =
      experiment.request.kind == .comparison
      ? Verdicts.sentences(of: try experiment.verdict(), withSeconds: withSeconds) : []
    return try page(of: experiment, found.first ?? runs, Array(found.dropFirst()), nil).html
  }

  private static func page(
    of experiment: Experiment, _ sentence: String, _ paragraphs: [String], _ secondsToReload: Int?
  ) -> HTMLPage {
    let request = experiment.request
    let kind = request.kind == .comparison ? "comparison" : "sweep"
    let heading = "\(experiment.directory.lastPathComponent): a \(kind)"
    let section =
      request.kind == .comparison ? comparison(experiment) : sweep(experiment)
    return HTMLPage(
      title: heading, heading: heading, opening: sentence, paragraphs: paragraphs,
      sections: [section], secondsToReload: secondsToReload)
  }

  private static func comparison(_ experiment: Experiment) -> Section {
    let runs = experiment.finished.map(experiment.placed)
    let arms = experiment.request.arms.map { arm in
      (name: arm.name, runs: runs.filter { $0.arm == arm.name })
    }
    let table = Table(
      arms,
      [
        .left("arm", \.name), .right("runs that have ended") { "\($0.runs.count)" },
        .right("mean final loss") { arm in
          arm.runs.isEmpty
            ? "-"
            : arm.runs.finalLosses(of: arm.name).map { Format.fixed(Sample($0).mean, 4) }
              ?? "diverged"
        },
      ])
    return Section(
      title: "The runs", tables: [("", table)],
      figures: [
        Curves.soFar(
          arms.filter { !$0.runs.isEmpty },
          target: runs.first?.log.plan.track.target, names: arms.map(\.name))
      ].compactMap(\.self))
  }

  private static func sweep(_ experiment: Experiment) -> Section {
    let searches = experiment.searches
    let table = Table(
      searches,
      [
        .left("arm", \.arm.name),
        .right("points that have ended") { search in "\(search.points.count { $0.loss != nil })" },
        .right("best loss") { search in
          search.best?.loss.map { $0.isFinite ? Format.fixed($0, 4) : "diverged" } ?? "-"
        },
        .code("its settings") { search in
          search.best?.settings.map(\.text).joined(separator: " ") ?? ""
        },
      ])
    let colors = ArmColors(searches.map(\.arm.name))
    let lines = searches.compactMap { search -> Mark? in
      let losses = search.points.compactMap(\.loss)
      let best = losses.indices.map { losses[...$0].min() ?? .infinity }
      let points = best.enumerated().map { (x: Double($0 + 1), y: $1) }.filter(\.y.isFinite)
      return points.isEmpty
        ? nil : .line(points, color: colors[search.arm.name], name: search.arm.name)
    }
    let figure = Figure(
      name: "best", title: "The lowest loss of every arm so far",
      caption: "The lowest final loss among the points that have ended, in the order of the plan.",
      panels: [
        .plot(
          "Best so far", x: Axis("points"), y: Axis("final loss, nats per token"), marks: lines)
      ])
    return Section(
      title: "The search", tables: [("", table)], figures: lines.isEmpty ? [] : [figure])
  }
}

extension Curves {
  /// The mean losses of the runs of arms that have ended, in a band from the lowest to the highest.
  fileprivate static func soFar(
    _ arms: [(name: String, runs: [ArmRun])], target: Double?, names: [String]
  ) -> Figure? {
    let curves = arms.map { arm in
      (arm.name, ArmCurves(arm.runs.map { (seed: $0.seed, validations: $0.log.curve) }))
    }
    let bands = curves.map { ($0, band(of: $1, inSeconds: false)) }.filter { !$1.isEmpty }
    let lowest = bands.flatMap { $1.map(\.low) }.min()
    guard let goal = target ?? lowest, let window = window(of: curves.map(\.1), target: goal) else {
      return nil
    }
    let colors = ArmColors(names)
    let marks = bands.flatMap { name, band -> [Mark] in
      [
        .band(band, color: colors[name]),
        .line(band.map { ($0.x, $0.y) }, color: colors[name], name: name),
      ]
    }
    let level = target.map { Mark.level($0, name: "target \(Format.fixed($0, 3))") }
    let end = marks.flatMap(\.extent).map(\.x).max() ?? 1
    return Figure(
      name: "curves", title: "Validation loss of every arm so far",
      caption: "Mean over the seeds that have ended, in a band from the lowest to the highest.",
      panels: [
        .plot(
          "Steps", x: Axis("training step", domain: 0...end),
          y: Axis("validation loss, nats per token", domain: window),
          marks: [level].compactMap(\.self) + marks)
      ])
  }
}
