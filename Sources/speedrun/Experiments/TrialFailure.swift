import Foundation

/// A trial that ended without a record: which, why, and what to do next.
struct TrialFailure: Error {
  let status: ExitStatus
  let message: String
  let hint: String

  private static let resume = "the same command goes on from here: finished trials are kept"

  init(_ trial: Trial, _ status: ExitStatus, _ reason: String, hint: String = resume) {
    self.status = status
    self.hint = hint
    message = "trial \(trial.directory.relativePath): \(reason)"
  }

  /// A trial that a signal killed.
  init(_ trial: Trial, signal: Int32) {
    self.init(trial, .internalError, "killed by signal \(signal)")
  }

  /// A trial that gave up, and what it said on standard error.
  init(_ trial: Trial, _ status: ExitStatus, said messages: String) {
    func line(_ start: String) -> String? {
      messages.split(separator: "\n").first { $0.hasPrefix(start) }
        .map { $0.dropFirst(start.count).trimmingCharacters(in: .whitespaces) }
    }
    self.init(
      trial, status, line("error:") ?? "ended with status \(status.rawValue)",
      hint: line("hint:") ?? Self.resume)
  }
}
