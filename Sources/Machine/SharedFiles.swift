import Foundation

/// A file that only grows: what was appended is with the system before the call returns, whole or not at all.
public final class AppendOnlyFile {
  private let descriptor: Int32
  private var length = 0

  /// Creates the file, or empties it.
  public init(emptying path: String) throws(SystemError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .last }
  }

  /// Opens a file that is there, to go on at its end.
  public init(continuing path: String) throws(SystemError) {
    descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last }
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else { throw .last }
    length = Int(end)
  }

  deinit {
    close(descriptor)
  }

  /// Appends bytes; where that fails, none of them stays.
  public func append(_ bytes: [UInt8]) throws(SystemError) {
    do {
      try writeAll(bytes, to: descriptor)
    } catch {
      _ = ftruncate(descriptor, off_t(length))
      throw error
    }
    length += bytes.count
  }
}

/// The right to write in a directory, which one holder at a time can have; it ends with this object or its
/// process.
public final class DirectoryLock {
  private let descriptor: Int32

  /// Takes the right to a directory that exists; nil when somebody else has it.
  public init?(_ path: String) throws(SystemError) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
  }

  deinit {
    close(descriptor)
  }
}
