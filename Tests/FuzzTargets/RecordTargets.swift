import Autograd
import Experiments
import Foundation
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
  ]

  /// What the logs are read as: a run of few steps that glances.
  private static let plan = try? RunPlan(
    .sprint, "muon", settings: [Setting("steps=20"), Setting("schedule.warmup_steps=2")], seed: 0,
    precision: .float32)
}
