/// A flag, key or value that is wrong: what, and what to do instead.
package struct UsageError: Error, Equatable {
  package let message: String
  package let hint: String?

  package init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}
