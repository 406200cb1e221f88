import Experiments
import Runs
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func curvesOfAnyProgramAreCompared() throws {
    func curves(_ losses: [[Double]]) -> ArmCurves {
      ArmCurves(
        losses.enumerated().map { seed, losses in
          let validations = losses.enumerated().map { index, loss in
            RunLog.Validation(step: 20 * index, loss: loss, trainSeconds: 3 * Double(index))
          }
          return (seed: UInt64(seed), validations: validations)
        })
    }
    let adamw = curves([[6.9, 3.4, 3.0, 2.81], [6.9, 3.5, 3.1, 2.82], [6.9, 3.4, 3.0, 2.81]])
    let muon = curves([[6.9, 3.1, 2.81, 2.7], [6.9, 3.2, 2.82, 2.7], [6.9, 3.1, 2.81, 2.7]])
    let rule = StopRule(target: 2.85)
    if let ratios = rule.ratios(of: muon, to: adamw) {
      print("muon needs \(ratios.steps.text) of adamw's steps")
    }

    #expect(rule.ratios(of: muon, to: adamw)?.steps.text == "0.67 (0.67-0.67)")
    try expectExample(of: "Experiments")
  }
}
