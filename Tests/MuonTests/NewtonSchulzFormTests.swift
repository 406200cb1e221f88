import Autograd
import Foundation
import Muon
import TestSupport
import Testing

/// The fast forms against the iteration as it is written, in float32 and in double precision.
@Suite struct NewtonSchulzFormTests {
  /// Sets with how far a form may be from another, as a share of the result's Frobenius norm.
  static let sets: [(set: NewtonSchulz, tolerance: Double)] = [
    (.jordan, 4e-4), (.polarExpress, 4e-4), (.convergent, 2e-3),
  ]

  /// Square, nearly square, wide, tall and thin; most are multiples of nothing.
  static let shapes = [
    [67, 67], [64, 70], [37, 150], [150, 37], [48, 61], [64, 256], [1, 50], [50, 1], [1, 1],
  ]

  enum Kind: CaseIterable {
    case random, illConditioned, powerLaw, fewLarge, rankDeficient, rankOne, huge, tiny

    func input(_ rows: Int, _ columns: Int) -> Tensor {
      let count = min(rows, columns)
      func spectrum(_ value: (Double) -> Double) -> Tensor {
        let values = (0..<count).map { value(Double($0)) }
        return matrix(rows, columns, singularValues: values, seed: 4)
      }
      return switch self {
      case .random: randomTensor([rows, columns], seed: 1)
      case .illConditioned: spectrum { pow(1e-6, $0 / Double(count)) }
      case .powerLaw: spectrum { 1 / ($0 + 1) }
      case .fewLarge: spectrum { $0 < 3 ? 1 : 1e-3 }
      case .rankDeficient: spectrum { $0 < Double(count) / 2 ? 1 : 0 }
      case .rankOne: spectrum { $0 == 0 ? 1 : 0 }
      case .huge: randomTensor([rows, columns], seed: 2).scaled(by: 1e20)
      case .tiny: randomTensor([rows, columns], seed: 3).scaled(by: 1e-20)
      }
    }
  }

  @Test(arguments: sets, Kind.allCases)
  func formsAgree(known: (set: NewtonSchulz, tolerance: Double), kind: Kind) {
    expectAgreement(known.set, known.tolerance, kind)
  }

  /// What other processors compute with, on any that can.
  @Test(
    arguments: ProductKernels.allCases.filter { $0.isSupported && $0 != .chosen }, Kind.allCases)
  func formsAgreeByOtherKernels(kernels: ProductKernels, kind: Kind) {
    ProductKernels.$current.withValue(kernels) { expectAgreement(.jordan, 4e-4, kind) }
  }

  private func expectAgreement(_ set: NewtonSchulz, _ tolerance: Double, _ kind: Kind) {
    for shape in Self.shapes {
      let input = kind.input(shape[0], shape[1])
      let plain = set.orthogonalized(input, by: .plain).elements.map(Double.init)
      let exact = reference(input, set)
      #expect(distance(plain, from: exact) < tolerance, "plain, \(shape)")
      for form in [NewtonSchulz.Form.symmetric, .gram] {
        let output = set.orthogonalized(input, by: form).elements.map(Double.init)
        #expect(distance(output, from: plain) < tolerance, "\(form) from plain, \(shape)")
        #expect(distance(output, from: exact) < tolerance, "\(form) from exact, \(shape)")
      }
    }
  }

  /// The matrix is rounded to 8 significant bits at every return to it; singular values below that much of
  /// the largest are noise, but noise that stays bounded.
  @Test(
    .enabled(if: Precision.bfloat16.problem == nil, "the processor has no AVX512-BF16"),
    arguments: sets.map(\.set), [NewtonSchulz.Form.symmetric, .gram])
  func bfloat16StaysNearFloat32(set: NewtonSchulz, form: NewtonSchulz.Form) {
    for shape in [[33, 33], [20, 80], [75, 19]] {
      for kind in [Kind.random, .powerLaw, .huge, .tiny] {
        let input = kind.input(shape[0], shape[1])
        let plain = set.orthogonalized(input, by: .plain).elements.map(Double.init)
        let output = set.orthogonalized(input, by: form, .bfloat16).elements.map(Double.init)
        let difference = distance(output, from: plain)
        #expect(difference < 4e-2, "\(kind), \(shape): \(difference)")
        #expect(difference > 1e-4, "\(kind), \(shape) was computed in float32")
      }
      for kind in [Kind.illConditioned, .fewLarge, .rankDeficient, .rankOne] {
        let input = kind.input(shape[0], shape[1])
        let before = singularValues(of: input)
        let after = singularValues(of: set.orthogonalized(input, by: form, .bfloat16))
        let clear = before.prefix { $0 > before[0] / 32 }.count
        #expect(after[0] < 1.3, "\(kind), \(shape): \(after[0])")
        #expect(after[clear - 1] > 0.6, "\(kind), \(shape): \(after[clear - 1])")
      }
    }
  }

