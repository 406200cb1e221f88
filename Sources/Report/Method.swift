import Experiments
import Text

/// How everything was measured, on what, with which commands, and what it does not show.
enum Method {
  static func section(of experiments: [FinishedExperiment]) -> Section {
    var section = Section(title: "How it was measured")
    let records = experiments.map(\.record)
    section.paragraphs.append(
      "Runs of a comparison share data, order, model, batch and validation. Only the optimizer's recipe "
        + "and the seed of the weights differ. Every arm runs the same seeds, each its whole schedule. "
        + "The stop step is the first validation at which an arm's mean loss is below the target with "
        + "p < 0.01 by a one-sided t-test. It is one step for all seeds, chosen after they have ended. "
        + "The clock counts training steps only.")
    let machines = records.flatMap(\.machines).map(\.text).unique
    if !machines.isEmpty {
      let compute = records.map(\.compute)
      let training = Format.duration(compute.reduce(0) { $0 + $1.trainSeconds })
      let wall = Format.duration(compute.reduce(0) { $0 + $1.wallSeconds })
      section.paragraphs += [
        "Machines: \(machines.joined(separator: "; ")).",
        "Compute: \(Format.count(compute.reduce(0) { $0 + $1.runs }, "run")), \(training) of "
          + "training, \(wall) in all; of runs side by side each counts in full.",
      ]
      section.tables.append(("", table(of: experiments)))
    }
    section.paragraphs.append(
      "What this does not show: one small model, one corpus and minutes of training say little about "
        + "large models. The search gave each arm the same number of trials, which may be too few. A search "
        + "on one seed follows that seed's luck. Seeds differ in the initial weights only. The data comes in "
        + "one order, so the intervals leave out the spread over orders. Stop steps are known to the "
        + "distance of validations. Seconds belong to the machine.")
    if records.contains(where: \.dirty) {
      section.paragraphs.append(
        "A star after the commits: files of the program differed from them in some of the runs.")
    }
    return section
  }

  /// What was run, when, on what, and for how long.
  private static func table(of experiments: [FinishedExperiment]) -> Table {
    Table(
      experiments,
      [
        Table.Column("record") { .link($0.name, to: "records/\($0.name)") },
        .left("kind", \.record.kind.rawValue), .left("purpose", \.record.purpose.rawValue),
        .right("runs") { "\($0.record.compute.runs)" },
        .right("training") { Format.duration($0.record.compute.trainSeconds) },
        .right("in all") { Format.duration($0.record.compute.wallSeconds) },
        .left("date", \.record.date), .code("commit", \.record.commitText),
        .code("command", \.record.command),
      ])
  }
}

extension ExperimentRecord {
  /// The commits, shortened; a star says that files differed.
  var commitText: String {
    let short = commits.map { String($0.prefix(8)) }.joined(separator: " ")
    return (short.isEmpty ? "unknown" : short) + (dirty ? "*" : "")
  }
}
