/// Cuts a book into documents before the lines that are headings.
///
/// Headings that follow one another, with blank lines between them at most, begin one document. White space at the ends
/// of lines and blank lines at the ends of documents are dropped.
///
/// - Parameters:
///   - lines: The lines of the book, without their ends.
///   - isHeading: Whether a line, without white space around it, is a heading.
/// - Returns: The documents.
package func documents(
  in lines: [some StringProtocol], beforeEach isHeading: (Substring.UTF8View) -> Bool
) -> [String] {
  var documents: [[Substring]] = [[]]
  var hasText = false
  for line in lines {
    let line = Substring(line).withoutTrailingSpace
    let words = line.utf8.drop(while: isSpace)
    if !words.isEmpty, isHeading(words) {
      if hasText { documents.append([]) }
      hasText = false
    } else if !words.isEmpty {
      hasText = true
    }
    documents[documents.count - 1].append(line)
  }
  return documents.compactMap { document in
    guard let first = document.firstIndex(where: { !$0.isEmpty }),
      let last = document.lastIndex(where: { !$0.isEmpty })
    else { return nil }
    return document[first...last].joined(separator: "\n")
  }
}

/// Whether a line begins with a word, in capitals or not.
func begins(_ line: Substring.UTF8View, with word: String) -> Bool {
  let capital = UInt8(ascii: "a") ^ UInt8(ascii: "A")
  guard line.count >= word.utf8.count,
    zip(line, word.utf8).allSatisfy({ $0 | capital == $1 })
  else { return false }
  // No letter comes next: an actor is no act.
  return line.dropFirst(word.utf8.count).first.map { !(0x61...0x7A).contains($0 | capital) } ?? true
}

private func isSpace(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

extension Substring {
  /// The line without the spaces at its end.
  fileprivate var withoutTrailingSpace: Substring {
    guard let last = utf8.lastIndex(where: { !isSpace($0) }) else { return "" }
    return self[...last]
  }
}
