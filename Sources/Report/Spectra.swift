import Figures
import Text

/// The singular values of Muon's updates before and after orthogonalization.
enum Spectra: Study {
  static let needs: String? = "runs with diagnostics"

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let figures = experiments.compactMap(figure)
    guard !figures.isEmpty else { return nil }
    return Section(
      title: "What Newton-Schulz does to an update",
      paragraphs: [
        "Singular values from the logs of runs with --diagnostics: the strengths of an update's "
          + "directions."
      ], figures: figures)
  }

  private static func figure(of experiment: FinishedExperiment) -> Figure? {
    guard let spectra = experiment.spectra else { return nil }
    // An early, a middle and a late step.
    let places = [0, spectra.steps.count / 2, spectra.steps.count - 1].unique
    let shown = places.map { spectra.steps[$0] }
    let lists = shown.flatMap { $0.before + $0.after }
    guard lists.allSatisfy({ $0.count > 1 }) else { return nil }
    let values = lists.joined().filter { $0 > 0 }
    let window = max(values.min() ?? 1e-3, 3e-4) / 1.3...max(values.max() ?? 1, 1) * 1.3
    func panel(_ title: String, _ bands: [[Mark.Estimate]]) -> Panel {
      let marks = bands.indices.flatMap { index -> [Mark] in
        let color = [4, 0, 3][index]
        return [
          .band(bands[index], color: color),
          .line(
            bands[index].map { ($0.x, $0.y) }, color: color, name: "step \(shown[index].step)"),
        ]
      }
      return .plot(
        title, x: Axis("share of the directions, largest first", domain: 0...1),
        y: Axis("singular value", .logarithmic, domain: window, ticks: [0.001, 0.01, 0.1, 1]),
        marks: marks)
    }
    let (before, after) = (shown.map { band(of: $0.before) }, shown.map { band(of: $0.after) })
    // How far below the largest the middle singular value lies.
    func middle(_ band: [Mark.Estimate]) -> String {
      Format.fixed(band[band.count / 2].y / band[0].y, 2)
    }
    let half = shown.count / 2
    return Figure(
      name: "\(experiment.name)-spectra",
      title: "Singular values of Muon's updates before and after Newton-Schulz",
      caption: "Run \(spectra.arm), seed \(spectra.seed): median over \(shown[0].before.count) "
        + "matrices of the blocks, in a band from the lowest to the highest. "
        + "At step \(shown[half].step) the middle direction has \(middle(before[half])) of the "
        + "strongest one's size before, and \(middle(after[half])) after: rare directions count "
        + "nearly as much as strong ones the closer that is to 1.",
      panels: [panel("Momentum, before", before), panel("Update, after Newton-Schulz", after)])
  }

  /// Over the matrices, at every quantile: median, least and greatest.
  private static func band(of lists: [[Double]]) -> [Mark.Estimate] {
    let count = lists.map(\.count).min() ?? 0
    return (0..<count).map { index in
      let values = lists.map { $0[index] }.sorted()
      return (
        Double(index) / Double(count - 1), values[values.count / 2], values[0],
        values[values.count - 1]
      )
    }
  }
}
