/// What the system lets this process have (`ulimit`).
public enum ProcessLimits {
  /// With fewer open files or less address space, the system's own libraries stop or wait for ever.
  private static let least: (files: UInt, bytes: UInt) = (32, 2_000_000_000)

  /// Which limit is too small for any command, in words, and what lifts it; nil when none is.
  public static var problem: (reason: String, hint: String)? {
    if let files = Platform.limit(.openFiles), files < least.files {
      return (
        "this process may open \(files) files, and needs \(least.files)",
        "`ulimit -n 1024` lifts the limit"
      )
    }
    if let bytes = Platform.limit(.addressSpace), bytes < least.bytes {
      return (
        "this process may have \(bytes / 1_000_000) MB of address space, and needs \(least.bytes / 1_000_000)",
        "`ulimit -v unlimited` lifts the limit"
      )
    }
    return nil
  }
}
