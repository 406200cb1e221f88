import Experiments
import Runs
import Text

/// How everything was measured, on what, with which commands, and what it does not show.
enum Method {
  static func section(of experiments: [FinishedExperiment]) -> Section {
    var section = Section(title: "How it was measured")
    let records = experiments.map(\.record)
    section.paragraphs.append(
      "Runs of a comparison share data, model, batch and validation, and those of a seed the initial weights "
        + "and the order of the data. Only the optimizer's recipe differs between arms. Each runs its whole "
        + "schedule. "
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
        + "on one seed follows that seed's luck. \(order(of: records)) Stop steps are known to the "
        + "distance of validations. Seconds belong to the machine.")
    if records.contains(where: \.dirty) {
      section.paragraphs.append(
        "A star after the commits: files of the program differed from them in some of the runs.")
    }
    return section
  }

  /// On which tracks seeds differ in the weights only.
  private static func order(of records: [ExperimentRecord]) -> String {
    let fixed = records.map(\.track).filter { $0.dataSeed != nil }.map(\.name).unique
    return fixed.isEmpty
      ? "Seeds differ in the initial weights and in the order of the data."
      : "On \(fixed.joined(separator: " and ")) the data comes in one order for all seeds, so the intervals "
        + "leave out the spread over orders."
  }

  /// What was run, when, on what, and for how long.
  private static func table(of experiments: [FinishedExperiment]) -> Table {
    Table(
      experiments,
      [
        Table.Column("record") { .link($0.name, to: $0.link) },
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
