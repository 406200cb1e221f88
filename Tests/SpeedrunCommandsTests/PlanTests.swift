import Autograd
import Foundation
import SpeedrunCommands
import Testing

extension CommandLineTests {
  /// `speedrun plan`, on a model of milliseconds.
  @Suite(.serialized) struct PlanTests {
    private func steps(_ tool: CommandLineTool, _ options: String...) throws -> [[String: Any]] {
      let run = try tool.run(["plan", "--track", "micro", "--threads", "1", "--json"] + options)
      #expect(run.status == 0, "\(run.messages)")
      return try #require(try run.json()["steps"] as? [[String: Any]])
    }

    /// What is sent is exact: with as many lanes as ranks, the gradients and the weights of all but one.
    @Test func messagesAreThoseOfTheRanks() throws {
      try withTool { tool in
        let steps = try steps(tool, "--ranks", "1,3,4", "--bandwidth", "1MB/s", "--latency", "1ms")
        let weights = 131_200
        #expect(
          steps.map { $0["bytes_sent"] as? Int } == [0, 2 * 2 * 4 * weights, 2 * 3 * 4 * weights])
        #expect(steps.map { $0["lanes"] as? Int } == [4, 4, 4])
        #expect(steps[0]["message_seconds"] as? Double == 0)
        // Each of four ranks gets three quarters of gradients and weights, more or less, by 6 + 4 messages.
        let seconds = try #require(steps[2]["message_seconds"] as? Double)
        let even = 2 * 0.75 * 4 * Double(weights) / 1e6 + 0.01
        #expect(seconds >= even && seconds < 1.5 * even, "\(seconds) s, \(even) s if it were even")
      }
    }

    /// Ranks share the lanes and the update; each has gradients for its own lanes only.
    @Test func workAndMemoryAreShared() throws {
      try withTool { tool in
        let steps = try steps(tool, "--ranks", "1,2,4,8", "--latency", "0us")
        func values(_ key: String) throws -> [Double] {
          try steps.map { try #require($0[key] as? Double) }
        }
        let (model, update) = (
          try values("forward_backward_seconds"), try values("update_seconds")
        )
        #expect(model[0] > model[1] && model[1] > model[2])
        #expect(update[0] > 1.5 * update[1])
        for (index, step) in steps.enumerated() {
          let parts = try ["forward_backward_seconds", "update_seconds", "message_seconds"].map {
            try #require(step[$0] as? Double)
          }
          #expect(abs(parts.reduce(0, +) - (try values("seconds")[index])) < 1e-12)
        }
        #expect(steps[3]["lanes"] as? Int == 8)
        let bytes = steps.compactMap { $0["bytes"] as? Int }
        // Four lanes' gradients, and one's with the messages of three others.
        #expect(bytes.count == 4 && bytes[0] > bytes[2])
      }
    }

    /// Newton-Schulz takes `20 n^3` for a square matrix and `38 n^3` for one four times as wide, and other updates are
    /// counted as 20 operations an element.
    @Test func theUpdatesWorkIsCounted() throws {
      try withTool { tool in
        let muon = try steps(tool, "--ranks", "1,2")
        let adamw = try steps(tool, "--ranks", "1", "--optimizer", "adamw")
        let shares = try (muon + adamw).map {
          try #require($0["update_operations_share"] as? Double)
        }
        // Two blocks of four square matrices and two wide ones of width 64; embedding and head of 257 tokens.
        let (blocks, tables) = (2 * 12 * 64 * 64, 2 * 257 * 64)
        let model = Double(512 * (6 * (blocks + 257 * 64) + 6 * 2 * 64 * 64))
        let newtonSchulz = Double(2 * (4 * 20 + 2 * 38) * 64 * 64 * 64)
        #expect(abs(shares[0] / ((newtonSchulz + Double(20 * tables)) / model) - 1) < 1e-9)
        #expect(abs(shares[2] / (Double(20 * (blocks + tables)) / model) - 1) < 1e-9)
        #expect(abs(shares[1] / shares[0] - 1) < 0.1, "two ranks have half of both: \(shares)")
      }
    }

    /// Ranks that all share a machine send through its memory, whose speed is measured.
    @Test func ranksOfOneMachineSendThroughItsMemory() throws {
      try withTool { tool in
        let run = try tool.run(
          "plan", "--track", "micro", "--ranks", "1,2", "--ranks-per-machine", "2", "--json")
        #expect(run.status == 0, "\(run.messages)")
        let json = try run.json()
        #expect(json["ranks_per_machine"] as? Int == 2)
        let network = try #require(json["network"] as? [String: Double])
        #expect(network["latency"] == 1e-6)
        #expect(try #require(network["bandwidth"]) != 1.25e9)
        let steps = try #require(json["steps"] as? [[String: Any]])
        #expect(try #require(steps[1]["message_seconds"] as? Double) > 0)
      }
    }

    @Test func whatCannotBePlannedIsSaid() throws {
      try withTool { tool in
        for (options, message) in [
          (["--ranks", "1,x"], "--ranks 1,x: 'x' is not a number of at least 1"),
          (["--ranks", "16"], "16 ranks, and 8 sequences side by side: each rank needs one"),
          (["--track", "digits"], "is of images"),
          (["--latency", "3"], "--latency"),
          (["--bandwidth", "0GB/s"], "--bandwidth"),
        ] {
          let track = options.contains("--track") ? [] : ["--track", "micro"]
          let run = try tool.run(["plan"] + track + options)
          #expect(run.status == 64, "\(options)")
          #expect(run.messages.contains(message), "\(options): \(run.messages)")
        }
      }
    }

    /// A preset needs no data to be planned.
    @Test func aPresetIsPlannedWithoutData() throws {
      try withTool { tool in
        let run = try tool.run(
          "plan", "--preset", "tiny", "--ranks", "1", "--threads", "1", "--set", "vocabulary=257")
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output.contains("update / model"))
      }
    }
  }
}
