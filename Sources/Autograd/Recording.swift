/// Whether operations on this thread record how to carry gradients back.
enum Recording {
  @TaskLocal static var isOn = true
}

/// Runs `body` without recording operations: for evaluation and sampling, where no gradient is wanted.
///
/// - Parameter body: What to run; it may nest.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  try Recording.$isOn.withValue(false, operation: body)
}
