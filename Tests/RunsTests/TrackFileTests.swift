import Autograd
import Corpora
import Foundation
import Muon
import NanoGPT
import Runs
import TestSupport
import Testing

@Suite struct TrackFileTests {
  private static func read(_ text: String, in directory: URL) throws -> TrackFile {
    let file = directory.appendingPathComponent("mine.toml")
    try Data(text.utf8).write(to: file)
    return try TrackFile(contentsOf: file)
  }

  @Test func aFileSaysOnlyWhatDiffersFromItsBase() throws {
    try withTemporaryDirectory { directory in
      let file = try Self.read(
        """
        base = "kjv"

        [recipes.muon]
        steps = 120

        [recipes.muon.muon]
        momentum = 0.9
        """, in: directory)
      var expected = TrackDefinition.kjv
      expected.recipes["muon"]?.steps = 120
      expected.recipes["muon"]?.muon?.momentum = 0.9
      #expect(file.definition == expected, "still kjv v1: a recipe changes nothing of the track")
      #expect(file.data == nil)
    }
  }

  /// What another batch reaches is no result of kjv v1.
  @Test func aChangedTrackKeepsNoClaimThatIsNotGiven() throws {
    try withTemporaryDirectory { directory in
      let changed = try Self.read("base = \"kjv\"\ntrack.batch = 32", in: directory).definition
        .track
      #expect(changed.name == "kjv-changed" && changed.version == nil && changed.target == nil)
      #expect(changed.batch == 32 && changed.textSHA256 == Corpus.kingJamesSHA256)
      let named = try Self.read(
        """
        base = "kjv"
        track.name = "wide"
        track.target = 2.9
        track.corpus = "mine"
        """, in: directory
      ).definition.track
      #expect(named.name == "wide" && named.version == nil && named.target == 2.9)
      #expect(named.textSHA256 == nil, "it is another text")
    }
  }

  /// The data of a track lie where its file says, from wherever the program is called.
  @Test func dataAreRelativeToTheFile() throws {
    try withTemporaryDirectory { directory in
      let text = Corpus(
        name: "mine", documents: (0..<60).map { "Document \($0) says a few words." })
      try CorpusPreparation.prepare(
        text, into: directory.appendingPathComponent("data/mine"), vocabularySize: 257)
      let tracks = directory.appendingPathComponent("tracks", isDirectory: true)
      try FileManager.default.createDirectory(at: tracks, withIntermediateDirectories: true)
      let file = try Self.read(
        """
        base = "micro"
        data = "../data/mine"
        track.target = 1.5
        """, in: tracks)
      #expect(
        file.data?.standardizedFileURL.path
          == directory.appendingPathComponent("data/mine").standardizedFileURL.path)
      let track = file.definition.track
      #expect(track.corpus == "mine" && track.name == "mine" && track.textSHA256 == nil)
      #expect(track.target == 1.5, "the file gives it")
    }
  }

  @Test(arguments: [
    ("base = \"moon\"", "no track is called 'moon'"), ("base = 3", "base is not a text in quotes"),
    ("base = \"kjv\"\ntrack.bach = 3", "unknown key 'track.bach'"),
    ("base = \"kjv\"\ntrack.batch = 0", "batch 0"),
  ])
  func whatIsWrongIsSaidWithTheFile(_ text: String, _ said: String) throws {
    try withTemporaryDirectory { directory in
      let error = #expect(throws: UsageError.self) { try Self.read(text, in: directory) }
      #expect(error?.message.contains("mine.toml: ") == true)
      #expect(error?.message.contains(said) == true, "\(error?.message ?? "none")")
    }
  }

  @Test func dataThatAreNotThereAreAnError() throws {
    try withTemporaryDirectory { directory in
      let error = #expect(throws: DataError.self) {
        try Self.read("base = \"micro\"\ndata = \"nowhere\"", in: directory)
      }
      #expect(error?.description.contains("nowhere: no such directory") == true)
    }
  }
}
