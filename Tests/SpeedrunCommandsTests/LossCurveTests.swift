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
      let curves = try curves(in: "curve_goldens.json")[track] as? [String: Any]
      try expectEqual(
        try #require(curves?[optimizer] as? [Double]),
        ["--track", track, "--optimizer", optimizer],
        tolerance: try #require(Self.tolerances[track]))
    }

    /// With experts, whose choice a rounding may change.
    @Test(arguments: ["muon", "adamw"])
    func everyLossOfExpertsEqualsPyTorch(optimizer: String) throws {
      let curves = try curves(in: "expert_curve_goldens.json")
      try expectEqual(
        try #require(curves[optimizer] as? [Double]),
        [
          "--track", "micro", "--set", "model.experts=4", "--set", "model.experts_active=2",
          "--set", "model.balance_rate=0.01",
          "--optimizer", optimizer,
        ], tolerance: 1e-3)
    }

    /// Half as many steps: a network of convolutions is as sensitive as a transformer twice as far.
    @Test(arguments: ["muon", "adamw", "sgd"])
    func everyLossOnImagesEqualsPyTorch(optimizer: String) throws {
      let curves = try curves(in: "image_curve_goldens.json")["shapes"] as? [String: Any]
      try expectEqual(
        try #require(curves?[optimizer] as? [Double]),
        ["--track", "shapes", "--optimizer", optimizer], tolerance: 1e-3)
    }

    private func curves(in file: String) throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(contentsOf: golden(file)))
      return try #require(value as? [String: Any])
    }

    private func expectEqual(
      _ expected: [Double], _ arguments: [String], tolerance: Double
    ) throws {
      try withTool { tool in
        let run = try tool.run(
          arguments + [
            "--steps", "\(expected.count)", "--out", "run", "--quiet", "--no-save", "--json",
          ])
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
