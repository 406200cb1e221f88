import Autograd
import Machine
import NanoGPT
import Testing

/// Forward and backward of a model reuse the memory of the step before.
@Suite struct StepMemoryTests {
  /// In a process of its own, because page faults are counted for a whole process.
  ///
  /// Ten steps that reuse nothing fault 24 000 times. A hundredth of that is allowed, for what is not a
  /// tensor: nodes, closures and arrays on Swift's heap; 1 to 32 were seen. One thread, because a second
  /// may get its first lane, and with it its memory, in any step of a busy machine.
  @Test func stepsAfterTheSecondTouchNoNewMemory() async {
    await #expect(processExitsWith: .success) {
      let configuration = GPTConfiguration(
        vocabularySize: 512, modelDimension: 64, heads: 2, layers: 2, context: 96)
      let scope = ParameterScope(seed: 1)
      let model = GPT(configuration, in: scope)
      let lanes = Lanes(count: 2, scope: scope, workers: Workers(count: 1))
      let tokens = (0...configuration.context).map { TokenID($0 * 37 % 512) }
      func step() {
        _ = lanes.lossAndGradients(sequences: 4) { _ in
          model.loss(of: Array(tokens.dropLast()), against: Array(tokens.dropFirst()))
        }
      }
      for _ in 0..<2 { step() }
      let (allocations, faults) = (lanes.allocations, CurrentProcess.minorPageFaults)
      for _ in 0..<10 { step() }
      #expect(allocations > 0)
      #expect(lanes.allocations == allocations)
      #expect(CurrentProcess.minorPageFaults - faults < 240)
    }
  }
}
