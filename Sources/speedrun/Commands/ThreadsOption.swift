import ArgumentParser
import Foundation

/// `--threads`, the same for every command that computes.
struct ThreadsOption: ParsableArguments {
  private static let allowed = 1...1024

  @Option(
    name: .customLong("threads"), parsing: .unconditional,
    help: "Threads, at most one a core; the numbers do not depend on it.")
  var count = min(ProcessInfo.processInfo.activeProcessorCount, allowed.upperBound)

  /// The number, but no more than there are cores, which would only take turns.
  var usable: Int { min(count, ProcessInfo.processInfo.activeProcessorCount) }

  func validate() throws {
    guard Self.allowed.contains(count) else {
      throw ValidationError("--threads \(count): it must be in 1...\(Self.allowed.upperBound)")
    }
  }
}
