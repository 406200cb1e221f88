import Figures
import Text

/// The singular values of Muon's updates before and after orthogonalization.
enum SpectraFigure {
  static func figure(of experiment: FinishedExperiment) -> Figure? {
    guard let spectra = experiment.spectra, let first = spectra.shown.first,
      spectra.shown.allSatisfy({ ($0.before + $0.after).allSatisfy { $0.count > 1 } })
    else { return nil }
    // An early, a middle and a late step.
    let colors = [4, 0, 3]
    func panel(_ title: String, _ lists: (Spectra.Step) -> [[Double]]) -> PlotPanel {
      let marks = zip(spectra.shown, colors).flatMap { step, color -> [Mark] in
        let band = band(of: lists(step))
        return [
          .band(band, color: color),
          .line(band.map(\.point), color: color, name: "step \(step.step)"),
        ]
      }
      return PlotPanel(
        title: title, x: Axis("share of the directions, largest first", domain: 0...1),
        y: Axis("singular value", .logarithmic, domain: window, ticks: [0.001, 0.01, 0.1, 1]),
        marks: marks)
    }
    var window: ClosedRange<Double> {
      let values = spectra.shown.flatMap { $0.before + $0.after }.joined().filter { $0 > 0 }
      return max(values.min() ?? 1e-3, 3e-4) / 1.3...max(values.max() ?? 1, 1) * 1.3
    }
    return Figure(
      name: "\(experiment.name)-spectra",
      title: "Singular values of Muon's updates before and after Newton-Schulz",
      caption: "Run \(spectra.arm), seed \(spectra.seed): median over "
        + "\(first.before.count) matrices of the blocks, in a band "
        + "from the lowest to the highest. \(middles(of: spectra))",
      panels: [
        panel("Momentum, before", \.before), panel("Update, after Newton-Schulz", \.after),
      ])
  }

  /// How far below the largest the middle singular value lies, before and after.
  private static func middles(of spectra: Spectra) -> String {
    let step = spectra.shown[spectra.shown.count / 2]
    func middle(_ lists: [[Double]]) -> String {
      let band = band(of: lists)
      return Format.fixed(band[band.count / 2].point.y / band[0].point.y, 2)
    }
    return
      "At step \(step.step) the middle direction has \(middle(step.before)) of the strongest one's "
      + "size before, and \(middle(step.after)) after: rare directions count nearly as much as strong "
      + "ones the closer that is to 1."
  }

  /// Over the matrices, at every quantile: median, least and greatest.
  private static func band(of lists: [[Double]]) -> [Mark.Estimate] {
    let count = lists.map(\.count).min() ?? 0
    guard count > 1 else { return [] }
    return (0..<count).map { index in
      let values = lists.map { $0[index] }.sorted()
      let share = Double(index) / Double(count - 1)
      return Mark.Estimate(
        share, values[values.count / 2], values[0], values[values.count - 1])
    }
  }
}
