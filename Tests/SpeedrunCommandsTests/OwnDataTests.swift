import Autograd
import Foundation
import NanoGPT
import Testing

extension CommandLineTests {
  /// Texts and shards that somebody brings.
  @Suite struct OwnDataTests {
    /// `--out` may name a place where a person keeps other things.
    @Test func preparingNeverReplacesForeignFiles() throws {
      try withTool { tool in
        let novel = tool.directory.appendingPathComponent("books/novel.txt")
        try FileManager.default.createDirectory(
          at: novel.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("once upon a time".utf8).write(to: novel)
        for place in ["books", "books/novel.txt"] {
          let run = try tool.run("prepare", "--corpus", "micro", "--out", place)
          #expect(run.status == 74)
          #expect(run.messages.contains("not a prepared corpus"), "\(run.messages)")
        }
        #expect(tool.contents(of: "books") == ["novel.txt"])
        #expect(try String(contentsOf: novel, encoding: .utf8) == "once upon a time")
      }
    }

    @Test func bareShardsAreReadAndChecked() throws {
      try withTool { tool in
        let directory = tool.directory.appendingPathComponent("web")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        var tokens = (0..<2000).map { TokenID($0 % 257) }
        let unseen = Array(tokens.reversed())
        try TokenShard.write(unseen, to: directory.appendingPathComponent("web_val_000000.bin"))
        try TokenShard.write(tokens, to: directory.appendingPathComponent("web_train_000001.bin"))
        let arguments = CommandLineTool.short + ["--data", "web", "--out", "run", "--json"]
        let run = try tool.run(arguments)
        #expect(run.status == 0, "without a target there is nothing to miss: \(run.messages)")
        let result = try #require(try run.json()["result"] as? [String: Any])
        #expect(result["reached"] is NSNull)
        #expect(result["final_bits_per_byte"] is NSNull, "nobody knows the bytes")

        tokens[1234] = 257
        try TokenShard.write(tokens, to: directory.appendingPathComponent("web_train_000001.bin"))
        let bad = try tool.run(arguments)
        #expect(bad.status == 65)
        #expect(bad.messages.contains("token 257 at index 1234"), "\(bad.messages)")
        #expect(bad.messages.contains("--set vocabulary=258"), "\(bad.messages)")
        #expect(try tool.run("--data", "nowhere").status == 66)
      }
    }

    /// What a shard is for is never guessed from a piece of its name, and nothing is judged on what it has seen.
    @Test func whatShardsAreForMustBeClear() throws {
      try withTool { tool in
        let directory = tool.directory.appendingPathComponent("web")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        func write(_ start: Int, _ name: String) throws {
          try TokenShard.write(
            (start..<start + 1000).map { TokenID($0 * $0 % 257) },
            to: directory.appendingPathComponent(name))
        }
        for (start, name) in [
          (0, "primeval_train_000001.bin"), (1000, "web_val_000000.bin"),
          (2000, "web_val_000001.bin"),
        ] {
          try write(start, name)
        }
        let arguments = ["--track", "micro", "--data", "web", "--steps", "2", "--no-save"]
        let run = try tool.run(arguments + ["--set", "val_tokens=1920", "--json"])
        #expect(run.status == 0, "both shards hold 1920 tokens to validate on: \(run.messages)")
        #expect(
          run.messages.contains(
            "trained on primeval_train_000001.bin, judged on web_val_000000.bin and web_val_000001.bin"
          ),
          "\(run.messages)")
        let shards = try #require(
          (try run.json()["data"] as? [String: Any])?["val_shards"] as? [Any])
        #expect(shards.count == 2)

        try write(0, "web_val_000001.bin")
        let same = try tool.run(arguments)
        #expect(same.status == 65)
        #expect(same.messages.contains("the same as primeval_train_000001.bin"), "\(same.messages)")
        try write(3000, "train_val.bin")
        try write(4000, "validation_3.bin")
        let unclear = try tool.run(arguments)
        #expect(unclear.status == 65)
        #expect(
          unclear.messages.contains("what these shards are for: train_val.bin, validation_3.bin"))
      }
    }

    /// Two texts of one name do not replace each other, and a pipe is a text.
    @Test func textsOfTheSameNameAreKeptApart() throws {
      try withTool { tool in
        func text(_ word: String) -> String {
          (0..<40).map { "\(word) \($0) and \($0 * $0)" }.joined(separator: "\n\n")
        }
        for name in ["one", "two"] {
          try FileManager.default.createDirectory(
            at: tool.directory.appendingPathComponent(name), withIntermediateDirectories: true)
          try Data(text(name).utf8).write(
            to: tool.directory.appendingPathComponent("\(name)/input.txt"))
        }
        let prepare = ["prepare", "--vocabulary", "257", "--text"]
        #expect(try tool.run(prepare + ["one/input.txt"]).status == 0)
        let refused = try tool.run(prepare + ["two/input.txt"])
        #expect(refused.status == 74)
        #expect(refused.messages.contains("holds another text of the same name"))
        #expect(try tool.run(prepare + ["two/input.txt", "--name", "two"]).status == 0)
        #expect(tool.contents(of: "data") == ["text-input-257", "two-257"])

        let shell = tool.shell(
          #"cat two/input.txt | "$@" - --name piped && "$@" <(cat two/input.txt) --name fifo"#,
          prepare)
        try shell.runAndWait()
        #expect(shell.terminationStatus == 0)
        let shards = try ["two", "piped", "fifo"].map {
          try Data(
            contentsOf: tool.directory.appendingPathComponent("data/\($0)-257/train_000000.bin"))
        }
        #expect(shards[0] == shards[1] && shards[0] == shards[2])
      }
    }

    @Test(arguments: [
      (["--name", "kjv", "--text", "input.txt"], "that is a corpus of its own"),
      (["--name", "two"], "belong to --text"),
      (["--text", "place/tokenizer.json", "--out", "place"], "where the prepared files would go"),
    ])
    func whatWouldReplaceSomethingElseIsRefused(_ arguments: [String], _ said: String) throws {
      try withTool { tool in
        let place = tool.directory.appendingPathComponent("place", isDirectory: true)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for file in ["input.txt", "place/tokenizer.json"] {
          try Data("a text".utf8).write(to: tool.directory.appendingPathComponent(file))
        }
        let run = try tool.run(["prepare"] + arguments)
        #expect(run.status == 64)
        #expect(run.messages.contains(said), "\(run.messages)")
        #expect(tool.contents(of: ".") == ["input.txt", "place"])
      }
    }
  }
}
