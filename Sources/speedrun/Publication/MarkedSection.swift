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

  /// Whether a text has the first marker, so that it wants to have the section.
  package func isMarked(in text: String) -> Bool { text.contains(markers.begin) }

  /// Returns the text of the document with other lines between the markers.
  package func replaced(in text: String, with lines: String) throws(DataError) -> String {
    let (before, after) = try parts(of: text)
    let (begin, end) = markers
    return "\(before)\(begin)\n\(lines)\n\(end)\(after)"
  }

  /// What is before the first marker, and what is after the second.
  private func parts(of text: String) throws(DataError) -> (before: Substring, after: Substring) {
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
