import Corpora
import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct KingJamesTests {
  /// The checksums that `data/README.md` states; needs the Debian package `bible-kjv`.
  @Test func isPreparedTheSameEverywhere() throws {
    try withTemporaryDirectory { directory in
      let manifest = try CorpusPreparation.prepare(
        .kingJames(), into: directory.appendingPathComponent("kjv"), vocabularySize: 1024)
      #expect(manifest.train.documents + manifest.validation.documents == 1189)
      #expect(
        manifest.tokenizerSHA256
          == "e1665e9a382abdf48d6c20be3b446ff65de2836d6e865a0d1fd8b1f2d34ba3a5")
      #expect(
        manifest.shards.map(\.sha256) == [
          "8d8a668be0e2dabb749395eb450f9f7f487428db5229bb12b9842258e0d5b301",
          "e93bd6cfafa7edea00a8ec3bdc9b5c4ed6e9731007aa550a5368d81f955d97b7",
        ])
    }
  }

  @Test func refusesAnotherText() {
    let error = dataError {
      _ = try Corpus.kingJames(printed: "Ge1:1 In the beginning.\nGe1:2 And.\nGe2:1 Thus.\n")
    }
    guard case .badData(_, let reason, let hint) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    // `printf 'In the beginning.\nAnd.\n\nThus.\n' | sha256sum`
    #expect(reason.contains("611137fb6a"))
    #expect(reason.contains(Corpus.kingJamesSHA256))
    #expect(hint.contains("bible-kjv 4.38") && hint.contains("another text file"))
  }

  @Test func refusesLinesWithoutReference() {
    for line in ["no reference", "Ge1:1", "and then: more", ""] {
      #expect(dataError { _ = try Corpus.kingJames(printed: line + "\n") } != nil)
    }
  }

  @Test func saysWhichPackageIsMissing() throws {
    let error = dataError { _ = try Corpus.kingJames(searchPath: "/nonexistent:/dev") }
    guard case .missingInput = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("apt-get install bible-kjv") == true)
  }

  @Test func reportsAProgramThatFails() throws {
    try withTemporaryDirectory { directory in
      let program = directory.appendingPathComponent("bible")
      try Data("#!/bin/sh\nexit 3\n".utf8).write(to: program)
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: program.path)
      let error = dataError { _ = try Corpus.kingJames(searchPath: directory.path) }
      #expect(error?.description.contains("failed with status 3") == true)
    }
  }
}
