import Experiments
import Foundation
import Runs
import Testing
import Text

@Suite struct ComparisonReportTests {
  private func loss(_ mean: Double) -> String {
    """
    {"mean": \(mean), "standard_deviation": 0.001, \
    "interval": {"lower": \(mean - 0.0025), "upper": \(mean + 0.0025)}}
    """
  }

  private func arm(
    _ name: String, step: Int?, previous: Int = 0, probability: Double = 0.001,
    shortfall: String? = nil
  ) -> String {
    let stop = step.map { step in
      """
      {"step": \(step), "previous_step": \(previous), "loss": \(loss(2.87)), "p": \(probability), "tokens": \(4096 * step), \
      "seconds": \(0.3 * Double(step))}
      """
    }
    return """
      {"name": "\(name)", "optimizer": "muon", "settings": [], "steps": 200, "tokens": 819200, \
      "train_seconds": 60, "optimizer_share": 0.161, "final_loss": \(loss(2.85)), \
      "stop": \(stop ?? "null"), "shortfall": \(shortfall.map { "\"\($0)\"" } ?? "null"), \
      "more_seeds": null}
      """
  }

  private func ratio(_ value: Double, _ lower: Double, _ upper: Double?) -> String {
    let upper = upper.map { String($0) } ?? "null"
    return """
      {"value": \(value), "interval": {"lower": \(lower), "upper": \(upper)}}
      """
  }

  /// The text of a report as its JSON says it.
  private func text(
    _ arms: [String], ratios: String, late: String = "null", warnings: [String] = []
  ) throws -> String {
    let json = """
      {"track": "kjv", "target": 2.88, "precision": "float32", "seeds": [0, 1, 2], "val_every": 20,
      "val_every_late": \(late), "compute": {"runs": 6, "train_seconds": 360, "wall_seconds": 480},
      "significance": 0.01, "confidence": 0.95, "resamples": 10000,
      "arms": [\(arms.joined(separator: ", "))],
      "verdicts": [{"arm": "muon", "baseline": "adamw", "ratios": \(ratios)}],
      "warnings": \(warnings)}
      """
    return try JSONDecoder().decode(Verdict.self, from: Data(json.utf8)).text
  }

  @Test func aVerdictIsASentence() throws {
    let text = try text(
      [
        arm("adamw", step: 260, previous: 259, probability: 8.2e-5),
        arm("muon", step: 180, previous: 179, probability: 3e-6),
      ],
      ratios: """
        {"steps": \(ratio(0.7123, 0.68, 0.741)), "seconds": \(ratio(0.83, 0.8, 0.87)), \
        "open_share": 0}
        """, late: "5")
    #expect(text.contains("the first validation (every 20 steps, 5 in the last fifth) with"))
    #expect(
      text.contains(
        "\nmuon needs 0.71x (0.68-0.74) of adamw's steps, 0.83x (0.80-0.87) of its seconds "
          + "(3 seeds, p = 3e-6 and 8e-5)\n\n"
          + "6 runs: 6 min 00 s of training, 8 min 00 s one after the other"), "\(text)")
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(rows.contains("stop step 260 180"), "\(text)")
    #expect(rows.contains("loss there ± 95 % 2.8700 ± 0.0025 2.8700 ± 0.0025"), "\(text)")
  }

  @Test func whatANumberDoesNotShowIsSaid() throws {
    let text = try text(
      [arm("adamw", step: 260, previous: 240), arm("muon", step: 240, previous: 235)],
      ratios: """
        {"steps": \(ratio(0.92, 0.85, 0.98)), "seconds": \(ratio(1.04, 0.9, nil)), \
        "open_share": 0.031}
        """, warnings: ["seconds do not compare"])
    #expect(text.contains("0.92x (0.85-0.98) of adamw's steps, 1.04x (above 0.90) of its seconds"))
    // Muon needs 236 to 240 steps, AdamW 241 to 260.
    #expect(
      text.contains(
        "\n  validations at steps 235 and 240 of muon, 240 and 260 of adamw leave the ratio of steps "
          + "anywhere in 0.91-1.00"), "\(text)")
    #expect(text.contains("includes 1: no difference in seconds is shown"))
    #expect(!text.contains("no difference in steps"))
    #expect(text.contains("no stop step in 3.1 % of the resamples"))
    #expect(text.hasSuffix("\n\nwarning: seconds do not compare"))
  }

  @Test func aRefusalNamesTheArmAndTheReason() throws {
    let shortfall = Shortfall.notSignificant(step: 200, probability: 0.034, more: 4)
    let text = try text(
      [
        arm("adamw", step: nil, shortfall: shortfall.text(target: 2.88, seeds: 3)),
        arm("muon", step: 180),
      ], ratios: "null")
    #expect(
      text.contains(
        "\nno verdict on muon against adamw:\n  adamw is not significantly below 2.880 at any step "
          + "(p = 0.034 with 3 seeds at step 200): 4 more seeds would do, if margin and spread stay "
          + "what they are\n"), "\(text)")
  }

  @Test(
    arguments: [
      (0, "0"), (1, "1"), (0.5, "0.5"), (0.0341, "0.0341"), (0.00996, "0.00996"), (8.2e-5, "8e-5"),
      (3e-16, "3e-16"), (1e-30, "1e-30"), (9.6e-5, "1e-4"),
    ] as [(Double, String)])
  func probabilitiesAreShort(value: Double, text: String) {
    #expect(Format.probability(value) == text)
  }
}

@Suite struct ArmTests {
  @Test func anArmHasANameAnOptimizerAndSettings() throws {
    let plain = try Arm("adamw")
    #expect(plain.name == "adamw" && plain.optimizer == "adamw" && plain.settings.isEmpty)
    let named = try Arm("muon-rms=muon,muon.scale=rms,muon.learning_rate=0.01")
    #expect(named.name == "muon-rms" && named.optimizer == "muon")
    #expect(
      named.settings == [
        Setting(key: "muon.scale", value: "rms"),
        Setting(key: "muon.learning_rate", value: "0.01"),
      ])
    let list = try Arm("muon,muon.newton_schulz.coefficients=[[3,-4,2],[1,2,3]],steps=9")
    #expect(list.settings.map(\.value) == ["[[3,-4,2],[1,2,3]]", "9"])
  }

  @Test(arguments: [
    "", "no-such-rule", "a=", "=muon", "../a=muon", "a b=muon", "muon,", "muon,=3", "a=b=c",
  ])
  func otherTextsAreRefused(_ text: String) {
    #expect(throws: UsageError.self) { try Arm(text) }
  }
}
