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

    /// Newton-Schulz of 12 matrices of width 64 beside 4 sequences: the formula of `NewtonSchulz`.
    @Test func theUpdatesWorkIsCounted() throws {
      try withTool { tool in
        let muon = try steps(tool, "--ranks", "1,2")
        let adamw = try steps(tool, "--ranks", "1", "--optimizer", "adamw")
        let shares = try (muon + adamw).map {
          try #require($0["update_operations_share"] as? Double)
        }
        #expect(abs(shares[0] / shares[1] - 1) < 0.1, "two ranks have half of both: \(shares)")
        #expect(shares[2] < shares[0] / 3)
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