  @Test(arguments: NewtonSchulz.Form.allCases)
  func zeroStaysZero(form: NewtonSchulz.Form) {
    for shape in Self.shapes {
      let output = NewtonSchulz.jordan.orthogonalized(
        Tensor(repeating: 0, shape: Shape(shape)), by: form)
      #expect(output.elements.allSatisfy { $0 == 0 })
    }
  }

  /// The shapes of the default model, where extents span several blocks of the kernels.
  @Test(arguments: Precision.allCases.filter { $0.problem == nil })
  func matricesOfTheModelAgree(precision: Precision) {
    for shape in [[256, 256], [256, 1024], [1024, 256]] {
      let input = Kind.random.input(shape[0], shape[1])
      let plain = NewtonSchulz.jordan.orthogonalized(input, by: .plain)
      let output = NewtonSchulz.jordan.orthogonalized(input, precision: precision)
      let difference = distance(
        output.elements.map(Double.init), from: plain.elements.map(Double.init))
      #expect(difference < (precision == .float32 ? 1e-5 : 4e-2), "\(shape): \(difference)")
    }
  }

  @Test(.enabled(if: Precision.bfloat16.problem == nil, "the processor has no AVX512-BF16"))
  func zeroStaysZeroInBFloat16() {
    for shape in Self.shapes {
      let zero = Tensor(repeating: 0, shape: Shape(shape))
      let output = NewtonSchulz.jordan.orthogonalized(zero, precision: .bfloat16)
      #expect(output.elements.allSatisfy { $0 == 0 })
    }
  }

  @Test func manyStepsStayAccurate() {
    // Without returns to the matrix, rounding errors of the Gram matrix would grow by 2^40.
    let set = NewtonSchulz.convergent(steps: 20)
    let input = Kind.fewLarge.input(40, 160)
    let output = set.orthogonalized(input).elements.map(Double.init)
    #expect(distance(output, from: reference(input, set)) < 1e-4)
  }

  @Test func aSetWithoutFifthPowerWorks() {
    let set = NewtonSchulz(coefficients: Array(repeating: .init(1.5, -0.5, 0), count: 4))
    let input = randomTensor([20, 60], seed: 8)
    let output = set.orthogonalized(input).elements.map(Double.init)
    #expect(distance(output, from: reference(input, set)) < 1e-5)
  }

  @Test func workIsCountedInProducts() {
    let rule = Muon(learningRate: 1, weightDecay: 0)
    let unit = 256.0 * 256 * 256
    #expect(rule.operations(elements: 256 * 256, of: [256, 256]) == 20 * unit)
    #expect(rule.operations(elements: 256 * 1024, of: [256, 1024]) == 38 * unit)
    #expect(rule.operations(elements: 256 * 1024, of: [1024, 256]) == 38 * unit)
  }
}

/// The iteration in double precision.
private func reference(_ matrix: Tensor, _ set: NewtonSchulz) -> [Double] {
  let (rows, columns) = (matrix.shape[0], matrix.shape[1])
  if rows > columns {
    let output = reference(transposed(matrix), set)
    return Oracle.transpose(output, rows: columns, columns: rows)
  }
  var x = matrix.elements.map(Double.init)
  let divisor = set.normFactor * norm(x) + set.epsilon
  x = x.map { $0 / divisor }
  for step in set.coefficients {
    let transposed = Oracle.transpose(x, rows: rows, columns: columns)
    let gram = Oracle.product(x, transposed, rows: rows, inner: columns, columns: rows)
    let square = Oracle.product(gram, gram, rows: rows, inner: rows, columns: rows)
    let polynomial = zip(gram, square).map { step.b * $0 + step.c * $1 }
    let change = Oracle.product(polynomial, x, rows: rows, inner: rows, columns: columns)
    x = zip(x, change).map { step.a * $0 + $1 }
  }
  return x
}

private func norm(_ x: [Double]) -> Double {
  x.reduce(0) { $0 + $1 * $1 }.squareRoot()
}

/// How far a result is from another, relative to the other's Frobenius norm.
private func distance(_ output: [Double], from expected: [Double]) -> Double {
  norm(zip(output, expected).map { $0 - $1 }) / norm(expected)
}
