import Autograd
import TestSupport
import Testing

@Suite struct PrecisionSupportTests {
  @Test func aProcessorWithoutTheInstructionsIsTheReason() {
    let problem = Precision.bfloat16.problem(hasBFloat16: false, kernels: .avx512)
    #expect(problem == "bf16 needs a processor with AVX512-BF16, and this one has none")
    #expect(Precision.bfloat16.problem(hasBFloat16: true, kernels: .avx512) == nil)
    #expect(Precision.float32.problem(hasBFloat16: false, kernels: .openBLAS) == nil)
  }

  @Test func soAreKernelsWithoutThem() {
    for kernels in ProductKernels.allCases where kernels != .avx512 {
      #expect(
        Precision.bfloat16.problem(hasBFloat16: true, kernels: kernels)
          == "bf16 is for the avx512 kernels only, and \(kernels.name) is chosen")
      #expect(Precision.float32.problem(hasBFloat16: true, kernels: kernels) == nil)
    }
  }
}

/// bfloat16 products must stay close to float32 ones, forward and backward, and must not equal them.
@Suite(.enabled(if: Precision.bfloat16.problem == nil, "the processor has no AVX512-BF16"))
struct PrecisionTests {
  /// The output and the gradients of all inputs, for a fixed cotangent.
  private func results(
    of shapes: [Shape], _ precision: Precision, _ operation: ([Tensor], Precision) -> Tensor
  ) -> [[Float]] {
    let scope = ParameterScope(seed: 3)
    let inputs = shapes.enumerated().map { index, shape in
      scope.parameter("input\(index)", shape, .normal(deviation: 1))
    }
    let output = operation(inputs.map(\.value), precision)
    var random = SplitMix64(seed: 4)
    let cotangent = Tensor(random.floats(output.shape.count), shape: output.shape)
    let gradients = Gradients(of: scope)
    (output * cotangent).sum().backward(into: gradients)
    return [output.elements] + inputs.map { gradients[$0].elements }
  }

  private func expectCloseButDifferent(
    of shapes: [Shape], _ operation: ([Tensor], Precision) -> Tensor
  ) {
    let exact = results(of: shapes, .float32, operation)
    let rounded = results(of: shapes, .bfloat16, operation)
    for (index, (rounded, exact)) in zip(rounded, exact).enumerated() {
      let difference = relativeDifference(rounded, exact)
      // A factor is off by at most 2^-9; sums of such errors stay near that.
      #expect(difference < 1e-2, "result \(index) is off by \(difference)")
      #expect(difference > 1e-5, "result \(index) was not computed in bfloat16")
    }
  }

  @Test func linear() {
    expectCloseButDifferent(of: [[13, 37], [21, 37]]) { $0[0].linear($0[1], precision: $1) }
  }

  @Test func linearByGroup() {
    expectCloseButDifferent(of: [[14, 37], [21, 37], [21, 37], [21, 37]]) {
      $0[0].linear(Array($0[1...]), rowsOfEach: [5, 1, 8], precision: $1)
    }
  }

  @Test func matrixMultiplied() {
    expectCloseButDifferent(of: [[13, 37], [37, 21]]) {
      $0[0].matrixMultiplied(by: $0[1], precision: $1)
    }
  }

  @Test(arguments: [5, 100]) func attention(positions: Int) {
    let shape: Shape = [positions, 24]
    expectCloseButDifferent(of: [shape, shape, shape]) {
      causalAttention(
        queries: $0[0], keys: $0[1], values: $0[2], heads: 3, scale: 0.3, precision: $1)
    }
  }
}
