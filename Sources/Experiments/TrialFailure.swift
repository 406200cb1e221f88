import Foundation
import Runs

/// A trial that ended without a record: which, why, and what to do next.
package struct TrialFailure: Error {
  package let status: ExitStatus
  package let message: String
  package let hint: String

  private static let resume = "the same command goes on from here: finished trials are kept"

  init(_ trial: Trial, _ status: ExitStatus, _ reason: String, hint: String = resume) {
    self.status = status
    self.hint = hint
    message = "trial \(trial.directory.relativePath): \(reason)"
  }

  /// A trial that gave up, and what it said on standard error.
  init(_ trial: Trial, _ status: ExitStatus, said messages: String) {
    self.init(
      trial, status, Self.line("error:", in: messages) ?? "ended with status \(status.rawValue)",
      hint: Self.line("hint:", in: messages) ?? Self.resume)
  }

  /// Whether messages have this program's line about an error, rather than that of a launcher.
  static func explains(_ messages: String) -> Bool { line("error:", in: messages) != nil }

  private static func line(_ start: String, in messages: String) -> String? {
    messages.split(whereSeparator: \.isNewline).first { $0.hasPrefix(start) }
      .map { $0.dropFirst(start.count).trimmingCharacters(in: .whitespaces) }
  }
}
