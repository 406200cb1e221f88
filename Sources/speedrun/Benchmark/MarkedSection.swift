import Foundation
import NanoGPT

/// The lines of a document between two markers, which a command writes.
package struct MarkedSection {
  let url: URL
  let name: String

  package init(_ name: String, of url: URL) {
    (self.name, self.url) = (name, url)
  }

  private var markers: (begin: String, end: String) {
    ("<!-- \(name): begin -->", "<!-- \(name): end -->")
  }

  /// Throws unless the document is there and has both markers.
  package func check() throws(DataError) {
    _ = try content()
  }

  /// Replaces the lines between the markers.
  package func replace(with lines: String) throws(DataError) {
    let (before, after) = try content()
    let (begin, end) = markers
    try Files.write(Array("\(before)\(begin)\n\(lines)\n\(end)\(after)".utf8), to: url)
  }

  /// What is before the first marker, and what is after the second.
  private func content() throws(DataError) -> (before: Substring, after: Substring) {
    let bytes = try Files.read(url, hint: "name the document that has the table")
    let text = String(decoding: bytes, as: UTF8.self)
    guard let begin = text.firstRange(of: markers.begin),
      let end = text[begin.upperBound...].firstRange(of: markers.end)
    else {
      throw .badData(
        path: url.path, reason: "has no place for the table",
        hint: "put the lines \(markers.begin) and \(markers.end) where it belongs")
    }
    return (text[..<begin.lowerBound], text[end.upperBound...])
  }
}
