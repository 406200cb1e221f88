import Foundation
import Glibc
import NanoGPT

/// A text file that grows by whole lines, each handed to the system before the next.
package final class LogFile {
  private let url: URL
  private let descriptor: Int32
  private var length = 0

  /// Creates the file, or empties it.
  package init(_ url: URL) throws(DataError) {
    self.url = url
    descriptor = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(url) }
  }

  deinit {
    close(descriptor)
  }

  /// Appends a line; where that fails, nothing of it stays.
  package func append(_ line: String) throws(DataError) {
    let bytes = Array((line + "\n").utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = Self.failure(url)
        _ = ftruncate(descriptor, off_t(length))
        throw failure
      }
      written += count
    }
    length += bytes.count
  }

  private static func failure(_ url: URL) -> DataError {
    .cannotWrite(
      path: url.path, reason: String(cString: strerror(errno)),
      hint: "free some space, or choose another place with --out DIR")
  }
}
