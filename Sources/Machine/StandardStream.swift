import Foundation
import Synchronization

/// Where a program writes unless it is told a file.
public enum StandardStream: Sendable {
  /// For results.
  case output
  /// For progress and messages.
  case error

  private var descriptor: Int32 { self == .output ? STDOUT_FILENO : STDERR_FILENO }

  /// Whether a terminal shows what is written.
  public var isTerminal: Bool { isatty(descriptor) == 1 }

  /// The number of columns of the terminal; nil without one.
  public var columns: Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes all bytes.
  public func write(_ bytes: [UInt8]) throws(SystemError) {
    do {
      try writeAll(bytes, to: descriptor)
    } catch {
      if self == .output { Self.failure.withLock { $0 = $0 ?? error } }
      throw error
    }
  }

  /// Why something could not be written to standard output, the first time; nil while all was written.
  public static var outputFailure: SystemError? { failure.withLock(\.self) }

  private static let failure = Mutex<SystemError?>(nil)

  /// Sends to nowhere what is written to a standard stream that was closed when the program started.
  ///
  /// Otherwise a file that is opened later would take the stream's place, and get its text.
  public static func occupyClosedStreams() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDWR)
    }
  }
}

/// Why the operating system has refused something, in its own words.
public struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The system's number of the error.
  public let code: Int32

  /// What the number means.
  public var description: String { String(cString: strerror(code)) }

  /// The reason of the call that has just failed.
  static var last: SystemError { SystemError(code: errno == 0 ? EIO : errno) }
}

/// Writes all bytes, however many calls it takes.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
  let failure = bytes.withUnsafeBytes { bytes -> SystemError? in
    do throws(SystemError) {
      try writeAll(bytes, to: descriptor)
      return nil
    } catch {
      return error
    }
  }
  if let failure { throw failure }
}

/// The same for bytes in memory.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw .last }
    rest = rest.dropFirst(count)
  }
}
