import Autograd
import Testing

/// Expects the pullback of an operation with one input to agree with finite differences.
///
/// ```swift
/// @Test func cubedHasItsGradient() {
///   expectGradient(of: [3, 5]) { $0.cubed() }
/// }
/// ```
///
/// - Parameters:
///   - shape: The shape of the input, which is drawn from a normal distribution.
///   - step: How far to move the input along a random direction: enough to rise above float32 rounding, little
///     enough for the curvature.
///   - tolerance: The largest relative difference.
///   - seed: Determines the input and the direction.
///   - sourceLocation: Where a failure is reported.
///   - function: What to differentiate; its result may have any shape.
public func expectGradient(
  of shape: Shape, step: Double = 4e-3, tolerance: Double = 4e-3, seed: UInt64 = 7,
  sourceLocation: SourceLocation = #_sourceLocation, _ function: (Tensor) -> Tensor
) {
  expectGradient(
    of: [shape], step: step, tolerance: tolerance, seed: seed, sourceLocation: sourceLocation
  ) { function($0[0]) }
}

/// Expects the pullback of an operation with several inputs to agree with finite differences.
///
/// One random direction tests all elements at once: for a random cotangent `c` and tangent `v`,
/// `<gradient of <c, f(x)>, v>` must equal `(<c, f(x + h v)> - <c, f(x - h v)>) / 2h`. The inner products
/// are taken in double precision.
///
/// - Parameters:
///   - shapes: The shapes of the inputs, drawn from a normal distribution.
///   - step: `h`: large enough to rise above float32 rounding, small enough for the curvature.
///   - tolerance: The largest relative difference.
///   - seed: Determines the inputs and the direction.
///   - sourceLocation: Where a failure is reported.
///   - function: What to differentiate; its result may have any shape.
public func expectGradient(
  of shapes: [Shape], step: Double = 4e-3, tolerance: Double = 4e-3, seed: UInt64 = 7,
  sourceLocation: SourceLocation = #_sourceLocation, _ function: ([Tensor]) -> Tensor
) {
  let scope = ParameterScope(seed: seed)
  let inputs = shapes.enumerated().map { index, shape in
    scope.parameter("input\(index)", shape, .normal(deviation: 1))
  }
  expectGradient(
    in: scope, step: step, tolerance: tolerance, seed: seed, sourceLocation: sourceLocation
  ) { function(inputs.map(\.value)) }
}

/// Expects the gradients of all parameters of a scope, moved together, to agree with finite differences: for layers
/// and whole models.
///
/// - Parameters:
///   - scope: Whose parameters to move; they are put back.
///   - step: How far to move them.
///   - tolerance: The largest relative difference.
///   - seed: Determines the direction.
///   - sourceLocation: Where a failure is reported.
///   - function: What to differentiate; its result may have any shape.
public func expectGradient(
  in scope: ParameterScope, step: Double = 4e-3, tolerance: Double = 4e-3, seed: UInt64 = 7,
  sourceLocation: SourceLocation = #_sourceLocation, _ function: () -> Tensor
) {
  let parameters = scope.parameters
  let start = parameters.map(\.value.elements)
  var random = SplitMix64(seed: seed &+ 1)
  func numbers(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(2 * random.uniform() - 1) }
  }

  let output = function()
  guard output.needsGradient else {
    Issue.record(
      "the result \(output.shape) depends on no parameter: was it recorded, with all its inputs?",
      sourceLocation: sourceLocation)
    return
  }
  let cotangent = numbers(output.shape.count)
  let tangents = parameters.map { numbers($0.shape.count) }
  let gradients = Gradients(of: scope)
  (output * Tensor(cotangent, shape: output.shape)).sum().backward(into: gradients)
  let analytic = zip(parameters, tangents).reduce(0.0) {
    $0 + inner(gradients[$1.0].elements, $1.1)
  }

  func value(along h: Double) -> Double {
    for (parameter, (elements, tangent)) in zip(parameters, zip(start, tangents)) {
      parameter.assign(zip(elements, tangent).map { Float(Double($0) + h * Double($1)) })
    }
    return inner(function().elements, cotangent)
  }
  let numeric = (value(along: step) - value(along: -step)) / (2 * step)
  for (parameter, elements) in zip(parameters, start) { parameter.assign(elements) }

  let scale = max(abs(numeric), abs(analytic), 1e-2)
  #expect(
    abs(analytic - numeric) <= tolerance * scale,
    "pullback says \(analytic), finite differences say \(numeric)",
    sourceLocation: sourceLocation)
}

private func inner(_ a: [Float], _ b: [Float]) -> Double {
  zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}
