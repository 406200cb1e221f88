import Autograd
import Muon
import Testing

@Suite struct SpectrumTests {
  @Test func singularValuesAreTheKnownOnes() throws {
    // As many as there are quantiles, and twice as many intervals.
    for count in [17, 33] {
      let values = (0..<count).map { 4.0 - 3.5 * Double($0) / Double(count - 1) }
      for extents in [[count, count], [count, 40], [40, count]] {
        let input = matrix(extents[0], extents[1], singularValues: values, seed: 8)
        let spectrum = try #require(Spectrum(of: input))
        #expect(abs(spectrum.largest - 4) < 1e-5)
        #expect(spectrum.quantiles.count == 17)
        for (found, place) in zip(spectrum.quantiles, 0...) {
          #expect(abs(found - (4 - 3.5 * Double(place) / 16)) < 1e-5)
        }
        #expect(abs((spectrum.ratios.last ?? 0) - 0.125) < 1e-5)
        let energy = values.reduce(0) { $0 + $1 * $1 }
        #expect(abs(spectrum.stableRank - energy / 16) < 1e-4)
      }
    }
  }

  @Test func quantilesLieBetweenFewValues() throws {
    let spectrum = try #require(Spectrum(of: Tensor([3, 0, 0, 1], shape: [2, 2])))
    #expect(abs(spectrum.quantiles[8] - 2) < 1e-6)
    let single = try #require(Spectrum(of: Tensor([-2], shape: [1, 1])))
    #expect(single.quantiles == [Double](repeating: 2, count: 17))
    #expect(single.stableRank == 1)
  }

  @Test func edges() throws {
    let zero = try #require(Spectrum(of: Tensor(repeating: 0, shape: [4, 6])))
    #expect(zero.largest == 0 && zero.stableRank == 0)
    #expect(zero.ratios == [Double](repeating: 0, count: 17))
    #expect(Spectrum(of: Tensor([1, .nan], shape: [1, 2])) == nil)
    #expect(Spectrum(of: Tensor([], shape: [0, 2])) == nil)
  }
}

