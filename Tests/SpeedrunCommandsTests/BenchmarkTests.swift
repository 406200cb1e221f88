import Autograd
import Foundation
import Statistics
import SpeedrunCommands
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
        #expect(try #require(report["optimizer_gflop_per_step"] as? Double) > 0)
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

    @Test func operationsAreTheStatedFormula() throws {
      var configuration = BenchmarkConfiguration(threads: 1)
      #expect(configuration.operations == 96_636_764_160)
      try configuration.apply("layers=1,batch=1")
      // 256 tokens x (6 x (12 x 256 x 256 + 2048 x 256) + 6 x 256 x 256).
      #expect(configuration.operations == 256 * (6 * (786_432 + 524_288) + 393_216))
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
