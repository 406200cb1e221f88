import Autograd
import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Whole training runs against PyTorch: model, batches, schedule and optimizer, a hundred steps long.
  @Suite struct LossCurveTests {
    @Test(arguments: ["muon", "adamw"])
    func everyLossOfMicroEqualsPyTorch(optimizer: String) throws {
      let golden = try JSONSerialization.jsonObject(
        with: Data(contentsOf: golden("curve_goldens.json")))
      let expected = try #require((golden as? [String: Any])?[optimizer] as? [Double])
      try withTool { tool in
        let run = try tool.run(
          "--track", "micro", "--optimizer", optimizer, "--steps", "100", "--out", "run",
          "--quiet", "--no-save", "--json")
        #expect([0, 3].contains(run.status), "\(run.messages)")
        let losses = try tool.events(of: "run").filter { $0["event"] as? String == "train" }
          .map { try #require($0["loss"] as? Double) }
        #expect(losses.count == expected.count)
        for (step, (loss, expected)) in zip(losses, expected).enumerated() {
          #expect(abs(loss - expected) <= 2e-3 * expected, "step \(step)")
        }
      }
    }
  }
}
