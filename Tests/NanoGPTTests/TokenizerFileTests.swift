import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct TokenizerFileTests {
  @Test(arguments: [
    ("\"BPE\"", "\"Unigram\"", "not a byte-level BPE"),
    ("\"add_prefix_space\": false", "\"add_prefix_space\": true", "not a byte-level BPE"),
    ("\"use_regex\": true", "\"use_regex\": false", "not a byte-level BPE"),
    (
      "\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}",
      "the normalizer NFC, which would be ignored"
    ),
    ("\"vocab\"", "\"dropout\": 0.1, \"vocab\"", "it sets model.dropout"),
    ("\"vocab\"", "\"ignore_merges\": true, \"vocab\"", "it sets model.ignore_merges"),
    (
      "\"vocab\"", "\"continuing_subword_prefix\": \"##\", \"vocab\"",
      "it sets model.continuing_subword_prefix"
    ),
    (
      "\"vocab\"", "\"end_of_word_suffix\": \"</w>\", \"vocab\"",
      "it sets model.end_of_word_suffix"
    ),
    ("\"<|endoftext|>\"", "\"<eos>\"", "not its one special token"),
    ("\"id\": 257", "\"id\": 400", "not numbered"),
    ("\"a\": 64", "\"a\": 65", "not numbered"),
    ("\"a\": 64", "\"日\": 64", "not spelled in the byte-level alphabet"),
    ("\"a\": 64", "\"zz\": 64", "byte 97 has no token"),
    ("[\"t\", \"h\"]", "[\"t\", \"t\"]", "merge t t has no token"),
    ("[\"t\", \"h\"]", "[\"t\", \"h\", \"e\"]", "not a pair"),
    ("\"version\"", "version", "not a tokenizer.json"),
    ("\"model\"", "\"m\"", "not a tokenizer.json"),
  ]) func refusesWhatItCannotDo(find: String, replacement: String, reason: String) throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("tokenizer.json")
      let tokenizer = BytePairTrainer.train(on: ["th"], vocabularySize: 258)
      let file = String(decoding: tokenizer.serialized(), as: UTF8.self)
      let damaged = file.replacingOccurrences(of: find, with: replacement)
      #expect(damaged != file)
      try Data(damaged.utf8).write(to: url)
      let error = dataError { _ = try BytePairTokenizer(contentsOf: url) }
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
  }

  @Test func readsMergesOfOlderFiles() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("tokenizer.json")
      let tokenizer = BytePairTrainer.train(on: ["th the"], vocabularySize: 259)
      let file = String(decoding: tokenizer.serialized(), as: UTF8.self)
        .replacingOccurrences(of: "[\"t\", \"h\"]", with: "\"t h\"")
      try Data(file.utf8).write(to: url)
      #expect(try BytePairTokenizer(contentsOf: url).merges == tokenizer.merges)
    }
  }

  @Test func refusesAMissingFile() {
    let error = dataError {
      _ = try BytePairTokenizer(contentsOf: URL(fileURLWithPath: "/nonexistent/tokenizer.json"))
    }
    guard case .missingInput = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
