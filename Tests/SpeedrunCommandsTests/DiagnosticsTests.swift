import Autograd
import Foundation
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  @Suite(.serialized) struct DiagnosticsTests {
    private static let keys: Set = [
      "event", "step", "matrix", "update_rms", "weight_norm", "weight_spectral_norm",
      "gradient_norm", "largest_singular_value", "stable_rank", "singular_values",
      "orthogonalized_singular_values",
    ]

    /// The events without what a clock measured.
    private func numbers(_ events: [[String: Any]]) throws -> [String] {
      let clocks = ["step_ms", "optimizer_ms", "tokens_per_second", "train_seconds"]
      return try events.filter { $0["event"] as? String != "diagnostics" }.map { event in
        let rest = event.filter { !clocks.contains($0.key) }
        let data = try JSONSerialization.data(withJSONObject: rest, options: .sortedKeys)
        return String(decoding: data, as: UTF8.self)
      }
    }

    @Test(arguments: TrackDefinition.micro.recipes.keys.sorted())
    func theLogShowsEveryMatrixAndTheRunIsTheSame(_ contestant: String) throws {
      try withTool { tool in
        let arguments =
          CommandLineTool.short + CommandLineTool.noWarmup + ["--optimizer", contestant]
        let plain = try tool.run(arguments + ["--out", "plain"])
        let run = try tool.run(arguments + ["--out", "run", "--diagnostics-every", "3"])
        #expect(plain.status == 0 && run.status == 0, "\(run.messages)")
        let weights = try ["plain", "run"].map {
          try Data(
            contentsOf: tool.directory.appendingPathComponent("\($0)/model.safetensors"))
        }
        #expect(weights[0] == weights[1])

        let events = try tool.events(of: "run")
        #expect(try numbers(events) == numbers(try tool.events(of: "plain")))
        let calls = try ["plain", "run"].map {
          try RunRecord(in: tool.directory.appendingPathComponent($0)).result.newtonSchulzCalls
        }
        #expect(calls[0] == calls[1])

        let diagnostics = events.filter { $0["event"] as? String == "diagnostics" }
        #expect(
          diagnostics.map { $0["step"] as? Int } == [Int](repeating: 0, count: 12)
            + [Int](repeating: 3, count: 12))
        #expect(Set(diagnostics.compactMap { $0["matrix"] as? String }).count == 12)
        #expect(diagnostics[0]["matrix"] as? String == "blocks.0.attn.q.weight")
        for event in diagnostics {
          #expect(Set(event.keys) == Self.keys)
          let norms = ["weight_norm", "weight_spectral_norm"].map { event[$0] as? Double ?? .nan }
          #expect(norms[1] >= 0 && norms[1] <= norms[0] * 1.0001)
          let values = try #require(event["singular_values"] as? [Double])
          #expect(values.count == 17 && values == values.sorted(by: >))
          // With projections of zero, the first gradients of all else are zero. Lion's recipe decays, and of a
          // weight that does nothing else a rounding is left.
          let isMoved = event["gradient_norm"] as? Double != 0
          #expect(values[0] == (isMoved ? 1 : 0) || (!isMoved && contestant == "lion"))
          let after = event["orthogonalized_singular_values"]
          #expect((after is NSNull) == (contestant != "muon"))
          if contestant == "muon", isMoved {
            let after = try #require(after as? [Double])
            #expect(after.count == 17 && after[0] < 1.3 && after[0] > 0.6)
          }
        }
        #expect(run.output.contains("of 12 matrices") && run.output.contains("stable rank"))
        #expect(!plain.output.contains("of 12 matrices"))
        // Who reads validations finds them.
        let trace = try tool.events(of: "run").filter { $0["event"] as? String == "val" }
        #expect(trace.map { $0["step"] as? Int } == [0, 4])
      }
    }

    @Test func theUsualIntervalIsTwenty() throws {
      try withTool { tool in
        let run = try tool.run(
          CommandLineTool.short + ["--steps", "22", "--diagnostics", "--out", "run", "--json"])
        #expect(run.status == 0)
        let steps = try tool.events(of: "run").filter { $0["event"] as? String == "diagnostics" }
        #expect(Set(steps.map { $0["step"] as? Int }) == [0, 20])
        #expect(try run.json()["result"] != nil, "the record and nothing else")
      }
    }

    @Test func aComparisonPassesItOn() throws {
      try withTool { tool in
        let run = try tool.run(
          [
            "compare", "--track", "micro", "--set", "steps=4", "--set", "val_tokens=512",
            "--target",
            "1", "--seeds", "1", "--diagnostics-every", "2", "--out", "all", "--quiet",
          ] + CommandLineTool.noWarmup)
        #expect(run.status == 5, "\(run.messages)")
        for arm in ["adamw", "muon"] {
          let steps = try tool.events(of: "all/\(arm)-seed0")
            .filter { $0["event"] as? String == "diagnostics" }.map { $0["step"] as? Int }
          #expect(Set(steps) == [0, 2])
        }
      }
    }

    @Test func anIntervalOfNothingIsRefused() throws {
      try withTool { tool in
        let run = try tool.run("run", "--track", "micro", "--diagnostics-every", "0")
        #expect(run.status == 64)
        #expect(run.messages.contains("--diagnostics-every 0: it must be at least 1"))
      }
    }
  }
}
