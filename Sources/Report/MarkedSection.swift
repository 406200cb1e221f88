import Foundation
import NanoGPT

/// The lines of a document between two markers, which a command writes.
package struct MarkedSection {
  let url: URL
  private let begin: String
  private let end: String

  package init(_ name: String, of url: URL) {
    (self.url, begin, end) = (url, "<!-- \(name): begin -->", "<!-- \(name): end -->")
  }

  /// Whether a text has the first marker, so that it wants to have the section.
  func isMarked(in text: String) -> Bool { text.contains(begin) }

  /// Returns the text of the document with other lines between the markers.
  package func replaced(in text: String, with lines: String) throws(DataError) -> String {
    guard let first = text.firstRange(of: begin),
      let last = text[first.upperBound...].firstRange(of: end)
    else {
      throw .badData(
        path: url.path, reason: "has no place for the table",
        hint: "put the lines \(begin) and \(end) where it belongs")
    }
    return "\(text[..<first.lowerBound])\(begin)\n\(lines)\n\(end)\(text[last.upperBound...])"
  }
}
