/// Something outside the program is wrong: a file, a corpus, a disk.
///
/// The kind of the error is what a caller acts on; its description is one line that says what is
/// wrong, where, and what to do next.
public enum DataError: Error, Equatable, CustomStringConvertible {
  /// An input does not exist or cannot be opened.
  case missingInput(path: String, reason: String, hint: String)
  /// An input exists but its content is not what it should be.
  case badData(path: String, reason: String, hint: String)
  /// An output cannot be written.
  case cannotWrite(path: String, reason: String, hint: String)

  /// One line: where, what, and what to do next.
  public var description: String {
    switch self {
    case .missingInput(let path, let reason, let hint),
      .badData(let path, let reason, let hint),
      .cannotWrite(let path, let reason, let hint):
      "\(path): \(reason); \(hint)"
    }
  }
}
