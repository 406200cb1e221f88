import Autograd
import Foundation
import Statistics
import Testing
import Text

extension CommandLineTests {
  /// The command as a user types it, on a model of a millisecond.
  @Suite(.serialized) struct BenchmarkTests {
    static let small = [
      "benchmark", "--steps", "3", "--threads", "1", "--configuration",
      "vocabulary=257,model_dim=64,layers=2,heads=2,context=64,batch=4",
    ]

    @Test func theJSONHasEverything() throws {
      try withTool { tool in
        let run = try tool.run(Self.small + ["--json"])
        #expect(run.status == 0, "\(run.messages)")
        let report = try run.json()
        let configuration = try #require(report["configuration"] as? [String: Any])
        #expect(configuration["precision"] as? String == "float32")
        #expect(configuration["threads"] as? Int == 1)
        #expect(configuration["optimizer"] as? String == "muon")
        #expect((configuration["model"] as? [String: Any])?["model_dim"] as? Int == 64)
        #expect(report["environment"] is [String: Any])

        let whole = try Self.spread("step_ms", of: report)
        for part in ["forward_backward_ms", "optimizer_ms"] {
          let times = try Self.spread(part, of: report)
          #expect(times.min > 0 && times.min <= times.median && times.median <= times.max)
          #expect(times.median <= whole.max)
        }
        #expect(report["steps"] as? Int == 3)
        // 256 tokens x (6 x (2 x 12 x 64 x 64 + 257 x 64) + 6 x 2 x 64 x 64) operations.
        let operations = try #require(report["gflop_per_step"] as? Double)
        #expect(abs(operations - 0.188841984) < 1e-12)
        for rate in ["tokens_per_second", "gflop_per_second", "matrix_peak_gflop_per_second"] {
          #expect(try #require(report[rate] as? Double) > 0, "\(rate)")
        }
        #expect(report["tensor_allocations"] as? Int == 0)
        // Without reuse there would be thousands.
        #expect(try #require(report["minor_page_faults"] as? Int) < 300)
        let memory = try #require(report["memory_bytes"] as? [String: Int])
        // 24 x 64 x 64 in the blocks, 2 x 257 x 64 in embedding and head; four lanes.
        #expect(memory["weights"] == 4 * 131_200)
        #expect(memory["gradients"] == 4 * 4 * 131_200)
        // Momentum for the blocks, two moments for the others, and what Newton-Schulz needs.
        #expect(try #require(memory["optimizer"]) > 4 * (98_304 + 2 * 32_896))
        #expect(try #require(memory["lane_buffers"]) > 4 * 64 * 257, "the logits of a sequence")
        #expect(try #require(memory["peak_rss"]) > memory.values.reduce(0, +) / 2)
      }
    }

    @Test(arguments: ["muon", "adamw"])
    func thePartsAddUpToTheStep(_ optimizer: String) throws {
      try withTool { tool in
        let report = try tool.run(Self.small + ["--json", "--optimizer", optimizer]).json()
        let split = try #require(report["split"] as? [String: Any])
        let coverage = try #require(split["coverage"] as? Double)
        #expect(coverage > 0 && coverage <= 1)
        let whole = try #require(split["step_ms"] as? Double)
        let parts = try #require(split["parts"] as? [[String: Any]])
        let muon = optimizer == "muon" ? ["Newton-Schulz", "momentum"] : []
        #expect(
          parts.map { $0["name"] as? String } == [
            "projections", "attention", "element-wise", "cross-entropy", "graph", "gradient sum",
          ] + muon + ["AdamW"])
        for list in [parts, try #require(split["operations"] as? [[String: Any]])] {
          let sum = try list.reduce(0) { try $0 + #require($1["ms"] as? Double) }
          #expect(abs(sum - coverage * whole) < 1e-6 * whole)
        }
        let rates = parts.filter { $0["gflop_per_second"] is Double }.map { $0["name"] as? String }
        #expect(rates == ["projections", "attention"] + muon.prefix(1))
      }
    }

    @Test func anEarlierBenchmarkIsComparedWith() throws {
      try withTool { tool in
        var earlier = try tool.run(Self.small + ["--json"]).json()
        earlier["step_ms"] = ["median": 1e6, "min": 1e6, "max": 1e6]
        let file = tool.directory.appendingPathComponent("before.json")
        try JSONSerialization.data(withJSONObject: earlier).write(to: file)

        let run = try tool.run(Self.small + ["--compare", "before.json", "--json"])
        #expect(run.status == 0, "\(run.messages)")
        let report = try run.json()
        let comparison = try #require(report["comparison"] as? [String: Any])
        #expect(comparison["file"] as? String == "before.json")
        #expect(comparison["differences"] as? [String] == [])
        let rows = try #require(comparison["rows"] as? [[String: Any]])
        let names = rows.map { $0["name"] as? String }
        #expect(names.contains("projections") && names.contains("forward + backward"))
        let row = try #require(rows.first { $0["name"] as? String == "whole step" })
        #expect(row["before_ms"] as? Double == 1e6)
        let now = try Self.spread("step_ms", of: report).median
        #expect(row["now_ms"] as? Double == now)
        #expect(abs(try #require(row["ratio"] as? Double) * 1e6 / now - 1) < 1e-9)

        let table = try tool.run(Self.small + ["--compare", "before.json"]).output
        #expect(table.contains("Against before.json:") && table.contains(" 1000000.0 "), "\(table)")
      }
    }

    @Test func whatIsNotTheSameWorkIsNotCompared() throws {
      try withTool { tool in
        func write(_ text: String, _ name: String) throws {
          try Data(text.utf8).write(to: tool.directory.appendingPathComponent(name))
        }
        try write(try tool.run(Self.small + ["--json"]).output, "small.json")
        try write("{\"steps\": 3}", "other.json")
        let cases: [(arguments: [String], status: Int32, said: String)] = [
          (Self.small + ["--compare", "missing.json"], 66, "missing.json: no such file"),
          (Self.small + ["--compare", "other.json"], 65, "not the JSON of a benchmark"),
          (["benchmark", "--compare", "small.json"], 65, "--configuration vocabulary=257,"),
          (
            Self.small + ["--compare", "small.json", "--optimizer", "adamw"], 65,
            "--optimizer muon"
          ),
        ]
        for (arguments, status, said) in cases {
          let run = try tool.run(arguments)
          #expect(run.status == status)
          #expect(run.complaints.count == 1)
          #expect(run.messages.contains(said), "\(run.messages)")
          #expect(run.output.isEmpty, "nothing is measured in vain")
        }
      }
    }

    @Test func aDocumentWithoutAPlaceForTheTableIsKnownAtOnce() throws {
      try withTool { tool in
        try Data("# Title\n".utf8).write(to: tool.directory.appendingPathComponent("a.md"))
        let run = try tool.run("benchmark", "--scaling", "--update", "a.md")
        #expect(run.status == 65)
        #expect(run.messages.contains("<!-- scaling: begin -->"), "\(run.messages)")
        #expect(try tool.run("benchmark", "--scaling", "--update", "b.md").status == 66)
      }
    }

    private static func spread(
      _ key: String, of report: [String: Any]
    ) throws -> (median: Double, min: Double, max: Double) {
      let times = try #require(report[key] as? [String: Double])
      return try (
        #require(times["median"]), #require(times["min"]), #require(times["max"])
      )
    }
  }
}
