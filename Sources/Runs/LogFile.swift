import Foundation
import Machine
import NanoGPT

/// A file that grows by whole lines or records, each handed to the system before the next.
package final class LogFile {
  private let url: URL
  private let file: AppendOnlyFile

  /// Creates the file, or empties it; or goes on at its end.
  package init(_ url: URL, isContinued: Bool = false) throws(DataError) {
    self.url = url
    do {
      file =
        try isContinued
        ? AppendOnlyFile(continuing: url.path) : AppendOnlyFile(emptying: url.path)
    } catch {
      throw Self.failure(url, error)
    }
  }

  /// Appends a line; where that fails, nothing of it stays.
  package func append(_ line: String) throws(DataError) {
    try append(bytes: Array((line + "\n").utf8))
  }

  /// Appends bytes; where that fails, nothing of them stays.
  func append(bytes: [UInt8]) throws(DataError) {
    do {
      try file.append(bytes)
    } catch {
      throw Self.failure(url, error)
    }
  }

  private static func failure(_ url: URL, _ error: SystemError) -> DataError {
    .cannotWrite(
      path: url.path, reason: error.description,
      hint: "free some space, or choose another place with --out DIR")
  }
}
