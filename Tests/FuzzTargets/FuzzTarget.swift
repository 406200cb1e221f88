/// Something that reads what comes from outside, as a function that takes any bytes.
///
/// Whatever the bytes are, it returns: it may refuse them with a typed error, and it may not trap, take a second or a
/// gigabyte. A trap ends the process, so there is nothing to return.
public struct FuzzTarget: Sendable {
  /// The name that `Scripts/fuzz` takes, and of its directory in `Tests/FuzzInputs`.
  public let name: String
  /// Reads bytes, and says whether they were accepted.
  public let accepts: @Sendable ([UInt8]) -> Bool

  /// All of them.
  public static let all = data + tracks + records + texts

  init(_ name: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    accepts = { bytes in
      // Only the package's own errors and those of encoders can come out of its functions: all are answers.
      do {
        try read(bytes)
        return true
      } catch {
        return false
      }
    }
  }
}

/// Stops the program unless something holds of all that was read; an error is no answer here.
func check(_ what: String, _ holds: () throws -> Bool) {
  do {
    if try !holds() { fatalError("does not come out as it went in: \(what)") }
  } catch {
    fatalError("\(what): \(error)")
  }
}
