import Autograd

/// An update rule that moves every element on its own: what a new rule is easiest written as.
///
/// ```swift
/// struct SignDescent: ElementwiseRule {
///   static let name = "sign-descent"
///   var learningRate: Double
///
///   func update(_ elements: UpdateElements, at step: UpdateStep) {
///     for i in elements.indices {
///       elements.weights[i] -= Float(step.factor * learningRate) * (elements.gradient[i] < 0 ? -1 : 1)
///     }
///   }
/// }
/// ```
public protocol ElementwiseRule: UpdateRule {
  /// Moves some elements of a parameter, and brings their state up to date.
  ///
  /// Pieces of one parameter are updated side by side: what happens to an element must not depend on the others.
  ///
  /// - Parameters:
  ///   - elements: The weights, their gradient and their state.
  ///   - step: Which update this is.
  func update(_ elements: UpdateElements, at step: UpdateStep)
}

extension ElementwiseRule {
  /// True: every element moves on its own.
  public static var isElementwise: Bool { true }

  /// Moves some elements of a parameter.
  public func update(
    _ parameter: Parameter, elements: Range<Int>, gradient: Tensor, state: RuleState,
    at step: UpdateStep
  ) {
    require(
      gradient.shape == parameter.shape && elements.upperBound <= parameter.shape.count,
      "\(Self.name): elements \(elements), gradient \(gradient.shape) for \(parameter.shape)")
    update(
      UpdateElements(
        indices: elements,
        weights: ElementValues(parameter.storage.pointer, elements),
        gradient: ElementValues(gradient.pointer, elements), state: state),
      at: step)
  }
}

/// The elements of a parameter that one call of a rule updates, with their gradient and their state.
public struct UpdateElements {
  /// Which elements of the parameter, in row-major order.
  public let indices: Range<Int>
  /// The weights, to be moved.
  public let weights: ElementValues
  /// The gradient of the loss, to be read.
  public let gradient: ElementValues
  fileprivate let state: RuleState

  fileprivate init(
    indices: Range<Int>, weights: ElementValues, gradient: ElementValues, state: RuleState
  ) {
    (self.indices, self.weights, self.gradient) = (indices, weights, gradient)
    self.state = state
  }

  /// The elements of a buffer that the rule keeps, by the name that ``UpdateRule/makeState(for:)`` gave it; the buffer
  /// must have the parameter's shape.
  public func state(_ name: String) -> ElementValues {
    let buffer = state[name]
    require(
      indices.upperBound <= buffer.shape.count,
      "state \(name): elements \(indices) of \(buffer.shape.count)")
    return ElementValues(buffer.pointer, indices)
  }
}

/// Numbers in memory that somebody else owns, one for each element of an update.
///
/// Valid during the call that was given them; an index that is none of the update's traps.
public struct ElementValues {
  private let pointer: UnsafeMutablePointer<Float>
  private let indices: Range<Int>

  fileprivate init(_ pointer: UnsafeMutablePointer<Float>, _ indices: Range<Int>) {
    (self.pointer, self.indices) = (pointer, indices)
  }

  /// The value of the element of this index.
  public subscript(index: Int) -> Float {
    get {
      require(indices.contains(index), "element \(index) of an update of \(indices)")
      return pointer[index]
    }
    nonmutating set {
      require(indices.contains(index), "element \(index) of an update of \(indices)")
      pointer[index] = newValue
    }
  }
}
