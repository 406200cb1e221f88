import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct TokenShardTests {
  @Test func writesTheFormatOfLlmC() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("shard.bin")
      try TokenShard.write([1, 0x1234, 65535], to: url)
      let bytes = [UInt8](try Data(contentsOf: url))
      // 20240520 is 0x0134D888.
      let header: [UInt8] = [0x88, 0xD8, 0x34, 0x01, 1, 0, 0, 0, 3, 0, 0, 0]
      #expect(bytes == header + Array(repeating: 0, count: 1012) + [1, 0, 0x34, 0x12, 0xFF, 0xFF])
      let shard = try TokenShard(contentsOf: url)
      #expect(Array(shard.tokens) == [1, 0x1234, 65535])
      #expect(shard.sha256 == SHA256.hexadecimal(bytes))
    }
  }

  @Test func hashesLikeEveryoneElse() {
    #expect(
      SHA256.hexadecimal(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  /// What can be wrong with a file, how to make it so, and what the error must say.
  enum Damage: String, CaseIterable {
    case empty = "the shard is empty"
    case short = "too short for a shard's header"
    case magic = "not a token shard"
    case version = "shard version 2 is not supported"
    case truncated = "truncated"
    case long = "trailing bytes"
    case odd = "1029 bytes long, but its 3 tokens need 1030"
    case huge = "4294967295 tokens"

    func applied(to bytes: [UInt8]) -> [UInt8] {
      var bytes = bytes
      switch self {
      case .empty: bytes = []
      case .short: bytes.removeLast(7)
      case .magic: bytes[1] = 0
      case .version: bytes[4] = 2
      case .truncated: bytes.removeLast(2)
      case .long: bytes += [0, 0]
      case .odd: bytes.removeLast()
      case .huge: bytes.replaceSubrange(8..<12, with: [255, 255, 255, 255])
      }
      return bytes
    }
  }

  @Test(arguments: Damage.allCases) func refusesDamagedFiles(damage: Damage) throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("shard.bin")
      try TokenShard.write([1, 2, 3], to: url)
      let bytes = [UInt8](try Data(contentsOf: url))
      try Data(damage.applied(to: bytes)).write(to: url)
      let error = dataError { _ = try TokenShard(contentsOf: url) }
      guard case .badData(url.path, let reason, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(reason.contains(damage.rawValue))
    }
  }

  @Test func refusesAMissingFileAndADirectory() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("none.bin")
      let missing = dataError { _ = try TokenShard(contentsOf: url) }
      #expect(
        missing?.description
          == "\(url.path): no such file; prepare the corpus again")
      guard case .missingInput = missing else {
        Issue.record("\(String(describing: missing))")
        return
      }
      let wrong = dataError { _ = try TokenShard(contentsOf: directory) }
      #expect(wrong?.description.contains("is a directory") == true)
    }
  }

  @Test func namesTheFirstTokenOutsideTheVocabulary() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("shard.bin")
      try TokenShard.write([1, 99, 100, 101], to: url)
      let shard = try TokenShard(contentsOf: url)
      try shard.validate(vocabularySize: 102)
      let error = dataError { try shard.validate(vocabularySize: 100) }
      #expect(
        error?.description.contains("token 100 at index 2 is not below the vocabulary size 100")
          == true)
    }
  }

  @Test func reportsWhatCannotBeWritten() throws {
    let error = dataError {
      try TokenShard.write([1], to: URL(fileURLWithPath: "/nonexistent/directory/shard.bin"))
    }
    guard case .cannotWrite(let path, let reason, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == "/nonexistent/directory/shard.bin")
    #expect(reason.contains("No such file or directory"))
  }
}
