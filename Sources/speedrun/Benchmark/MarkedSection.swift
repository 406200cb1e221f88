import NanoGPT

extension MarkedSection {
  /// Throws unless the document is there and has both markers.
  package func check() throws(DataError) {
    _ = try replaced(in: try text(), with: "")
  }

  /// Replaces the lines between the markers.
  package func replace(with lines: String) throws(DataError) {
    try Files.write(Array(try replaced(in: try text(), with: lines).utf8), to: url)
  }

  private func text() throws(DataError) -> String {
    let bytes = try Files.read(url, hint: "name the document that has the table")
    return String(decoding: bytes, as: UTF8.self)
  }
}
