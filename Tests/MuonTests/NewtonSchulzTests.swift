import Autograd
import Foundation
import Muon
import Testing

@Suite struct NewtonSchulzTests {
  /// What each set is known to make of singular values of at least 0.01.
  static let bands: [(set: NewtonSchulz, band: ClosedRange<Double>)] = [
    (.jordan, 0.682...1.134), (.polarExpress, 0.859...1.141), (.convergent, 0.9999...1.0001),
  ]

  @Test(arguments: bands)
  func responseStaysInTheBand(set: NewtonSchulz, band: ClosedRange<Double>) {
    // The norm factor keeps singular values at or below 1 / normFactor.
    let responses = (10...1000).map { set.response(to: Double($0) / 1000 / set.normFactor) }
    for response in responses {
      #expect((band.lowerBound - 5e-4...band.upperBound + 5e-4).contains(response))
    }
  }

  @Test(arguments: bands, [[12, 12], [8, 20], [20, 8]])
  func singularValuesLandInTheBand(
    known: (set: NewtonSchulz, band: ClosedRange<Double>), extents: [Int]
  ) {
    let count = min(extents[0], extents[1])
    let spectrum = (0..<count).map { pow(0.03, Double($0) / Double(count - 1)) }
    let norm = spectrum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let input = matrix(extents[0], extents[1], singularValues: spectrum, seed: 7)
    let output = singularValues(of: known.set.orthogonalized(input))
    let expected = spectrum.map { known.set.response(to: $0 / norm / known.set.normFactor) }
    for (value, expected) in zip(output, expected.sorted(by: >)) {
      #expect(abs(value - expected) < 2e-4)
      #expect((known.band.lowerBound - 1e-3...known.band.upperBound + 1e-3).contains(value))
    }
  }

  @Test(arguments: [NewtonSchulz.jordan, .polarExpress, .convergent])
  func keepsSingularVectors(set: NewtonSchulz) {
    // A diagonal matrix has the unit vectors: it stays diagonal, each entry by the response.
    let diagonal = [0.8, 0.5, 0.3, 0.14]
    let norm = diagonal.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let elements = (0..<16).map { Float($0 % 5 == 0 ? diagonal[$0 / 5] : 0) }
    let output = set.orthogonalized(Tensor(elements, shape: [4, 4])).elements
    for (index, value) in output.enumerated() {
      let expected =
        index % 5 == 0 ? set.response(to: diagonal[index / 5] / norm / set.normFactor) : 0
      #expect(abs(Double(value) - expected) < 1e-4)
    }
  }

  @Test(arguments: [NewtonSchulz.jordan, .polarExpress, .convergent], [[5, 9], [9, 5], [6, 6]])
  func commutesWithTransposition(set: NewtonSchulz, extents: [Int]) {
    let input = randomTensor(Shape(extents), seed: 3)
    let straight = transposed(set.orthogonalized(input))
    let crossed = set.orthogonalized(transposed(input))
    #expect(straight.shape == crossed.shape)
    if extents[0] == extents[1] {
      #expect(largestDifference(straight, crossed) < 1e-4)
    } else {
      // The same bits, as both work with the Gram matrix of the shorter side.
      #expect(straight.elements == crossed.elements)
    }
  }

  @Test(arguments: [NewtonSchulz.jordan, .polarExpress, .convergent])
  func zeroStaysZero(set: NewtonSchulz) {
    let output = set.orthogonalized(Tensor(repeating: 0, shape: [4, 6]))
    #expect(output.elements.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [NewtonSchulz.jordan, .polarExpress, .convergent])
  func rankOneStaysRankOne(set: NewtonSchulz) {
    let output = set.orthogonalized(matrix(6, 9, singularValues: [5], seed: 2))
    let values = singularValues(of: output)
    #expect(abs(values[0] - set.response(to: 1 / set.normFactor)) < 1e-4)
    #expect(values.dropFirst().allSatisfy { $0 < 1e-2 })
  }

  @Test func scaleOfTheInputDoesNotMatter() {
    let input = randomTensor([7, 4], seed: 5)
    let reference = NewtonSchulz.jordan.orthogonalized(input)
    for scale: Float in [1e-2, 3, 1e6, 1e20] {
      let scaled = NewtonSchulz.jordan.orthogonalized(input.scaled(by: scale))
      #expect(largestDifference(scaled, reference) < 1e-4, "scale \(scale)")
    }
  }

  @Test func leavesItsInputAloneAndRecordsNothing() {
    let weight = ParameterScope(seed: 1).parameter("w", [3, 5], .normal(deviation: 1))
    let before = weight.value.elements
    let output = NewtonSchulz.jordan.orthogonalized(weight.value)
    #expect(weight.value.elements == before)
    #expect(!output.needsGradient)
  }

  @Test func edgesOfShape() {
    #expect(NewtonSchulz.jordan.orthogonalized(Tensor([], shape: [0, 3])).shape == [0, 3])
    let one = NewtonSchulz.convergent.orthogonalized(Tensor([-3], shape: [1, 1]))
    #expect(abs(one.scalar + 1) < 1e-5)
  }

  @Test func refusesWhatIsNoMatrix() async {
    await #expect(processExitsWith: .failure) {
      _ = NewtonSchulz.jordan.orthogonalized(Tensor(repeating: 1, shape: [2, 2, 2]))
    }
  }

