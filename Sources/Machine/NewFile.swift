import Foundation

/// A file that takes its name only when it is whole.
///
/// Until then it has another name, always the same, so that one that was never finished makes way for the next; and
/// what had the name before stays. A new file that is not committed leaves nothing behind.
public final class NewFile {
  private let path: String
  private let partial: String
  private let descriptor: Int32
  private var isCommitted = false

  /// The other name: where a process that was killed leaves what it had not finished.
  public static func unfinished(_ file: URL) -> URL {
    file.deletingLastPathComponent().appendingPathComponent(".\(file.lastPathComponent).partial")
  }

  /// Begins a file, in the directory where it is to be.
  public init(at path: String) throws(SystemError) {
    self.path = path
    partial = Self.unfinished(URL(fileURLWithPath: path)).path
    descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .last }
  }

  /// Appends bytes.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try writeAll(bytes, to: descriptor)
  }

  /// Writes bytes over those that are at `offset`, or from there on.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let place = off_t(offset + bytes.count - rest.count)
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = pwrite(descriptor, part.baseAddress, part.count, place)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .last }
      rest = rest.dropFirst(count)
    }
  }

  /// Waits until the disk has all that was appended.
  public func synchronize() throws(SystemError) {
    guard Platform.synchronize(descriptor) else { throw .last }
  }

  /// Gives the file its name, with all that was appended on the disk, where a loss of power leaves it.
  ///
  /// - Parameter isDurable: Whether the disk must have it; without, a file costs no waiting.
  /// - Throws: Why the system would not.
  public func commit(isDurable: Bool = true) throws(SystemError) {
    if isDurable { try synchronize() }
    try Self.rename(partial, to: path)
    isCommitted = true
    if isDurable { Self.synchronizeDirectory(of: path) }
  }

  /// Gives a file or a directory another name.
  ///
  /// What has that name is replaced if it is a file, or a directory without anything in it.
  package static func rename(_ path: String, to place: String) throws(SystemError) {
    guard Foundation.rename(path, place) == 0 else { throw .last }
  }

  /// The name itself is kept by the directory; a file system that cannot say so has no better way.
  private static func synchronizeDirectory(of path: String) {
    let directory = open(
      URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { return }
    _ = Platform.synchronize(directory)
    close(directory)
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(partial) }
  }
}
