/// Stops the program with a message when a caller broke a rule, in release builds too.
///
/// The standard library's `precondition` traps without its message when optimized, and a shape error
/// without the shapes helps nobody. The message says what was asked for and what was given, both values.
@inline(__always)
package func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #file,
  line: UInt = #line
) {
  if !condition { fail(message(), file: file, line: line) }
}

/// Stops the program with a message: a caller broke a rule, or memory has run out.
package func fail(_ message: String, file: StaticString = #file, line: UInt = #line) -> Never {
  fatalError(message, file: file, line: line)
}
