import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct CorpusPreparationTests {
  private let corpus = Corpus(
    name: "verses",
    documents: (0..<60).map { "And the number of the day was \($0 * $0), and there was light." })

  private func files(in directory: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  @Test(arguments: [257, 300]) func writesWhatTheManifestSays(vocabulary: Int) throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("deeper").appendingPathComponent("verses")
      let manifest = try CorpusPreparation.prepare(
        corpus, into: directory, vocabularySize: vocabulary)
      #expect(try Manifest(in: directory) == manifest)
      try manifest.verify(in: directory)
      #expect(
        try files(in: directory)
          == ["manifest.json", "tokenizer.json", "train_000000.bin", "val_000000.bin"])
      #expect(try files(in: directory.deletingLastPathComponent()) == ["verses"])
      #expect(manifest.corpus == "verses")
      #expect(manifest.textSHA256 == corpus.sha256)
      #expect(manifest.vocabulary == vocabulary)
      #expect(manifest.train.documents + manifest.validation.documents == 60)

      let tokenizer = try BytePairTokenizer(
        contentsOf: directory.appendingPathComponent(Manifest.tokenizerFileName))
      #expect(tokenizer.vocabularySize == vocabulary)
      var found: [String] = []
      for (split, size) in [
        (Manifest.Split.train, manifest.train), (.validation, manifest.validation),
      ] {
        let urls = manifest.shards(split, in: directory)
        #expect(urls.count == 1)
        let shard = try TokenShard(contentsOf: urls[0])
        try shard.validate(vocabularySize: vocabulary)
        #expect(shard.tokens.first == tokenizer.endOfText)
        #expect(shard.tokens.count == size.tokens)
        #expect(tokenizer.byteCount(of: shard.tokens) == size.bytes)
        let documents = shard.tokens.split(
          separator: tokenizer.endOfText, omittingEmptySubsequences: false
        ).dropFirst().map { tokenizer.decode($0) }
        #expect(documents.count == size.documents)
        found += documents
      }
      #expect(try found.sorted() == corpus.documents.sorted())
    }
  }

  @Test func writesTheManifestInSnakeCase() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("micro")
      try CorpusPreparation.prepare(.micro(), into: directory, vocabularySize: 257)
      let url = directory.appendingPathComponent(Manifest.fileName)
      let text = try String(contentsOf: url, encoding: .utf8)
      #expect(text.hasSuffix("}\n"))
      let keys = try #require(
        JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      ).keys
      #expect(
        keys.sorted() == [
          "corpus", "entropy_rate", "shards", "text_bytes", "text_sha256", "tokenizer_sha256",
          "train", "unicode", "validation", "version", "vocabulary",
        ])
    }
  }

  @Test func namesTheVersionOfAnOlderManifest() throws {
    try withTemporaryDirectory { directory in
      try Data(#"{"version": 1, "textSHA256": "abc"}"#.utf8).write(
        to: directory.appendingPathComponent(Manifest.fileName))
      let error = dataError { _ = try Manifest(in: directory) }
      #expect(error?.description.contains("manifest version 1 is not 2; prepare") == true)
    }
  }

  @Test func doesNothingTheSecondTime() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("verses")
      let first = try CorpusPreparation.prepare(corpus, into: directory, vocabularySize: 280)
      let shard = directory.appendingPathComponent("train_000000.bin").path
      let written = try FileManager.default.attributesOfItem(atPath: shard)[.modificationDate]
      var lines: [String] = []
      let second = try CorpusPreparation.prepare(corpus, into: directory, vocabularySize: 280) {
        lines.append($0)
      }
      #expect(first == second)
      #expect(lines == ["\(directory.path): verses is already prepared"])
      let untouched = try FileManager.default.attributesOfItem(atPath: shard)[.modificationDate]
      #expect(written as? Date == untouched as? Date)
    }
  }

  /// Of what is there, only files that a manifest proves to be of an earlier preparation are replaced.
  @Test func replacesOnlyWhatItPrepared() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("verses")
      let manifest = try CorpusPreparation.prepare(corpus, into: directory, vocabularySize: 280)
      let other = Corpus(name: "verses", documents: try corpus.documents + ["One more."])
      func refusal() -> String? {
        dataError { try CorpusPreparation.prepare(other, into: directory, vocabularySize: 280) }?
          .description
      }
      let stray = directory.appendingPathComponent("stray")
      try Data("mine".utf8).write(to: stray)
      #expect(refusal()?.contains("holds stray, which manifest.json does not name") == true)
      #expect(try files(in: directory).count == 5, "nothing is touched")
      try FileManager.default.removeItem(at: stray)

      let shard = directory.appendingPathComponent("val_000000.bin")
      let intact = try Data(contentsOf: shard)
      try TokenShard.write([1, 2, 3], to: shard)
      let damage = dataError { try manifest.verify(in: directory) }
      #expect(damage?.description.hasPrefix("\(shard.path): SHA-256 is") == true)
      #expect(refusal()?.contains("holds another val_000000.bin than") == true)
      try intact.write(to: shard)

      let file = directory.appendingPathComponent("manifest.json")
      let described = try Data(contentsOf: file)
      try Data("{}".utf8).write(to: file)
      #expect(refusal()?.contains("holds something that is not a prepared corpus") == true)
      try described.write(to: file)

      // A missing file is made again, and another text or vocabulary takes the place.
      try FileManager.default.removeItem(at: directory.appendingPathComponent("tokenizer.json"))
      try CorpusPreparation.prepare(corpus, into: directory, vocabularySize: 280)
      try manifest.verify(in: directory)
      let changed = try CorpusPreparation.prepare(other, into: directory, vocabularySize: 280)
      #expect(changed.textSHA256 != manifest.textSHA256)
      let larger = try CorpusPreparation.prepare(other, into: directory, vocabularySize: 290)
      #expect(larger.vocabulary == 290)
      #expect(try files(in: parent) == ["verses"])
    }
  }

  @Test func aLinkStaysOne() throws {
    try withTemporaryDirectory { parent in
      let (place, link) = (
        parent.appendingPathComponent("place"), parent.appendingPathComponent("link")
      )
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: link.path, withDestinationPath: place.path)
      for size in [257, 280] {
        try CorpusPreparation.prepare(corpus, into: link, vocabularySize: size)
      }
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == place.path)
      #expect(try Manifest(in: place).vocabulary == 280)
      #expect(try files(in: parent) == ["link", "place"])
    }
  }

  @Test func cutsLongTokenStreamsIntoShards() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("verses")
      let manifest = try CorpusPreparation.prepare(
        corpus, into: directory, vocabularySize: 257, shardCapacity: 1000)
      let shards = manifest.shards.filter { $0.split == .train }
      #expect(shards.count > 1)
      #expect(shards.map(\.file).prefix(2) == ["train_000000.bin", "train_000001.bin"])
      #expect(shards.dropLast().allSatisfy { $0.tokens == 1000 })
      #expect(shards.reduce(0) { $0 + $1.tokens } == manifest.train.tokens)
    }
  }

  @Test func statesTheEntropyRateForBytesOnly() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("micro")
      let micro = Corpus.micro()
      let bytes = try CorpusPreparation.prepare(micro, into: directory, vocabularySize: 257)
      #expect(bytes.entropyRate == micro.entropyRate)
      #expect(bytes.entropyRate != nil)
      let pairs = try CorpusPreparation.prepare(micro, into: directory, vocabularySize: 300)
      #expect(pairs.entropyRate == nil)
    }
  }

  @Test func refusesTextThatIsTooSmallAndWritesNothing() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("small")
      let vocabulary = dataError {
        try CorpusPreparation.prepare(corpus, into: directory, vocabularySize: 5000)
      }
      #expect(vocabulary?.description.contains("the text is too small for 5000 tokens") == true)
      #expect(vocabulary?.description.contains("or a vocabulary of ") == true)
      let split = dataError {
        try CorpusPreparation.prepare(
          Corpus(name: "one", documents: ["one"]), into: directory, vocabularySize: 257)
      }
      #expect(split?.description.contains("cannot be divided") == true)
      let written = try files(in: parent)
      #expect(written.isEmpty)
    }
  }

  @Test func reportsADirectoryThatCannotBeWritten() throws {
    try withTemporaryDirectory { parent in
      let file = parent.appendingPathComponent("file")
      try Data().write(to: file)
      let error = dataError {
        try CorpusPreparation.prepare(
          corpus, into: file.appendingPathComponent("verses"), vocabularySize: 257)
      }
      guard case .cannotWrite(file.path + "/verses", _, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try files(in: parent) == ["file"])
    }
  }

  @Test func saysWhatToDoWithoutPreparedData() throws {
    let error = dataError { _ = try Manifest(in: URL(fileURLWithPath: "/nonexistent/kjv-1024")) }
    #expect(
      error?.description
        == "/nonexistent/kjv-1024/manifest.json: no such file; prepare the corpus again")
  }

  @Test func namesTheDirectoryAfterCorpusAndVocabulary() {
    #expect(CorpusPreparation.directoryName(corpus: "kjv", vocabularySize: 1024) == "kjv-1024")
  }
}