  @Test func countsEveryMatrix() async {
    // In a process of its own: other tests count too.
    await #expect(processExitsWith: .success) {
      precondition(NewtonSchulz.calls == 0)
      let scope = ParameterScope(seed: 1)
      let matrices = (0..<3).map {
        scope.child($0).parameter("w", [4, 6], .normal(deviation: 1))
      }
      let embedding = scope.parameter("embed", [5, 4], .normal(deviation: 1))
      let optimizer = try Optimizer(
        groups: [
          ParameterGroup("hidden", matrices, rule: Muon(learningRate: 0.1, weightDecay: 0)),
          ParameterGroup("rest", [embedding], rule: plainAdamW),
        ],
        covering: scope.parameters, workers: Workers(count: 2))
      for step in 0..<2 {
        optimizer.step(Gradients(of: scope), at: TrainingProgress(step, of: 2))
      }
      precondition(NewtonSchulz.calls == 6, "\(NewtonSchulz.calls) calls for 2 x 3 matrices")
    }
  }

  @Test func stepsAreData() {
    #expect(NewtonSchulz.jordan(steps: 3).coefficients.count == 3)
    let polarExpress = NewtonSchulz.polarExpress(steps: 7).coefficients
    #expect(Array(polarExpress.prefix(5)) == NewtonSchulz.polarExpress.coefficients)
    #expect(polarExpress[6] == polarExpress[4])
    #expect(NewtonSchulz.convergent == .convergent(steps: 12))
    #expect(NewtonSchulz.jordan.normFactor == 1 && NewtonSchulz.jordan.epsilon == 1e-7)
    #expect(NewtonSchulz.polarExpress.normFactor == 1.02)
    #expect(NewtonSchulz.polarExpress.epsilon == 1e-6)
  }

  @Test func setsAreKnownByName() throws {
    #expect(NewtonSchulz(named: "jordan") == .jordan)
    #expect(NewtonSchulz(named: "polar-express") == .polarExpress)
    #expect(NewtonSchulz(named: "convergent") == .convergent)
    #expect(NewtonSchulz(named: "Jordan") == nil)
    let decoder = JSONDecoder()
    #expect(
      try decoder.decode([NewtonSchulz].self, from: Data(#"["polar-express"]"#.utf8))
        == [.polarExpress])
    #expect(throws: DecodingError.self) {
      try decoder.decode([NewtonSchulz].self, from: Data(#"["newton"]"#.utf8))
    }
  }

  @Test func isWrittenOutInFull() throws {
    let data = try JSONEncoder().encode(NewtonSchulz.polarExpress)
    #expect(try JSONDecoder().decode(NewtonSchulz.self, from: data) == .polarExpress)
    let text = #"{"coefficients": [[1.5, -0.5, 0]], "norm_factor": 1, "epsilon": 1e-7}"#
    #expect(
      try JSONDecoder().decode(NewtonSchulz.self, from: Data(text.utf8))
        == NewtonSchulz(coefficients: [.init(1.5, -0.5, 0)]))
    let short = text.replacing("-0.5, 0", with: "-0.5")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(NewtonSchulz.self, from: Data(short.utf8))
    }
  }

  @Test func saysWhatIsWrong() {
    for set in [NewtonSchulz.jordan, .polarExpress, .convergent] { #expect(set.problem == nil) }
    #expect(NewtonSchulz.jordan(steps: 0).problem?.contains("no coefficients") == true)
    let coefficients = NewtonSchulz.Coefficients(.nan, 0, 0)
    #expect(NewtonSchulz(coefficients: [coefficients]).problem?.contains("finite") == true)
    var set = NewtonSchulz.jordan
    for epsilon in [0, 1e-50, .infinity] {
      set.epsilon = epsilon
      #expect(set.problem?.contains("epsilon") == true)
    }
    set = .jordan
    set.normFactor = 0.9
    #expect(set.problem?.contains("norm_factor") == true)
  }
}
