import Runs

/// Shows on standard error how far a run is.
///
/// On a terminal one line changes in place, at most ten times a second; elsewhere a line is written
/// every ten seconds.
struct ProgressReporter: TrainingObserver {
  private let console: Console
  private let isQuiet: Bool
  private let target: Double?
  private let steps: Int
  private var validationLoss: Double?
  private var lossSum = 0.0
  private var lossWeight = 0.0
  private var secondsPerStep: Double?
  private var lastShown = ContinuousClock.now

  init(console: Console, isQuiet: Bool, steps: Int, target: Double?) {
    self.console = console
    self.isQuiet = isQuiet
    self.steps = steps
    self.target = target
  }

  /// Notes a training step.
  mutating func trained(step: Int, loss: Double, tokens: Int, time: Duration) {
    lossSum = 0.9 * lossSum + 0.1 * loss
    lossWeight = 0.9 * lossWeight + 0.1
    let seconds = time.seconds
    secondsPerStep = secondsPerStep.map { 0.9 * $0 + 0.1 * seconds } ?? seconds
    guard isDue else { return }
    show(step: step + 1, tokens: tokens)
  }

  /// Notes a validation.
  mutating func validated(loss: Double) {
    validationLoss = loss
  }

  /// Removes the line, so that other text can follow.
  func clear() {
    if !isQuiet, console.isTerminal { console.write("\r\u{1B}[2K") }
  }

  private var isDue: Bool {
    guard !isQuiet else { return false }
    return ContinuousClock.now - lastShown
      >= (console.isTerminal ? .milliseconds(100) : .seconds(10))
  }

  private mutating func show(step: Int, tokens: Int) {
    lastShown = .now
    let line = ProgressLine(
      step: step, steps: steps, loss: lossSum / lossWeight, validationLoss: validationLoss,
      target: target, tokensPerSecond: secondsPerStep.map { Double(tokens) / $0 },
      secondsLeft: secondsPerStep.map { $0 * Double(steps - step) })
    if console.isTerminal {
      console.write("\r\u{1B}[2K" + line.text(width: console.width))
    } else {
      console.print(line.fields.joined(separator: "  "))
    }
  }
}
