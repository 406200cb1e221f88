import Foundation
import FoundationXML

/// Whether a text is one well-formed XML document.
public func isXML(_ text: String) -> Bool {
  XMLParser(data: Data(text.utf8)).parse()
}
