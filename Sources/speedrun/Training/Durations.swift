/// Sums up the time between starts and stops.
struct Stopwatch {
  private(set) var elapsed = Duration.zero
  private var started: ContinuousClock.Instant?

  /// The time so far, in seconds.
  var seconds: Double { elapsed.seconds }

  /// Runs the watch.
  mutating func start() {
    started = .now
  }

  /// Halts the watch, and returns the time since it was started.
  @discardableResult
  mutating func stop() -> Duration {
    guard let started else { return .zero }
    let lap = ContinuousClock.now - started
    elapsed += lap
    self.started = nil
    return lap
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// The duration in milliseconds.
  var milliseconds: Double { seconds * 1000 }
}
