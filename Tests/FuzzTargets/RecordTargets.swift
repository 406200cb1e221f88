import Autograd
import Experiments
import Foundation
import Muon
import Runs
import Text

extension FuzzTarget {
  /// What runs and experiments write, and `verify`, `report` and `export` read.
  static let records = [
    FuzzTarget("run") { bytes in
      let record = try RunRecord(bytes, path: nowhere.path)
      _ = (try JSON.file(record), try record.configuration.sha256, plan?.difference(from: record))
    },
    FuzzTarget("log") { bytes in
      if let plan {
        let (log, _) = RunLog.read(bytes, of: plan)
        let process = RunRecord.Process.notBegun
        _ = (try log.jsonl, log.text, log.outcome, log.curve)
        _ = try JSON.file(log.result(of: process))
      }
      _ = try RunCurve(bytes, path: nowhere.path).csv
    },
    FuzzTarget("record") { bytes in
      let record = try ExperimentRecord(bytes, path: nowhere.path)
      _ = (try JSON.file(record), record.machines.map(\.text))
      _ = try Request(of: record).defaultDirectory
    },
    FuzzTarget("checkpoint") { bytes in
      let checkpoint = try RunCheckpoint(bytes, path: nowhere.path)
      let plan = try checkpoint.header.request.plan()
      check("a plan") { plan.definition.problem == nil }
      let model = try SmallestModel()
      try checkpoint.restore([model.parameter], model.optimizer)
    },
  ]

  /// What the logs are read as: a run of few steps that glances.
  private static let plan = try? RunPlan(
    .sprint, "muon", settings: [Setting("steps=20"), Setting("schedule.warmup_steps=2")], seed: 0,
    precision: .float32)
}

/// What the tensors of checkpoints are put into: one matrix, by a rule that remembers two more.
private struct SmallestModel {
  let parameter: Parameter
  let optimizer: Optimizer

  init() throws {
    parameter = ParameterScope(seed: 0).parameter("a", [2, 2], .zeros)
    let rule = AdamW(learningRate: 1, beta1: 0.9, beta2: 0.9, epsilon: 1, weightDecay: 0)
    optimizer = try Optimizer(
      groups: [ParameterGroup("all", [parameter], rule: rule)], covering: [parameter],
      workers: Workers(count: 1))
  }
}
