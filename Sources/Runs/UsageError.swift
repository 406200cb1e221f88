import Text

/// A flag, key or value that is wrong: what, and what to do instead.
public struct UsageError: Error, Equatable {
  /// What is wrong, in one line.
  public let message: String
  /// What to do instead.
  public let hint: String?

  /// Creates an error with a message, and a hint where there is one.
  public init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  /// The error that no thing of a kind has a name; the hint says which have.
  package init(no kind: String, called name: String, among known: some Sequence<String>) {
    self.init("no \(kind) is called '\(name)'", hint: Suggestion.text(for: name, among: known))
  }
}
