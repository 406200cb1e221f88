import Experiments
import Text

/// What was run, when, on what, and for how long.
enum RecordTable {
  static func table(of experiments: [FinishedExperiment]) -> ResultTable {
    ResultTable(
      [
        .init("record"), .init("kind"), .init("purpose"), .right("runs"), .right("training"),
        .right("in all"), .init("date"), .init("commit"), .init("command"),
      ],
      experiments.map { experiment in
        let record = experiment.record
        return [
          .link(experiment.name, to: "records/\(experiment.name)"), .text(record.kind.rawValue),
          .text(record.purpose.rawValue), .text("\(record.compute.runs)"),
          .text(Format.duration(record.compute.trainSeconds)),
          .text(Format.duration(record.compute.wallSeconds)), .text(record.date),
          .code(record.commitText), .code(record.command),
        ]
      })
  }
}
