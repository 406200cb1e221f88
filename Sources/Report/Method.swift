import Autograd
import Experiments
import Text

/// How everything was measured, on what, with which commands, and what it does not show.
enum Method {
  static func section(of experiments: [FinishedExperiment]) -> Section {
    var section = Section(title: "How it was measured")
    let records = experiments.map(\.record)
    section.paragraphs.append(
      "Runs of a comparison share data, order, model, batch and validation; only the optimizer's recipe "
        + "and the seed of the weights differ. Every arm runs the same seeds, each its whole schedule. "
        + "The stop step is the first validation at which an arm's mean loss is below the target with "
        + "p < 0.01 by a one-sided t-test; one for all seeds, chosen after they have ended. The clock "
        + "counts training steps only.")
    let machines = records.flatMap(\.machines).map { machine in
      let products =
        machine.products == ProductKernels.avx512.rawValue
        ? "this package's own AVX-512 kernels" : machine.products
      return "\(machine.cpu), \(Format.count(machine.threads, "thread")), "
        + "matrix products by \(products), \(machine.simd)"
    }.unique
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
      "What this does not show: one small model, one corpus and training of minutes say little about "
        + "large models. The search gave each arm the same number of trials, which need not be enough for any of "
        + "them, and one on a single seed follows its luck, the more so the further an arm's seeds lie "
        + "apart. Seeds differ in "
        + "the initial weights only, all in one order of the data, so the spread over orders is not in the "
        + "intervals. Stop steps are known to the distance of validations, and seconds belong to the "
        + "machine.")
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
