import Foundation
import NanoGPT
import Runs
import Text

/// A command that starts a program elsewhere, or otherwise: `srun -n1 -c{threads}`, `ssh host{slot}`, `nice`.
///
/// The words of what it is to start come after its own. It has to pass on standard input, by which the program is told
/// what to do and when to end.
package struct Launcher: Hashable, Sendable {
  /// What stands for a number in the words.
  private enum Placeholder: String, CaseIterable {
    /// The threads of a trial.
    case threads
    /// The place among those that run side by side, from 0.
    case slot
  }

  private let words: [String]

  /// Reads the words as a shell would, with quotes but without variables.
  ///
  /// - Throws: `UsageError` of an unknown placeholder, of a quote without an end, and where there is no such program.
  package init(_ text: String) throws(UsageError) {
    guard let words = CommandText.closedWords(of: text) else {
      throw UsageError("--launcher \(text): a quote has no end", hint: "close it")
    }
    guard !words.isEmpty else {
      throw UsageError("--launcher is empty", hint: "name a command, such as 'srun -n1'")
    }
    for match in text.matches(of: /\{([A-Za-z_]*)\}/)
    where Placeholder(rawValue: String(match.output.1)) == nil {
      throw UsageError(
        "--launcher: nothing replaces \(match.output.0)",
        hint: Suggestion.text(
          for: String(match.output.0), among: Placeholder.allCases.map { "{\($0.rawValue)}" }))
    }
    self.words = words
    if file(slot: 0, threads: 1) == nil {
      throw UsageError(
        "--launcher: no program '\(words[0])'",
        hint: words[0].contains("/")
          ? "its path is from the current directory" : "it must be in a directory of PATH")
    }
  }

  /// What its program is called.
  package var name: String { URL(fileURLWithPath: words[0]).lastPathComponent }

  /// The file of its program; nil where there is none.
  package func file(slot: Int, threads: Int) -> String? {
    let word = replaced(words[0], slot, threads)
    guard !word.contains("/") else {
      return FileManager.default.isExecutableFile(atPath: word) ? word : nil
    }
    return Program.file(of: word, in: ProcessInfo.processInfo.environment["PATH"] ?? "")
  }

  /// What its program is called with to start another one.
  ///
  /// - Parameters:
  ///   - path: The file of the other program. It is quoted for `ssh`, which gives its words to a shell; no other word of
  ///     `command` may need that.
  ///   - command: The words for the other program.
  ///   - slot: The place among those that run side by side.
  ///   - threads: How many threads it will have.
  /// - Returns: The words.
  package func arguments(
    starting path: String, _ command: [String], slot: Int, threads: Int
  ) -> [String] {
    let own = words.dropFirst().map { replaced($0, slot, threads) }
    return own + [isRemoteShell ? CommandText.options([path]) : path] + command
  }

  /// Whether a shell on the other side takes the words apart; also of `timeout 1h ssh host`.
  private var isRemoteShell: Bool {
    words.contains { URL(fileURLWithPath: $0).lastPathComponent == "ssh" }
  }

  private func replaced(_ word: String, _ slot: Int, _ threads: Int) -> String {
    Placeholder.allCases.reduce(word) { word, placeholder in
      let number =
        switch placeholder {
        case .threads: threads
        case .slot: slot
        }
      return word.replacing("{\(placeholder.rawValue)}", with: String(number))
    }
  }
}
