import Runs
import Text

/// How far a run or a search is, in one line.
package struct ProgressLine: Equatable, Sendable {
  /// Most important first.
  package let fields: [String]
  private let done: Int
  private let total: Int
  private let hasBar: Bool

  /// The line of a run; its training loss is smoothed.
  package init(
    step: Int, steps: Int, loss: Double? = nil, validationLoss: Double? = nil,
    target: Double? = nil, tokensPerSecond: Double? = nil, secondsLeft: Double? = nil
  ) {
    let validation = validationLoss.map { loss in
      let goal = target.map { target in
        loss > target ? ", \(Format.fixed(loss - target, 3)) to go" : ", target reached"
      }
      return "val \(Format.fixed(loss, 3))" + (goal ?? "")
    }
    (done, total, hasBar) = (step, steps, true)
    fields = [
      "step \(Self.count(step, of: steps))", loss.map { "loss \(Format.fixed($0, 3))" }, validation,
      tokensPerSecond.map { "\(Format.grouped(Int($0))) tokens/s" },
      secondsLeft.map { "\(Format.duration($0)) left" },
    ].compactMap(\.self)
  }

  /// The line of a search, with the best loss of every arm so far; nil before any.
  package init(
    trial: Int, trials: Int, best: [(arm: String, loss: Double?)], durations: [Double],
    parallel: Int
  ) {
    let left = Self.secondsLeft(trials: trials - trial, durations: durations, parallel: parallel)
    (done, total, hasBar) = (trial, trials, false)
    fields =
      ["trial \(Self.count(trial, of: trials))"]
      + (left.map { ["\(Format.duration($0)) left"] } ?? [])
      + best.map { "\($0.arm) \($0.loss?.ifFinite.map { Format.fixed($0, 4) } ?? "-")" }
  }

  /// What is said of a run of a comparison that has ended, of which those just now took these durations.
  static func ended(
    _ name: String, _ result: RunRecord.Result, number: Int, of trials: Int,
    durations: [Double], parallel: Int
  ) -> String {
    let rest = trials - number
    let left = secondsLeft(trials: rest, durations: durations, parallel: parallel) ?? 0
    return "[\(number)/\(trials)] \(name): "
      + (result.finalValLoss.map { "loss \(Format.fixed($0, 4))" } ?? "diverged")
      + " after \(Format.duration(result.trainSeconds))"
      + (rest > 0 ? "; about \(Format.duration(left)) to go" : "")
  }

  private static func count(_ number: Int, of total: Int) -> String {
    "\(Format.padded(String(number), to: String(total).count, .right))/\(total)"
  }

  /// The seconds until the end if every trial takes the mean of those so far; nil before any.
  package static func secondsLeft(trials: Int, durations: [Double], parallel: Int) -> Double? {
    guard !durations.isEmpty else { return nil }
    let rounds = (trials + parallel - 1) / parallel
    return Double(rounds) * durations.reduce(0, +) / Double(durations.count)
  }

  /// Whether nothing is left to do.
  var isLast: Bool { done == total }

  /// The line for a terminal of this width: as many fields as fit, and a bar where there is room.
  package func text(width: Int) -> String {
    var used = fields[0].count
    var shown = [fields[0]]
    for field in fields.dropFirst() {
      guard used + 2 + field.count < width else { break }
      used += 2 + field.count
      shown.append(field)
    }
    let room = min(24, width - used - 3)
    if hasBar, room >= 6 { shown[0] += " " + bar(width: room) }
    return String(shown.joined(separator: "  ").prefix(max(0, width - 1)))
  }

  /// A bar in eighths of a character.
  private func bar(width: Int) -> String {
    let eighths = total == 0 ? 0 : done * width * 8 / total
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let bar = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    return bar + String(repeating: "·", count: width - bar.count)
  }
}

/// Where progress is shown: a line that changes in place on a terminal, a line every ten seconds elsewhere.
struct ProgressDisplay {
  private let console: Console
  private let isQuiet: Bool
  private var last: (line: ProgressLine, time: ContinuousClock.Instant)?

  init(_ console: Console, isQuiet: Bool) {
    (self.console, self.isQuiet) = (console, isQuiet)
  }

  /// Shows a line, if it says something new and the one before has been there for long enough.
  mutating func show(_ line: ProgressLine) {
    let interval: Duration = console.isTerminal ? .milliseconds(100) : .seconds(10)
    let isDue = last.map { line != $0.line && (line.isLast || .now - $0.time >= interval) } ?? true
    guard !isQuiet, isDue else { return }
    last = (line, .now)
    if console.isTerminal {
      console.write("\r\u{1B}[2K" + line.text(width: console.width))
    } else {
      console.print(line.fields.joined(separator: "  "))
    }
  }

  /// Removes the line, so that other text can follow.
  func clear() {
    if !isQuiet, console.isTerminal { console.write("\r\u{1B}[2K") }
  }
}

/// Shows how far a run is, by what it says of its steps.
struct RunProgress {
  var display: ProgressDisplay
  let steps: Int
  let target: Double?
  /// What was last to be shown, whether or not it was.
  private(set) var line: ProgressLine?
  private var validationLoss: Double?
  private var loss = Average()
  private var seconds = Average()

  /// A mean in which the latest values count most.
  private struct Average {
    private var sum = 0.0
    private var weight = 0.0

    mutating func add(_ value: Double) -> Double {
      (sum, weight) = (0.9 * sum + 0.1 * value, 0.9 * weight + 0.1)
      return sum / weight
    }
  }

  init(of steps: Int, target: Double?, on display: ProgressDisplay) {
    (self.steps, self.target, self.display) = (steps, target, display)
  }

  /// Notes a training step.
  mutating func trained(step: Int, loss: Double, tokens: Int, time: Duration) {
    let (loss, seconds) = (self.loss.add(loss), self.seconds.add(time.seconds))
    let line = ProgressLine(
      step: step + 1, steps: steps, loss: loss, validationLoss: validationLoss, target: target,
      tokensPerSecond: Double(tokens) / seconds, secondsLeft: seconds * Double(steps - step - 1))
    self.line = line
    display.show(line)
  }

  /// Notes a validation.
  mutating func validated(loss: Double) { validationLoss = loss }
}
