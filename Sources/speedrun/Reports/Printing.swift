import Autograd
import Statistics
import Text

extension Table {
  /// The arms of a comparison side by side.
  init(arms report: ComparisonReport) {
    func mean(_ loss: ComparisonReport.Loss?) -> String? {
      loss.map { loss in
        let half = loss.interval?.upper.map { " ± \(Format.fixed($0 - loss.mean, 4))" }
        return Format.fixed(loss.mean, 4) + (half ?? "")
      }
    }
    func deviation(_ loss: ComparisonReport.Loss?) -> String? {
      loss?.standardDeviation.map { Format.fixed($0, 4) }
    }
    let rows: [(title: String, value: (ComparisonReport.Arm) -> String?)] = [
      ("seeds", { _ in String(report.seeds.count) }),
      ("steps of the schedule", { String($0.steps) }),
      ("tokens", { Format.grouped($0.tokens) }),
      ("training time", { Format.duration($0.trainSeconds) }),
      ("optimizer's share", { Format.percent($0.optimizerShare) }),
      ("final loss ± 95 %", { mean($0.finalLoss) }),
      ("  standard deviation", { deviation($0.finalLoss) }),
      ("stop step", { $0.stop.map { String($0.step) } }),
      ("tokens until then", { $0.stop.map { Format.grouped($0.tokens) } }),
      ("time until then", { $0.stop.map { Format.duration($0.seconds) } }),
      ("loss there ± 95 %", { mean($0.stop?.loss) }),
      ("  standard deviation", { deviation($0.stop?.loss) }),
      ("p of a mean so low", { $0.stop.map { Format.probability($0.probability) } }),
    ]
    self.init(
      rows,
      [.left("arm") { $0.title }]
        + report.arms.map { arm in .right(arm.name) { $0.value(arm) ?? "-" } })
  }

  /// The trials of a plan, stage by stage.
  init(trialsOf plan: SweepPlan) {
    let rows = plan.arms.flatMap { arm in
      arm.stages.flatMap { stage in
        stage.points.enumerated().map { (arm.name, stage.name, $0 + 1, $1.map(\.text)) }
      }
    }
    self.init(
      rows,
      [
        .left("arm") { $0.0 }, .left("stage") { $0.1 }, .right("point") { "\($0.2)" },
        .left("settings") { $0.3.joined(separator: "  ") },
      ])
  }

  /// The best points of a search: their losses, and the keys that were searched.
  init(rankingOf arm: SweepResult.Arm) {
    func value(of key: String, in point: SweepResult.Point) -> String {
      point.settings.last { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
        ?? ""
    }
    self.init(
      arm.best,
      [.right("loss") { $0.loss.map { Format.fixed($0, 4) } ?? "diverged" }]
        + arm.keys.map { key in .right(key) { value(of: key, in: $0) } }
        + [
          .left("stage") { $0.stage },
          .left("steps to target") { point in
            point.stepsToTarget.map { $0.map(String.init) ?? "-" }.joined(separator: " ")
          },
          .right("seconds") { Format.fixed($0.trainSeconds, 1) },
        ])
  }
}

extension SweepResult {
  /// Prints a table for each arm, its winner, and what is left to try.
  func print(to console: Console) {
    for arm in arms {
      console.print()
      console.print(
        console.bold(arm.name) + ": \(Format.count(arm.trials, "trial"))"
          + (arm.diverged == 0 ? "" : ", \(arm.diverged) of them diverged")
          + ", \(Format.duration(arm.trainSeconds)) of training")
      console.print(Table(rankingOf: arm).text)
      for edge in arm.edges { console.warn("\(arm.name): \(edge.text)") }
      guard arm.best.first?.loss != nil else {
        console.warn("\(arm.name): every trial diverged: try lower rates")
        continue
      }
      console.print()
      console.print("  speedrun run \(arm.options)")
      console.print()
      for line in arm.toml.split(separator: "\n") { console.print("  \(line)") }
    }
    console.print()
    console.print(
      "\(Format.count(trials, "trial")) on \(track) in \(precision.rawValue), "
        + "\(Format.duration(trainSeconds)) of training, \(Format.duration(wallSeconds)) in all")
    for note in notes { console.warn(note) }
  }

  /// What keeps these numbers from being made again.
  private var notes: [String] {
    var notes: [String] = []
    if commits.count > 1 {
      notes.append("the trials were made at different commits: \(commits.joined(separator: ", "))")
    }
    if dirty { notes.append("trials were made with files that differ from the commit") }
    if otherRecords > 0 {
      notes.append("\(Format.count(otherRecords, "record")) in the directory are not of this plan")
    }
    return notes
  }
}
