import Foundation
import Runs

/// The losses of a run beside those of the same run made again, and its diagnostics.
package struct LogComparison {
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
  /// Whether the same kernels and the same LAPACK, which computes singular values, were there both times.
  let seesSame: Bool

  /// The share of a loss that it may differ by when other kernels computed it.
  ///
  /// They add in another order, which changes the last bit of every product, and training makes
  /// that grow from step to step. With OpenBLAS instead of the own kernels in float32, no loss of 200
  /// steps of micro differed by more than 1e-4 of itself, and none of 70 steps of kjv by more than 6e-8.
  /// The seeds of kjv end 0.005 to 0.02 nats apart, at 2.8, and are further apart on the way there.
  package static let tolerance = 1e-3

  /// Compares two logs, event after event.
  init(_ log: RunLog, of machine: Environment, with again: RunLog, of other: Environment) {
    let isSame = machine.kernels == other.kernels
    seesSame = isSame && machine.openBLAS == other.openBLAS
    let (events, others) = (log.events, again.events)
    for (index, (event, remade)) in zip(events, others).enumerated() {
      switch (event, remade) {
      case (.train(let event), .train(let remade)):
        compare(event.loss, remade.loss, "loss", event.step, at: index, machine, other)
      case (.validation(let event), .validation(let remade)):
        compare(event.loss, remade.loss, "val_loss", event.step, at: index, machine, other)
      case (.glance(let event), .glance(let remade)):
        compare(event.loss, remade.loss, "glance", event.step, at: index, machine, other)
      case (.diagnostics(let event), .diagnostics(let remade)):
        guard seesSame else { continue }
        diagnostics += 1
        var remade = remade
        // What was not measured then.
        if event.weightSpectralNorm == nil { remade.weightSpectralNorm = nil }
        if event != remade {
          part(
            at: index,
            "diagnostics of \(event.matrix) at step \(event.step) are not the same made again")
        }
      default: part(at: index, "made again, another event stands here")
      }
      if firstDifference != nil { return }
    }
    if events.count != others.count {
      part(
        at: events.count - 1,
        "the log has \(events.count) events, and made again \(others.count)")
    }
  }

  private mutating func part(at index: Int, _ message: String) {
    firstDifference = Difference(line: index + 1, message: message)
  }

  private mutating func compare(
    _ loss: Double?, _ again: Double?, _ name: String, _ step: Int, at index: Int,
    _ machine: Environment, _ other: Environment
  ) {
    if loss == again { return }
    let isSame = machine.kernels == other.kernels
    if !isSame, let loss, let again, loss.isClose(to: again, within: Self.tolerance) {
      largestDifference = max(
        largestDifference, abs(loss - again) / max(abs(loss), abs(again)))
      return
    }
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "not a number" }
    let reason =
      isSame
      ? "it should be the same, made by the same kernels (\(machine.kernels))"
      : "it may differ by \(Self.tolerance) of it, made by \(machine.kernels) and by "
        + "\(other.kernels), which round differently"
    part(
      at: index,
      "\(name) of step \(step) is \(text(loss)), and made again \(text(again)); "
        + reason + Self.versions(machine, other))
  }

  /// Says when another version of the program made the run.
  private static func versions(_ first: Environment, _ second: Environment) -> String {
    func text(_ git: Environment.Git) -> String {
      (git.commit.map { String($0.prefix(8)) } ?? "no commit")
        + (git.dirty == true ? " with changes" : "")
    }
    let (then, now) = (text(first.git), text(second.git))
    return then == now ? "" : "; the program was \(then) and is \(now)"
  }
}

extension Environment {
  /// What decides how products and sums round.
  fileprivate var kernels: String {
    // A library rounds as its version does.
    let library = products.hasPrefix("own, ") ? "" : " \(openBLAS.version) \(openBLAS.core)"
    return "\(products)\(library), \(simd)"
  }
}
