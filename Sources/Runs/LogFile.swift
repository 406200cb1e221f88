import Foundation
import Machine
import NanoGPT

/// A text file that grows by whole lines, each handed to the system before the next.
package final class LogFile {
  private let url: URL
  private let file: AppendOnlyFile

  /// Creates the file, or empties it.
  package init(_ url: URL) throws(DataError) {
    self.url = url
    do {
      file = try AppendOnlyFile(emptying: url.path)
    } catch {
      throw Self.failure(url, error)
    }
  }

  /// Appends a line; where that fails, nothing of it stays.
  package func append(_ line: String) throws(DataError) {
    do {
      try file.append(Array((line + "\n").utf8))
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
