import Experiments
import Runs
import Text

/// What sweeps found, a row for each arm.
enum SweepTable {
  static func table(
    of sweeps: [(experiment: FinishedExperiment, result: Ranking, lines: [TrialLine])]
  ) -> ResultTable {
    ResultTable(
      [
        .init("sweep"), .init("arm"), .right("trials"), .right("diverged"), .init("best settings"),
        .right("loss"), .right("second best"), .init("at the edge"), .right("training"),
      ],
      sweeps.flatMap { experiment, result, _ in
        result.arms.map { arm in
          let edges = arm.edges.map { "\($0.name) = \(Setting.text(of: $0.best))" }
          return [
            .link(experiment.name, to: "records/\(experiment.name)"), .text(arm.name),
            .text("\(arm.trials)"), .text("\(arm.diverged)"),
            .code(arm.best.first?.settings.joined(separator: " ") ?? ""),
            .text(loss(arm.best.first)), .text(loss(arm.best.dropFirst().first)),
            .code(edges.joined(separator: ", ")), .text(Format.duration(arm.trainSeconds)),
          ]
        }
      })
  }

  private static func loss(_ point: Ranking.Point?) -> String {
    guard let point else { return "-" }
    return point.loss.map { Format.fixed($0, 4) } ?? "diverged"
  }
}
