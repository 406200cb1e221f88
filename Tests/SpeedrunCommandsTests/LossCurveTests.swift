import Autograd
import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Whole training runs against PyTorch: model, batches, schedule and optimizer, a hundred steps long.
  @Suite struct LossCurveTests {
    /// A share of the loss; a loss of micro is smaller, and a hundred of its steps are half of its schedule.
    private static let tolerances = ["sprint": 2.5e-4, "micro": 2e-3]

    @Test(arguments: ["sprint", "micro"], ["muon", "adamw"])
    func everyLossEqualsPyTorch(track: String, optimizer: String) throws {
      let tolerance = try #require(Self.tolerances[track])
      try expectCurve(
        of: optimizer, on: track, in: "curve_goldens.json", steps: 100, tolerance: tolerance)
    }

    /// Half as many steps: a network of convolutions is as sensitive as a transformer twice as far.
    @Test(arguments: ["muon", "adamw", "sgd"])
    func everyLossOnImagesEqualsPyTorch(optimizer: String) throws {
      try expectCurve(
        of: optimizer, on: "shapes", in: "image_curve_goldens.json", steps: 50, tolerance: 1e-3)
    }

    private func expectCurve(
      of optimizer: String, on track: String, in file: String, steps: Int, tolerance: Double
    ) throws {
      let golden = try JSONSerialization.jsonObject(with: Data(contentsOf: golden(file)))
      let curves = (golden as? [String: Any])?[track] as? [String: Any]
      let expected = try #require(curves?[optimizer] as? [Double])
      try withTool { tool in
        let run = try tool.run(
          "--track", track, "--optimizer", optimizer, "--steps", "\(steps)", "--out", "run",
          "--quiet", "--no-save", "--json")
        #expect([0, 3].contains(run.status), "\(run.messages)")
        let losses = try tool.events(of: "run").filter { $0["event"] as? String == "train" }
          .map { try #require($0["loss"] as? Double) }
        #expect(losses.count == expected.count)
        for (step, (loss, expected)) in zip(losses, expected).enumerated() {
          #expect(abs(loss - expected) <= tolerance * expected, "step \(step)")
        }
      }
    }
  }
}
