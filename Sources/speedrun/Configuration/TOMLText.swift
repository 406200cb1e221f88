import Foundation
import NanoGPT
import TOMLKit

/// Reads a file of TOML text into a value; every error names the file.
///
/// - Parameters:
///   - url: The file.
///   - hint: What to do when it cannot be used, unless an error knows better.
///   - decode: Makes a value of the text.
/// - Returns: What `decode` returned.
/// - Throws: ``DataError`` for a file that cannot be read or is no text, ``UsageError`` for its content.
func readTOML<Value>(
  _ url: URL, hint: String, _ decode: (String) throws(UsageError) -> Value
) throws -> Value {
  let bytes = try Files.read(url, hint: hint)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw DataError.badData(path: url.path, reason: "not UTF-8", hint: hint)
  }
  do {
    return try decode(text)
  } catch {
    throw UsageError("\(url.relativePath): \(error.message)", hint: error.hint ?? hint)
  }
}

/// Parses TOML text; a mistake in it is told with its place.
func parsedTOML(_ text: String) throws(UsageError) -> TOMLTable {
  do {
    return try TOMLTable(string: text)
  } catch let error as TOMLParseError {
    throw UsageError("not TOML: \(error.description), \(error.source)")
  } catch {
    throw UsageError("not TOML: \(error)")
  }
}
