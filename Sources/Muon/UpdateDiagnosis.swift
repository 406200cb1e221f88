import Autograd
import CKernels
import Synchronization

/// What an update did to a matrix of weights.
public struct UpdateDiagnosis: Hashable, Sendable {
  /// The name of the parameter.
  public let matrix: String
  /// The root of the mean square of the elements' changes, those by decoupled decay left out.
  public let updateRMS: Double
  /// The Frobenius norm of the weights before the update.
  public let weightNorm: Double
  /// The largest singular value of the weights before the update; nil when they are not finite.
  public let weightSpectralNorm: Double?
  /// The Frobenius norm of the gradient.
  public let gradientNorm: Double
  /// The singular values of the direction; nil when they are not finite.
  ///
  /// Of what is orthogonalized; by a rule that does not do so, of the change divided by the rate, and nil when that is
  /// zero.
  public let direction: Spectrum?
  /// The singular values of what orthogonalization made of it; nil without any, or when they are not finite or the rate
  /// is zero.
  ///
  /// Of the change divided by learning rate and scale: what has reached the weights.
  public let orthogonalized: Spectrum?
}

/// The weights of some matrices as they were before an update, to see afterwards what it did to them.
public struct WeightSnapshot: Sendable {
  let matrices: [(parameter: Parameter, elements: [Float])]

  /// Copies the weights.
  public init(of matrices: [Parameter]) {
    self.matrices = matrices.map { ($0, $0.value.elements) }
  }
}

extension UpdateDiagnosis {
  init(
    of parameter: Parameter, before elements: [Float], gradient: Tensor, rule: any UpdateRule,
    state: RuleState, at step: UpdateStep
  ) {
    let before = Tensor(elements, shape: parameter.shape)
    let change = Tensor(parameter.value.elements, shape: parameter.shape)
    kernel_add_scaled(
      -rule.shrinkage(at: step), before.pointer, change.pointer, change.shape.count)
    matrix = parameter.name
    updateRMS = change.norm / Double(change.shape.count).squareRoot()
    weightNorm = before.norm
    weightSpectralNorm = Spectrum(of: before)?.largest
    gradientNorm = gradient.norm

    let rate = step.factor * rule.learningRate * rule.scaleFactor(for: parameter.shape)
    let direction = rate > 0 ? Spectrum(of: change.scaled(by: Float(-1 / rate))) : nil
    if let rule = rule as? any OrthogonalizingRule {
      self.direction = Spectrum(
        of: rule.orthogonalizationInput(
          gradient: gradient, weights: before, state: state, at: step))
      orthogonalized = direction
    } else {
      self.direction = direction
      orthogonalized = nil
    }
  }
}

extension Tensor {
  /// The Frobenius norm.
  fileprivate var norm: Double { kernel_sum_of_squares(pointer, shape.count).squareRoot() }
}

extension Optimizer {
  /// Measures what the last update did to some matrices; it changes nothing.
  ///
  /// Three singular value decompositions a matrix make it several times as slow as an update of Muon; matrices are
  /// shared out among the threads.
  ///
  /// - Parameters:
  ///   - before: The weights before the update.
  ///   - gradients: The gradients it was given.
  ///   - progress: Where in the run it was.
  /// - Returns: The diagnoses in the order of the matrices.
  public func diagnoses(
    since before: WeightSnapshot, _ gradients: Gradients, at progress: TrainingProgress
  ) -> [UpdateDiagnosis] {
    let step = UpdateStep(
      progress: progress, factor: schedule.factor(at: progress), number: updates)
    let routes = before.matrices.map { parameter, elements in
      guard let assignment = assignments.first(where: { $0.parameter === parameter }) else {
        fail("Optimizer: \(parameter.name) is not one of its parameters")
      }
      return (assignment: assignment, elements: elements)
    }
    let found = Mutex<[Int: UpdateDiagnosis]>([:])
    workers.forEach(routes.count) { index in
      let (assignment, elements) = routes[index]
      let diagnosis = UpdateDiagnosis(
        of: assignment.parameter, before: elements, gradient: gradients[assignment.parameter],
        rule: assignment.rule, state: assignment.state, at: step)
      found.withLock { $0[index] = diagnosis }
    }
    return found.withLock { diagnoses in routes.indices.compactMap { diagnoses[$0] } }
  }
}

/// The singular values of a matrix, in short.
public struct Spectrum: Hashable, Sendable {
  /// The largest one.
  public let largest: Double
  /// `|A|_F^2 / |A|_2^2`: 1 if one direction is all there is, the shorter side if all weigh the same, 0 for a
  /// zero matrix.
  public let stableRank: Double
  /// Seventeen of them, largest first: every sixteenth part of the way from the largest to the smallest, between
  /// two of them where it falls between.
  public let quantiles: [Double]

  /// The quantiles divided by the largest; 0 for a zero matrix.
  public var ratios: [Double] {
    quantiles.map { largest > 0 ? $0 / largest : 0 }
  }

  /// The number of quantiles.
  public static let quantileCount = 17

  /// Decomposes a matrix; nil when it has elements that are not finite, or none.
  public init?(of matrix: Tensor) {
    guard let values = SingularValueDecomposition.values(of: matrix)?.map(Double.init),
      let largest = values.first
    else { return nil }
    self.largest = largest
    let ratios = values.map { largest > 0 ? $0 / largest : 0 }
    stableRank = ratios.reduce(0) { $0 + $1 * $1 }
    let intervals = Self.quantileCount - 1
    quantiles = (0...intervals).map { part in
      let place = Double(part) / Double(intervals) * Double(values.count - 1)
      let index = min(Int(place), values.count - 1)
      let next = min(index + 1, values.count - 1)
      return values[index] + (place - Double(index)) * (values[next] - values[index])
    }
  }
}

/// An update rule that orthogonalizes: diagnostics show the matrix before and after.
public protocol OrthogonalizingRule: UpdateRule {
  /// Finds again what an update has orthogonalized.
  ///
  /// - Parameters:
  ///   - gradient: The gradient it was given.
  ///   - weights: The weights before it.
  ///   - state: The state after it.
  ///   - step: Which update it was.
  /// - Returns: A matrix of the gradient's shape.
  func orthogonalizationInput(
    gradient: Tensor, weights: Tensor, state: RuleState, at step: UpdateStep
  ) -> Tensor
}
