import Text

/// A flag, key or value that is wrong: what, and what to do instead.
package struct UsageError: Error, Equatable {
  package let message: String
  package let hint: String?

  package init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  /// The error that no thing of a kind has a name; the hint says which have.
  package init(no kind: String, called name: String, among known: some Sequence<String>) {
    self.init("no \(kind) is called '\(name)'", hint: Suggestion.text(for: name, among: known))
  }
}
