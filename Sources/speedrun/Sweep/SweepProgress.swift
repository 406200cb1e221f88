import Experiments
import Runs

/// Shows on standard error how far a sweep is.
///
/// On a terminal one line changes in place; elsewhere a line is written after a trial, at most every ten
/// seconds.
struct SweepProgress {
  private let console: Console
  private let isQuiet: Bool
  private let parallel: Int
  private var lastShown: ContinuousClock.Instant?
  private var lastDone = -1

  init(console: Console, isQuiet: Bool, parallel: Int) {
    self.console = console
    self.isQuiet = isQuiet
    self.parallel = parallel
  }

  /// Shows the line if it is due.
  mutating func show(_ sweep: Experiment) {
    let done = sweep.finishedCount
    guard !isQuiet, done != lastDone, isDue || done == sweep.request.trialCount else { return }
    (lastShown, lastDone) = (.now, done)
    let line = SweepLine(
      done: done, total: sweep.request.trialCount,
      best: sweep.searches.map { ($0.arm.name, $0.best?.loss) },
      secondsLeft: SweepLine.secondsLeft(
        trials: sweep.request.trialCount - done,
        durations: sweep.finished.map(\.record.result.wallSeconds), parallel: parallel))
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

  private var isDue: Bool {
    guard !console.isTerminal, let lastShown else { return true }
    return ContinuousClock.now - lastShown >= .seconds(10)
  }
}
