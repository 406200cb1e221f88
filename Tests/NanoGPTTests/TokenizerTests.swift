import Autograd
import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct TokenizerTests {
  /// What `make_tokenizer_goldens.py` writes.
  struct Golden: Decodable {
    struct Encoding: Decodable {
      let text: String
      let tokens: [TokenID]
    }

    let encodings: [Encoding]
    let merges: [[String]]
  }

  private let hugging = Result {
    try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: golden("tokenizer_goldens.json")))
  }

  private let tokenizer = Result { try BytePairTokenizer(contentsOf: golden("tokenizer.json")) }

  @Test func encodesLikeHuggingFace() throws {
    let tokenizer = try tokenizer.get()
    for encoding in try hugging.get().encodings {
      let tokens = tokenizer.encode(encoding.text)
      #expect(tokens == encoding.tokens, "\(encoding.text.debugDescription)")
    }
  }

  @Test func learnsLikeHuggingFace() throws {
    let sample = try String(contentsOf: golden("sample.txt"), encoding: .utf8)
    let trained = BytePairTrainer.train(on: [sample], vocabularySize: 400)
    let merges = try JSONDecoder().decode(MergesOnly.self, from: Data(trained.serialized()))
    #expect(try merges.model.merges == hugging.get().merges)
    // And the file is the very file that Hugging Face read.
    #expect(trained.serialized() == [UInt8](try Data(contentsOf: golden("tokenizer.json"))))
  }

  struct MergesOnly: Decodable {
    struct Model: Decodable { let merges: [[String]] }
    let model: Model
  }

  @Test func decodesWhatItEncodes() throws {
    for tokenizer in [try tokenizer.get(), ByteTokenizer()] as [any Tokenizer] {
      var random = SplitMix64(seed: 2)
      for length in 0..<300 {
        // Few distinct bytes make merges, and invalid and split UTF-8, likely.
        let common = Array(" thea'nd\n\u{E9}\u{1F642}<|".utf8)
        let bytes = (0..<length).map { _ in
          random.next().isMultiple(of: 4)
            ? UInt8(truncatingIfNeeded: random.next())
            : common[Int(random.next() % UInt64(common.count))]
        }
        let tokens = tokenizer.encode(bytes: bytes)
        #expect(tokens.flatMap(tokenizer.bytes) == bytes)
        #expect(tokenizer.byteCount(of: tokens) == bytes.count)
        #expect(tokens.allSatisfy { Int($0) < tokenizer.vocabularySize })
        #expect(tokenizer.decode(tokens) == String(decoding: bytes, as: UTF8.self))
      }
    }
  }

  @Test func theSpecialTokenIsItsLiteralText() throws {
    for tokenizer in [try tokenizer.get(), ByteTokenizer()] as [any Tokenizer] {
      let end = tokenizer.endOfText
      #expect(Int(end) == tokenizer.vocabularySize - 1)
      #expect(tokenizer.bytes(of: end).isEmpty)
      #expect(tokenizer.encode("<|endoftext|>") == [end])
      let tokens = tokenizer.encode("a<|endoftext|>b")
      #expect(tokens == tokenizer.encode("a") + [end] + tokenizer.encode("b"))
      #expect(tokenizer.byteCount(of: tokens) == 2)
      #expect(!tokenizer.encode("<|endoftext| >").contains(end))
    }
  }

  @Test func encodesDocumentsAsOneByOne() throws {
    let tokenizer = try tokenizer.get()
    let documents = ["And God said", "", "And God saw the light", "said"]
    #expect(tokenizer.encode(documents: documents) == documents.map { tokenizer.encode($0) })
  }

  @Test func equalStringsOfDifferentBytesStayDifferent() throws {
    let documents = ["\u{E9}", "e\u{301}"]
    #expect(documents[0] == documents[1])
    let tokens = try tokenizer.get().encode(documents: documents)
    #expect(tokens[0] != tokens[1])
  }

  @Test func aVeryLongWordIsNoTrouble() throws {
    let tokenizer = try tokenizer.get()
    let word = String(repeating: "the", count: 100_000)
    #expect(tokenizer.decode(tokenizer.encode(word)) == word)
  }

  @Test func aByteTokenizersFileReadsAsAPairTokenizerWithoutMerges() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("tokenizer.json")
      try Data(ByteTokenizer().serialized()).write(to: url)
      let read = try BytePairTokenizer(contentsOf: url)
      #expect(read.vocabularySize == 257)
      #expect(read.endOfText == 256)
      let text = "the 'quick' b\u{1F642}<|endoftext|>\u{0}"
      #expect(read.encode(text) == ByteTokenizer().encode(text))
    }
  }
}
