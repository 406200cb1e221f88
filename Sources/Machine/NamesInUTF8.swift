import Foundation

/// Names that are not UTF-8.
///
/// For the system any bytes are a name. A Swift text has other bytes in their place, and these name another file.
public enum NamesInUTF8 {
  /// Which name that this process was given is not UTF-8, in words, and what to do; nil when all are.
  public static var problem: (reason: String, hint: String)? {
    for index in 0..<Int(CommandLine.argc) {
      guard let word = CommandLine.unsafeArgv[index] else { continue }
      if let text = repaired(word) {
        return ("an argument is not UTF-8: '\(text)'", "give the file a name in UTF-8")
      }
    }
    // By the system itself: Foundation returns a text.
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    if let text = repaired(path) {
      return ("the name of this directory is not UTF-8: '\(text)'", "rename it, or run elsewhere")
    }
    return nil
  }

  /// The text with U+FFFD for what is not UTF-8; nil when all of it is.
  private static func repaired(_ bytes: UnsafePointer<CChar>) -> String? {
    String(validatingCString: bytes) == nil ? String(cString: bytes) : nil
  }
}
