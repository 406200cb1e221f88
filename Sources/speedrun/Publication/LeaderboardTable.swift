import Autograd
import Experiments
import Runs
import Statistics
import Text

extension Leaderboard {
  /// A row for every arm.
  package var table: ResultTable {
    let columns: [ResultTable.Column] = [
      .right("rank"), .init("arm"), .right("steps"), .right("seconds"), .right("loss there"),
      .right("sd"), .right("p"), .right("steps / baseline"), .right("seconds / baseline"),
      .right("optimizer"), .init("precision"), .init("recipe"), .init("commit"), .init("date"),
      .init("record"),
    ]
    return ResultTable(columns, rows.map(\.cells))
  }

  /// Why arms have no rank, a line for each.
  package var shortfalls: [String] {
    rows.compactMap { row in
      guard row.rank == nil else { return nil }
      return "\(row.arm.name) has no rank: it \(row.arm.shortfall ?? "has no stop step")."
    }
  }
}

extension Leaderboard.Row {
  fileprivate var cells: [ResultTable.Cell] {
    let record = experiment.record
    let loss = arm.stop?.loss ?? arm.finalLoss
    return [
      .text(rank.map(String.init) ?? "-"), .text(arm.name),
      .text(arm.stop.map { Format.grouped($0.step) } ?? "-"),
      .text(arm.stop.map { Format.fixed($0.seconds, 1) } ?? "-"),
      .text(loss.map { "\(Format.fixed($0.mean, 4)) (n=\(seeds))" } ?? "diverged"),
      .text(loss?.standardDeviation.map { Format.fixed($0, 4) } ?? "-"),
      .text(arm.stop.map { Format.probability($0.probability) } ?? "-"),
      .text(isBaseline ? "1" : ratios?.steps.text ?? "-"),
      .text(isBaseline ? "1" : ratios?.seconds.text ?? "-"),
      .text(Format.percent(arm.optimizerShare)), .text(record.precision.rawValue),
      .code(recipe), .code(record.commitText), .text(record.date),
      .link(experiment.name, to: "records/\(experiment.name)"),
    ]
  }

  /// Its hyperparameters, which all its runs share.
  private var recipe: String {
    guard case .comparison(_, let runs) = experiment.finding,
      let run = runs.first(where: { $0.arm == arm.name })
    else { return arm.optimizer }
    return run.record.configuration.recipeText
  }
}

extension ExperimentRecord {
  /// The commits, shortened; a star says that files differed.
  var commitText: String {
    let short = commits.map { String($0.prefix(8)) }.joined(separator: " ")
    return (short.isEmpty ? "unknown" : short) + (dirty ? "*" : "")
  }
}
