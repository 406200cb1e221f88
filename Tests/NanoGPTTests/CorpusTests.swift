import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct TextCorpusTests {
  private func corpus(_ contents: [[UInt8]]) throws -> Corpus {
    try withTemporaryDirectory { directory in
      let files = try contents.enumerated().map { index, bytes in
        let file = directory.appendingPathComponent("my text.\(index).txt")
        try Data(bytes).write(to: file)
        return file
      }
      return try Corpus.text(files: files)
    }
  }

  private func documents(in text: String, separator: String? = nil) throws -> [String] {
    try withTemporaryDirectory { directory in
      let file = directory.appendingPathComponent("text")
      try Data(text.utf8).write(to: file)
      return try Corpus.text(files: [file], format: TextFormat(separator: separator)).documents
    }
  }

  @Test func blankLinesSeparateDocuments() throws {
    #expect(try documents(in: "a\nb\n\nc\n \t\n\n\nd\n") == ["a\nb", "c", "d"])
    #expect(try documents(in: "\n\n  a\n\n") == ["  a"])
    #expect(try documents(in: "a<|endoftext|>b\nc\n<|endoftext|>\n") == ["a", "b\nc"])
    #expect(try documents(in: "a\n \u{3000}\u{A0}\u{2003}\nb\n\u{30A2}") == ["a", "b\n\u{30A2}"])
    #expect(try documents(in: "<<|endoftext|><|endoftext|>>") == ["<", ">"])
  }

  @Test func carriageReturnsAtLineEndsDoNotMatter() throws {
    #expect(
      try documents(in: "a\r\nb\r\n\r\nc\r\n").map { Array($0.utf8) } == [[97, 10, 98], [99]])
    #expect(try documents(in: "a\rb\r\rc") == ["a\nb", "c"], "as old Macs end lines")
  }

  @Test func anotherSeparatorThanBlankLines() throws {
    let text = "a\r\n\r\nb\n%%\n\nc%%\n%%<|endoftext|>d"
    #expect(
      try documents(in: "a\r\n--\r\nb", separator: "\r\n--\r\n") == ["a", "b"], "after line ends")
    #expect(try documents(in: text, separator: "%%") == ["a\n\nb\n", "\n\nc", "d"])
    #expect(try documents(in: "xaabaaby", separator: "aab") == ["x", "y"])
    #expect(try documents(in: "xaaaby", separator: "aab") == ["xa", "y"])
  }

  /// Pieces of a megabyte are read, so everything that spans several bytes spans two of them once.
  @Test func nothingIsLostWhereTheFileIsReadInPieces() throws {
    let piece = 1 << 20
    for shift in 0...16 {
      var text = String(repeating: "0123456789abcde\n", count: piece / 16 - 1)
      text.removeLast(16)
      text += String(repeating: "x", count: shift) + "\r\n\r\n\u{1F642}<|endoftext|>é last"
      let found = try documents(in: text + String(repeating: "\n\nmore", count: 20))
      #expect(found.count == 23 && found[1] == "\u{1F642}" && found[2] == "é last", "\(shift)")
    }
  }

  @Test func aByteOrderMarkIsNoText() throws {
    let marked = try corpus([[0xEF, 0xBB, 0xBF] + Array("a\n\nb".utf8)])
    #expect(try marked.documents == ["a", "b"])
    #expect(marked.sha256 == (try corpus([Array("a\n\nb".utf8)])).sha256)
  }

  @Test func invalidBytesAreReplacedOnlyIfThatIsAskedFor() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appendingPathComponent("latin.txt")
      try Data([0x63, 0x61, 0x66, 0xE9, 0x20, 0x21, 0xFF, 0xEF, 0xBF, 0xBD]).write(to: file)
      #expect(
        dataError { _ = try Corpus.text(files: [file]) }?.description.contains("--lossy") == true)
      var said: [String] = []
      let corpus = try Corpus.text(files: [file], format: TextFormat(isLossy: true)) {
        said.append($0)
      }
      #expect(try corpus.documents == ["caf\u{FFFD} !\u{FFFD}\u{FFFD}"], "one was there already")
      #expect(said.count == 1 && said[0].contains("latin.txt: 2 characters are U+FFFD"))
    }
  }

  @Test func joinsFilesAndNamesTheCorpusAfterTheFirst() throws {
    let corpus = try corpus([Array("a\n".utf8), Array("b\n\nc".utf8)])
    #expect(corpus.name == "text-my_text_0")
    #expect(try corpus.documents == ["a", "b", "c"])
    #expect(corpus.byteCount == 8)
    #expect(corpus.sha256 == SHA256.hexadecimal(Array("a\n\nb\n\nc\n".utf8)))
  }

  @Test(
    arguments: [
      ([], "the file is empty"),
      (Array(" \n\t\n".utf8), "only spaces"),
      (Array("caf\u{E9}".utf8) + [0xE9, 0x20], "invalid byte at offset 5"),
      ([0x61, 0xF0, 0x9F, 0x99], "invalid byte at offset 1"),
      ([0xED, 0xA0, 0x80], "invalid byte at offset 0"),
      ([0xFF, 0xFE, 0x61, 0x00], "invalid byte at offset 0"),
    ] as [([UInt8], String)]) func refusesWhatIsNoText(bytes: [UInt8], reason: String)
  {
    let error = dataError { _ = try corpus([Array("good".utf8), bytes]) }
    guard case .badData(let path, let found, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found.contains(reason))
    #expect(path.hasSuffix("my text.1.txt"))
  }

  @Test func cutsFewDocumentsIntoPieces() throws {
    let line = String(repeating: "é word ", count: 40)
    let document = Array(repeating: line, count: 100).joined(separator: "\n")
    let pieces = try corpus([Array(document.utf8)]).documents
    #expect(pieces.count > 15)
    #expect(pieces.allSatisfy { (1000...2000).contains($0.utf8.count) || $0 == pieces.last })
    #expect(pieces.joined(separator: "\n") == document)
    // Without a place to cut, still between characters.
    let solid = String(repeating: "🙂", count: 1001)
    let parts = try corpus([Array(solid.utf8)]).documents
    #expect(parts.joined() == solid)
    #expect(parts.map(\.utf8.count) == [2000, 2000, 4])
  }

  @Test func aTextThatChangesWhileItIsPreparedIsRefused() throws {
    try withTemporaryDirectory { directory in
      let file = directory.appendingPathComponent("text")
      let text = (0..<500).map { "Line \($0) of many.\n" }.joined(separator: "\n")
      try Data(text.utf8).write(to: file)
      let corpus = try Corpus.text(files: [file])
      let handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("\nMore.\n".utf8))
      try handle.close()
      let place = directory.appendingPathComponent("prepared")
      let error = dataError {
        try CorpusPreparation.prepare(corpus, into: place, vocabularySize: 257)
      }
      #expect(error?.description.contains("has changed while it was read") == true)
      #expect(!FileManager.default.fileExists(atPath: place.path))
    }
  }
}
