import Foundation
import NanoGPT
import Runs
import Testing

extension CommandLineTests {
  /// Sizes of models for shards that somebody brings.
  @Suite struct PresetTests {
    /// Shards without a manifest, of the bytes of any text and one more token.
    private func writeShards(_ tool: CommandLineTool) throws {
      let directory = tool.directory.appendingPathComponent("web")
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      for (name, start) in [("web_train_000001.bin", 0), ("web_val_000000.bin", 7)] {
        let tokens = (0..<9000).map { TokenID(($0 * $0 + start) % 257) }
        try TokenShard.write(tokens, to: directory.appendingPathComponent(name))
      }
    }

    /// Few and short steps, that are those of the preset otherwise.
    private let short = [
      "--preset", "tiny", "--data", "web", "--steps", "3", "--set", "batch=4", "--set",
      "val_tokens=2048", "--no-save",
    ]

    /// The first line says what the run will take; its memory can be checked on any machine.
    @Test func theFirstLineSaysWhatTheRunWillTake() throws {
      try withTool { tool in
        try writeShards(tool)
        // Beneath a shell: a program's peak begins with that of the process that started it.
        let process = tool.shell(
          #""$@" 2>messages; exit $?"#,
          short + ["--set", "vocabulary=16384", "--out", "run"])
        try process.runAndWait()
        #expect(process.terminationStatus == 0)
        let messages = try String(
          contentsOf: tool.directory.appendingPathComponent("messages"), encoding: .utf8)
        let line = try #require(messages.split(separator: "\n").first)
        let words = try #require(
          line.wholeMatch(
            of:
              /web-tiny-changed: a step of 512 tokens will take about .+, 3 steps .+, and (\d+) MB of memory/
          ),
          "\(line)")
        let estimate = try #require(Double(words.1))
        let record = try RunRecord(in: tool.directory.appendingPathComponent("run"))
        #expect(record.track == "web-tiny-changed")
        let peak = Double(record.result.peakResidentBytes) / 1e6
        // Allocators and page tables differ from machine to machine; 7 % were seen.
        #expect(abs(estimate / peak - 1) < 0.3, "estimated \(estimate) MB, used \(peak) MB")
        #expect(messages.contains("nobody has tuned the recipes of tiny for this text"))
      }
    }

    @Test func aPresetNeedsData() throws {
      try withTool { tool in
        try writeShards(tool)
        let bare = try tool.run("run", "--preset", "tiny")
        #expect(bare.status == 64)
        #expect(bare.messages.contains("tiny is a size of a model, and needs data of your own"))
        #expect(bare.messages.contains("--data DIR"))
        let unknown = try tool.run("run", "--preset", "huge", "--data", "web")
        #expect(unknown.status == 64)
        #expect(unknown.messages.contains("tiny, small, medium, gpt2-small"), "\(unknown.messages)")
        let two = try tool.run("run", "--preset", "tiny", "--track", "kjv", "--data", "web")
        #expect(two.status == 64)
        #expect(two.messages.contains("--track and --preset: name the track once"))
      }
    }

    /// What is printed names the preset in a way that every command reads.
    @Test func presetsAreTracksForFilesAndOtherCommands() throws {
      try withTool { tool in
        try writeShards(tool)
        try Data("base = \"tiny\"\ndata = \"web\"\n[track]\nvocabulary = 257\n".utf8)
          .write(to: tool.directory.appendingPathComponent("own.toml"))
        let file = try tool.run("run", "--track-file", "own.toml", "--print-config")
        let flags = try tool.run(
          "run", "--preset", "tiny", "--data", "web", "--set", "vocabulary=257", "--print-config")
        let track = try tool.run(
          "run", "--track", "tiny", "--data", "web", "--set", "vocabulary=257", "--print-config")
        #expect(file.output.contains("model_dim = 128"), "\(file.messages)")
        #expect(flags.output == track.output)
        #expect(flags.output.contains("name = \"web-tiny-changed\""), "\(flags.output)")
        let sweep = try tool.run(
          "sweep", "--optimizer", "muon", "--preset", "tiny", "--data", "web", "--dry-run")
        #expect(sweep.status == 0, "\(sweep.messages)")
      }
    }
  }
}
