import Corpora
import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct BookTests {
  @Test func headingsBeginDocuments() {
    let book = [
      "A PLAY", "", "Act I.", "", "Scene I. A wood.", "Enter.  ", "", "Actors speak.", "", "",
      "  SCENE II.", "Exit.",
    ]
    #expect(
      documents(in: book, beforeEach: Shakespeare.isHeading) == [
        "A PLAY", "Act I.\n\nScene I. A wood.\nEnter.\n\nActors speak.", "  SCENE II.\nExit.",
      ], "an actor is no act, and an act and its first scene are one heading")
    #expect(
      documents(in: ["I", "", "From fairest", "XIV", "Not from", "In it"]) {
        Shakespeare.isHeading($0)
      } == ["I\n\nFrom fairest", "XIV\nNot from\nIn it"])
    #expect(documents(in: ["", " "]) { _ in true }.isEmpty)
  }

  /// Two items as R writes them, made with Python: for each `struct.pack('>I', n) + zlib.compress(xdr, 9)`.
  private static let novels =
    "AAAAunjai+BiYGBgZmBhYmRgZgUyGVhDQ9x0LYAMASDmZmBh4ATSLK6+vo5QNgOU5gjz9wn1dVXwRBPndPZwDAhxDcKQ4HfN"
    + "zU1UCM/PT8nILy1O1YEKc2ck5qUU5+em6ikooOngghsFM4vLt0hPITy1uCQ/DwDOpBgYAAAAVHjai+BiYGBgZmBhYmRgZgUy"
    + "GVhDQ9x0LYAMAYgEAyeQ5gpILSouTSzOzM+DinA6ZyQWlKQWKRjClARnFimEJ+YAxQCMrw0j"

  @Test func novelsComeOutOfAFileOfR() throws {
    let bytes = Array(try #require(Data(base64Encoded: Self.novels)))
    let novels = try #require(Austen.novels(in: bytes))
    #expect(novels.map(\.first) == ["EMMA", "Persuasion"])
    #expect(novels[0].count == 11 && novels[1] == ["Persuasion", "Chapter 1", "Sir Walter"])
    #expect(
      novels.flatMap(Austen.chapters) == [
        "EMMA", "VOLUME I\n\nCHAPTER I\n\nEmma Woodhouse,\nhandsome.", "CHAPTER II\nMr. Weston",
        "Persuasion", "Chapter 1\nSir Walter",
      ])
    // Cut off or damaged, it is no such file.
    for count in [1, 5, 100, bytes.count - 1] {
      #expect(Austen.novels(in: Array(bytes.prefix(count))) == nil, "\(count) bytes")
    }
    var damaged = bytes
    damaged[40] ^= 0xFF
    #expect(Austen.novels(in: damaged) == nil)
  }

  @Test func tagsOfTheTreasuryLeaveLines() {
    let printed = """
      $$$[ Testament 1 Heading ]
      <milestone type="x" n="$Rev$"/>
      $$$Psalms 1:1
      <div sID="1"/> <title>TITLE.</title> A <hi type="italic">blessed</hi> man <reference>Ps 2</reference>
      $$$Psalms 1:2
      <div/>Prayer &amp; praise<div eID="1"/> <div/>  twice

      """
    #expect(
      TreasuryOfDavid.entries(printed: printed) == [
        "TITLE.\nA blessed man Ps 2", "Prayer & praise\ntwice",
      ])
  }

  @Test func entriesOfADictionaryBeginWhereALineIsNotIndented() {
    let text =
      "00-info\n   about\n\nAlb \\Alb\\, n.\n   1. A robe.\n\n   2. It.\n\nAle\n   Caf\u{E9}."
    #expect(
      Corpus.entries(in: Array(text.utf8)) == [
        "00-info\n   about", "Alb \\Alb\\, n.\n   1. A robe.\n\n   2. It.", "Ale\n   Café.",
      ])
    #expect(Corpus.entries(in: [0x41, 0x92, 0x0A]) == ["A\u{FFFD}"])
  }

  /// The corpora themselves are prepared by `Scripts/corpora`; without their packages there is one line.
  @Test func aMissingPackageIsNamed() throws {
    let error = dataError { _ = try SourceFiles.find("usr/nothing", of: "no-such-package") }
    let message = try #require(error).description
    #expect(message.contains("no-such-package") && message.contains("./Scripts/corpora"))
    #expect(!message.contains("\n"))
  }
}
