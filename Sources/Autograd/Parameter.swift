import CKernels

/// A named tensor that training changes: a weight.
///
/// Made by ``ParameterScope/parameter(_:_:_:)``, never alone. A weight matrix is always
/// `[outputs, inputs]`; optimizers rely on it. Reading ``value`` records a dependency, so that
/// gradients reach the parameter.
public final class Parameter: Sendable {
  /// The full name, such as `blocks.0.attn.q.weight`.
  public let name: String
  /// The extents, outermost first.
  public let shape: Shape
  package let storage: Storage
  /// Where this parameter's gradient starts in a flat buffer over all parameters of its scope.
  package let offset: Int
  /// The number of its scope: gradients of one scope do not fit another's parameters.
  package let scopeNumber: Int

  init(name: String, shape: Shape, storage: Storage, offset: Int, scopeNumber: Int) {
    self.name = name
    self.shape = shape
    self.storage = storage
    self.offset = offset
    self.scopeNumber = scopeNumber
  }

  /// The current value, as a tensor whose gradient is this parameter's.
  public var value: Tensor {
    Tensor(shape: shape, storage: storage, history: .parameter(self))
  }

  /// Overwrites the value, element by element.
  ///
  /// - Precondition: `elements` has as many elements as the parameter, and no lane is running.
  public func assign(_ elements: [Float]) {
    require(
      elements.count == shape.count, "\(name): \(elements.count) elements for shape \(shape)")
    _ = storage.buffer.update(from: elements)
  }

  /// Moves the value by `scale * change`, in place: one step of gradient descent with a negative scale.
  ///
  /// - Precondition: `change` has the parameter's shape, and no lane is running.
  public func add(_ change: Tensor, scale: Float = 1) {
    require(change.shape == shape, "\(name).add: \(shape) and \(change.shape)")
    kernel_add_scaled(scale, change.pointer, storage.pointer, shape.count)
  }
}
