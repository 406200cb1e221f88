import Foundation

/// A file that is open for reading, from any place in it.
public final class InputFile: Sendable {
  private let descriptor: Int32
  /// Whether its bytes lie on a disk; those of a pipe come once, in order.
  public let isRegular: Bool
  /// The number of its bytes when it was opened; 0 of a pipe.
  public let size: Int
  private let modified: timespec

  /// Opens the file at `path`.
  public convenience init(at path: String) throws(SystemError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last }
    try self.init(descriptor)
  }

  private init(_ descriptor: Int32) throws(SystemError) {
    self.descriptor = descriptor
    let status = try Self.status(of: descriptor)
    isRegular = status.st_mode & S_IFMT == S_IFREG
    size = isRegular ? Int(status.st_size) : 0
    modified = Platform.modification(of: status)
  }

  deinit { close(descriptor) }

  /// Writes a file without a name in the directory for temporary files, and opens it; it goes when nobody reads it any
  /// more.
  ///
  /// - Parameter fill: Is given a function that appends bytes.
  /// - Returns: The file, open for reading.
  /// - Throws: `SystemError`, or what `fill` throws.
  public static func temporary(
    _ fill: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> InputFile {
    var template = Array(
      FileManager.default.temporaryDirectory.appendingPathComponent("text-XXXXXX").path.utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw SystemError.last }
    unlink(template)
    do {
      try fill { try writeAll($0, to: descriptor) }
      return try InputFile(descriptor)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Reads bytes from `offset` on, fewer only at the end of the file; those of a pipe are the next ones.
  ///
  /// - Returns: How many were read.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int
  ) throws(SystemError) -> Int {
    var count = 0
    while count < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let read =
        isRegular
        ? pread(descriptor, rest.baseAddress, rest.count, off_t(offset + count))
        : Foundation.read(descriptor, rest.baseAddress, rest.count)
      if read < 0 && errno == EINTR { continue }
      guard read >= 0 else { throw .last }
      if read == 0 { break }
      count += read
    }
    return count
  }

  /// Whether somebody has written to the file since it was opened.
  public var hasChanged: Bool {
    guard isRegular, let status = try? Self.status(of: descriptor) else { return false }
    let now = Platform.modification(of: status)
    return Int(status.st_size) != size || now.tv_sec != modified.tv_sec
      || now.tv_nsec != modified.tv_nsec
  }

  private static func status(of descriptor: Int32) throws(SystemError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last }
    return status
  }
}
