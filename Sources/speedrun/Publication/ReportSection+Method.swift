import Autograd
import Experiments
import Foundation
import Text

extension ReportSection {
  /// How everything was measured, on what, with which commands, and what it does not show.
  static func method(of experiments: [FinishedExperiment]) -> ReportSection {
    var section = ReportSection(title: "How it was measured")
    let records = experiments.map(\.record)
    section.paragraphs.append(
      "Runs of a comparison share data, order, model, batch and validation; only the optimizer's recipe "
        + "and the seed of the weights differ. Every arm runs the same seeds, each its whole schedule. "
        + "The stop step is the first validation at which an arm's mean loss is below the target with "
        + "p < 0.01 by a one-sided t-test; one for all seeds, chosen after they have ended. The clock "
        + "counts training steps only.")
    var machines: [String] = []
    for record in records {
      for machine in record.machines {
        let products =
          machine.products == ProductKernels.avx512.rawValue
          ? "matrix products by this package's own AVX-512 kernels"
          : "matrix products by \(machine.products)"
        let text =
          "\(machine.cpu), \(Format.count(machine.threads, "thread")), \(products), "
          + machine.simd
        if !machines.contains(text) { machines.append(text) }
      }
    }
    if !machines.isEmpty {
      section.paragraphs.append("Machines: \(machines.joined(separator: "; ")).")
      let compute = records.map(\.compute)
      let total = compute.reduce(0) { $0 + $1.trainSeconds }
      section.paragraphs.append(
        "Compute: \(Format.count(compute.reduce(0) { $0 + $1.runs }, "run")), "
          + "\(Format.duration(total)) of training, "
          + "\(Format.duration(compute.reduce(0) { $0 + $1.wallSeconds })) in all; of runs side by "
          + "side each counts in full.")
      section.tables.append(("", RecordTable.table(of: experiments)))
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
}
