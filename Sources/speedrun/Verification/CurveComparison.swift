import Foundation

/// The losses of a run beside those of the same run made again, and its diagnostics.
struct CurveComparison {
  /// Where they part.
  struct Difference {
    /// Of the log that was there.
    let line: Int
    let message: String
  }

  /// Nil when all losses are equal, or as close as they can be.
  private(set) var firstDifference: Difference?
  /// Of all losses until then, as a share of the loss.
  private(set) var largestDifference = 0.0
  /// The number of events of diagnostics that are equal; 0 where they were not compared.
  private(set) var diagnostics = 0

  /// The share of a loss that it may differ by when other kernels computed it.
  ///
  /// They add in another order, which changes the last bit of every product, and training makes
  /// that grow from step to step. With OpenBLAS instead of the own kernels in float32, no loss of 200
  /// steps of micro differed by more than 1e-4 of itself, and none of 70 steps of kjv by more than 6e-8.
  /// The seeds of kjv end 0.005 to 0.02 nats apart, at 2.8, and are further apart on the way there.
  static let tolerance = 1e-3

  /// Compares two logs, event after event.
  init(
    _ replay: LogReplay, of environment: EnvironmentRecord, with again: LogReplay,
    of other: EnvironmentRecord
  ) {
    compare(replay.losses, of: environment, with: again.losses, of: other)
    // LAPACK computes the singular values.
    guard firstDifference == nil, environment.kernels == other.kernels,
      environment.openBLAS == other.openBLAS
    else { return }
    compare(replay.diagnostics.events, with: again.diagnostics.events)
    if firstDifference == nil { diagnostics = replay.diagnostics.events.count }
  }

  /// Compares what diagnostics saw, which only the same kernels see again.
  private mutating func compare(
    _ events: [LoggedDiagnostics.Event], with others: [LoggedDiagnostics.Event]
  ) {
    for (event, again) in zip(events, others) where event.numbers != again.numbers {
      firstDifference = Difference(
        line: event.line,
        message: "diagnostics of \(event.matrix) at step \(event.step) are not the same made again")
      return
    }
    guard events.count != others.count, let last = events.last else { return }
    firstDifference = Difference(
      line: last.line,
      message: "the log has \(events.count) diagnostics, and made again \(others.count)")
  }

  private mutating func compare(
    _ losses: [LogReplay.Loss], of environment: EnvironmentRecord, with others: [LogReplay.Loss],
    of other: EnvironmentRecord
  ) {
    let isSame = environment.kernels == other.kernels
    for (loss, again) in zip(losses, others) {
      if loss.value == again.value { continue }
      if let value = loss.value, let new = again.value {
        let difference = abs(value - new) / max(abs(value), abs(new))
        if !isSame, difference <= Self.tolerance {
          largestDifference = max(largestDifference, difference)
          continue
        }
      }
      let name = loss.isValidation ? "val_loss" : "loss"
      let reason =
        isSame
        ? "it should be the same, made by the same kernels (\(environment.kernels))"
        : "it may differ by \(Self.tolerance) of it, made by \(environment.kernels) and by "
          + "\(other.kernels), which round differently"
      firstDifference = Difference(
        line: loss.line,
        message: "\(name) of step \(loss.step) is \(Self.text(loss.value)), and made again "
          + "\(Self.text(again.value)); \(reason)\(Self.versions(environment, other))")
      return
    }
    guard losses.count != others.count, let last = losses.last else { return }
    firstDifference = Difference(
      line: last.line,
      message: "the log has \(losses.count) losses, and made again \(others.count)")
  }

  private static func text(_ value: Double?) -> String {
    value.map { "\($0)" } ?? "not a number"
  }

  /// Says when another version of the program made the run.
  private static func versions(_ first: EnvironmentRecord, _ second: EnvironmentRecord) -> String {
    func text(_ git: EnvironmentRecord.Git) -> String {
      (git.commit.map { String($0.prefix(8)) } ?? "no commit")
        + (git.dirty == true ? " with changes" : "")
    }
    let (then, now) = (text(first.git), text(second.git))
    return then == now ? "" : "; the program was \(then) and is \(now)"
  }
}

extension EnvironmentRecord {
  /// What decides how products and sums round.
  fileprivate var kernels: String {
    let core = products == "OpenBLAS" ? " \(openBLAS.version) \(openBLAS.core)" : ""
    return "\(products)\(core), \(simd)"
  }
}