@Suite struct DiagnosisTests {
  /// One update of a matrix by a rule after another one, and what is said of the second.
  private func diagnosis(
    _ rule: any UpdateRule, start: Tensor, gradients: [Tensor], factor: Double = 1
  ) throws -> (UpdateDiagnosis, before: Tensor, after: Tensor) {
    let scope = ParameterScope(seed: 0)
    let parameter = scope.parameter("w", start.shape, .zeros)
    parameter.assign(start.elements)
    let optimizer = try Optimizer(
      groups: [ParameterGroup("all", [parameter], rule: rule)], covering: [parameter],
      workers: Workers(count: 2))
    let buffer = Gradients(of: scope)
    var snapshot = WeightSnapshot(of: [parameter])
    var before = start
    for (step, gradient) in gradients.enumerated() {
      _ = buffer[parameter].storage.buffer.update(from: gradient.elements)
      snapshot = WeightSnapshot(of: [parameter])
      before = Tensor(parameter.value.elements, shape: start.shape)
      optimizer.step(buffer, at: TrainingProgress(step, of: 10))
    }
    let state = optimizer.state
    let now = TrainingProgress(gradients.count - 1, of: 10)
    let found = optimizer.diagnoses(since: snapshot, buffer, at: now)
    #expect(optimizer.state == state, "looking changes nothing")
    return (try #require(found.first), before, Tensor(parameter.value.elements, shape: start.shape))
  }

  private func norm(_ tensor: Tensor) -> Double {
    tensor.elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  private func expectClose(
    _ found: [Double]?, _ expected: [Double]?, within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found?.count == expected?.count, sourceLocation: sourceLocation)
    for (found, expected) in zip(found ?? [], expected ?? []) {
      #expect(abs(found - expected) < tolerance, sourceLocation: sourceLocation)
    }
  }

  static let variants = [
    Muon(learningRate: 0.1, weightDecay: 0.5, momentum: 0.8),
    Muon(learningRate: 0.1, weightDecay: 0.5, decay: .coupled, momentum: 0.8, scale: .rms),
    Muon(
      learningRate: 0.1, weightDecay: 0, momentum: 0.8, nesterov: false,
      orthogonalization: .singularValues),
    Muon(
      learningRate: 0.1, weightDecay: 0, momentum: 0.8,
      momentumWarmup: MomentumWarmup(from: 0, steps: 4)),
  ]

  @Test(arguments: variants, [[6, 10], [10, 6]])
  func muonShowsTheMatrixBeforeAndAfter(rule: Muon, extents: [Int]) throws {
    let shape = Shape(extents)
    let gradients = (1...3).map { randomTensor(shape, seed: UInt64($0)) }
    let (found, before, after) = try diagnosis(
      rule, start: randomTensor(shape, seed: 9), gradients: gradients)

    // The same by the formulas, from the beginning.
    var weights = randomTensor(shape, seed: 9)
    var momentum = Tensor(repeating: 0, shape: shape)
    var direction = momentum
    for (step, gradient) in gradients.enumerated() {
      let progress = TrainingProgress(step, of: 10)
      let mu = Float(rule.momentum(at: progress))
      let decayed = rule.decay == .coupled ? gradient + weights.scaled(by: 0.5) : gradient
      momentum = momentum.scaled(by: mu) + decayed.scaled(by: 1 - mu)
      direction =
        rule.nesterov ? decayed.scaled(by: 1 - mu) + momentum.scaled(by: mu) : momentum
      let orthogonal =
        rule.orthogonalization == .newtonSchulz
        ? rule.newtonSchulz.orthogonalized(direction) : PolarFactor.orthogonalized(direction)
      let retained: Float = rule.decay == .decoupled ? Float(1 - 0.1 * rule.weightDecay) : 1
      weights =
        weights.scaled(by: retained)
        - orthogonal.scaled(by: Float(0.1 * rule.scaleFactor(for: shape)))
      if step == 2 {
        let expected = try #require(Spectrum(of: orthogonal))
        expectClose(found.orthogonalized?.quantiles, expected.quantiles, within: 1e-4)
      }
    }
    let expected = try #require(Spectrum(of: direction))
    expectClose(found.direction?.quantiles, expected.quantiles, within: 1e-4)
    #expect(abs((found.direction?.stableRank ?? 0) - expected.stableRank) < 1e-3)

    let retained: Float = rule.decay == .decoupled ? Float(1 - 0.1 * rule.weightDecay) : 1
    let change = after - before.scaled(by: retained)
    #expect(found.matrix == "w")
    #expect(abs(found.updateRMS - norm(change) / 60.0.squareRoot()) < 1e-6)
    #expect(abs(found.weightNorm - norm(before)) < 1e-6)
    #expect(abs(found.gradientNorm - norm(gradients[2])) < 1e-6)
  }

  @Test func adamWShowsItsDirection() throws {
    // After one update it is the gradient's sign, whatever the learning rate.
    let gradient = Tensor([5, -2, 0.1, 3], shape: [2, 2])
    var rule = plainAdamW
    rule.weightDecay = 0.5
    let (found, _, _) = try diagnosis(
      rule, start: randomTensor([2, 2], seed: 1), gradients: [gradient])
    let signs = try #require(Spectrum(of: Tensor([1, -1, 1, 1], shape: [2, 2])))
    expectClose(found.direction?.quantiles, signs.quantiles, within: 1e-4)
    #expect(found.orthogonalized == nil)
    #expect(abs(found.updateRMS - 0.01) < 1e-6)
  }

  @Test func weightsShowBothOfTheirNorms() throws {
    let (found, _, _) = try diagnosis(
      plainAdamW, start: Tensor([3, 0, 0, -4], shape: [2, 2]),
      gradients: [Tensor([5, -2, 0.1, 3], shape: [2, 2])])
    #expect(abs(found.weightNorm - 5) < 1e-6)
    #expect(abs((found.weightSpectralNorm ?? 0) - 4) < 1e-6)
  }

  @Test func numbersThatAreNotFiniteHaveNoSpectrum() throws {
    let rule = Muon(learningRate: 0.1, weightDecay: 0)
    let gradient = Tensor([1, .infinity, 0, 1], shape: [2, 2])
    let (found, _, _) = try diagnosis(
      rule, start: Tensor(repeating: 0, shape: [2, 2]), gradients: [gradient])
    #expect(found.direction == nil && found.orthogonalized == nil)
    #expect(found.weightNorm == 0 && found.gradientNorm == .infinity)
  }

  @Test func withoutALearningRateThereIsNoDirection() throws {
    var rule = plainAdamW
    rule.learningRate = 0
    let (found, _, _) = try diagnosis(
      rule, start: randomTensor([2, 3], seed: 1), gradients: [randomTensor([2, 3], seed: 2)])
    #expect(found.direction == nil && found.updateRMS == 0)
  }
}
