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
        indices: elements, weights: ElementValues(parameter.storage, elements),
        gradient: ElementValues(gradient.storage, elements), buffers: state),
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
  fileprivate let buffers: RuleState

  /// The elements of a buffer that the rule keeps, by the name that ``UpdateRule/makeState(for:)`` gave it; the buffer
  /// must have the parameter's shape.
  public func state(_ name: String) -> ElementValues {
    ElementValues(buffers[name].storage, indices)
  }
}

/// Numbers in memory that somebody else owns, one for each element of an update.
///
/// To be used during the update only. An index that is none of the update's traps.
public struct ElementValues {
  @usableFromInline let indices: Range<Int>
  @usableFromInline let pointer: UnsafeMutablePointer<Float>
  /// Keeps the memory.
  private let storage: Storage

  fileprivate init(_ storage: Storage, _ indices: Range<Int>) {
    require(
      indices.lowerBound >= 0 && indices.upperBound <= storage.count,
      "an update of elements \(indices) of \(storage.count)")
    (self.indices, self.storage, pointer) = (indices, storage, storage.pointer)
  }

  /// The first of the elements, in memory.
  var start: UnsafeMutablePointer<Float> { pointer + indices.lowerBound }

  /// The value of the element of this index.
  @inlinable public subscript(index: Int) -> Float {
    get {
      check(index)
      return pointer[index]
    }
    nonmutating set {
      check(index)
      pointer[index] = newValue
    }
  }

  @inlinable func check(_ index: Int) {
    if !indices.contains(index) { failToFind(index) }
  }

  @usableFromInline func failToFind(_ index: Int) -> Never {
    fail("element \(index) of an update of \(indices)")
  }
}
