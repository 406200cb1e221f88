import Runs
import Text

/// The end of a run, for a person.
struct Summary {
  let record: RunRecord
  let log: RunLog
  /// The directory of the run, as the user would type it.
  let directory: String
  /// The options that name the track again.
  let trackOptions: String
  /// The entropy rate of the text, where it is known: the least loss to expect of any model.
  let floor: Double?

  /// Writes the summary.
  func print(to console: Console) {
    console.print()
    console.print("  " + headline(console))
    console.print()
    let chart = Chart(
      points: log.validations.map { ($0.step, $0.loss ?? .nan) }, target: log.plan.track.target,
      width: min(60, max(20, console.width - 22)), height: 10)
    if !chart.lines.isEmpty {
      console.print("  validation loss, nats per token")
      for line in chart.lines { console.print("  " + console.paint(line, .cyan)) }
      console.print()
    }
    if let step = log.diagnostics.last?.step {
      let matrices = log.diagnostics.filter { $0.step == step }
      console.print("  the update of step \(step)")
      for line in Tables.diagnostics(of: matrices).split(separator: "\n") {
        console.print("  " + line)
      }
      console.print()
    }
    for (name, text) in rows {
      console.print("  " + console.dim(Format.padded(name, to: 12)) + text)
    }
    console.print()
  }

  private func headline(_ console: Console) -> String {
    let name = "\(record.optimizer) on \(record.track)"
    let result = record.result
    switch record.outcome {
    case .reached:
      let steps = result.stepsToTarget ?? 0
      let seconds = Format.duration(result.trainSecondsToTarget ?? 0)
      return console.bold(
        console.paint("\(name): reached \(target) at step \(steps), after \(seconds)", .green))
    case .missed:
      let distance = (result.finalValLoss ?? 0) - (log.plan.track.target ?? 0)
      return console.bold(
        console.paint(
          "\(name): finished \(Format.fixed(distance, 4)) above the target of \(target)", .yellow))
    case .completed:
      return console.bold("\(name): finished (no target set)")
    case .diverged:
      let step = result.divergedAtStep ?? 0
      return console.bold(
        console.paint("\(name): diverged, the loss of step \(step) is not a number", .red))
    case .interrupted:
      return console.bold(
        console.paint(
          "\(name): interrupted after \(result.steps) of \(record.configuration.training.steps) steps",
          .yellow))
    }
  }

  private var target: String {
    log.plan.track.target.map { Format.fixed($0, 3) } ?? "none"
  }

  private var rows: [(String, String)] {
    let result = record.result
    var rows: [(String, String)] = []
    if let last = log.validations.last, let loss = last.loss {
      var text = Format.fixed(loss, 4) + " nats per token"
      if let bits = last.bitsPerByte { text += ", \(Format.fixed(bits, 4)) bits per byte" }
      if let floor { text += " (the entropy of such text: \(Format.fixed(floor, 3)) nats)" }
      rows.append((last.step == result.steps ? "final loss" : "last loss", text))
    }
    if let speed = result.tokensPerSecond, let median = result.stepMillisecondsMedian {
      rows.append(
        (
          "training",
          "\(result.steps) steps in \(Format.duration(result.trainSeconds)): "
            + "\(Format.fixed(median, 1)) ms a step, \(Format.grouped(Int(speed))) tokens/s"
        ))
      rows.append(
        (
          "optimizer",
          "\(Format.percent(result.optimizerSeconds / result.trainSeconds)) of that time"
        ))
    }
    rows.append(
      (
        "in all",
        "\(Format.duration(result.wallSeconds))\(startup), "
          + "\(Format.bytes(result.peakResidentBytes)) of memory"
      ))
    rows.append(("files", directory))
    return rows + next.map { ("next", $0) }
  }

  private var startup: String {
    record.result.startupSeconds.map { " (\(Format.duration($0)) to start)" } ?? ""
  }

  /// Commands worth trying now.
  private var next: [String] {
    switch record.outcome {
    case .diverged:
      let key = "\(record.optimizer).learning_rate"
      return ["lower a learning rate: speedrun run --optimizer \(record.optimizer) --set \(key)=…"]
    case .interrupted:
      return []
    default:
      return [
        "speedrun sample \(directory)",
        "speedrun run --optimizer \(record.optimizer == "adamw" ? "muon" : "adamw")\(trackOptions)",
      ]
    }
  }
}
