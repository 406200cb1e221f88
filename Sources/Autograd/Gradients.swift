/// The gradients of all parameters of one scope, in one flat buffer.
///
/// They live apart from the parameters, so that several lanes can run backward at once, each into its
/// own. ``Tensor/backward(into:scale:)`` adds; nothing is reset unless ``reset()`` is called.
public final class Gradients: Sendable {
  /// The parameters these are gradients of, in order of creation.
  public let parameters: [Parameter]
  package let storage: Storage
  private let scopeNumber: Int?

  /// Creates zero gradients for all parameters of a scope.
  public init(of scope: ParameterScope) {
    parameters = scope.parameters
    scopeNumber = parameters.first?.scopeNumber
    storage = Storage(uninitialized: parameters.last.map { $0.offset + $0.shape.count } ?? 0)
    reset()
  }

  /// The gradient of one parameter, of the parameter's shape; it changes as gradients are added.
  public subscript(parameter: Parameter) -> Tensor {
    Tensor(shape: parameter.shape, storage: slice(of: parameter))
  }

  /// Sets every gradient to zero.
  public func reset() {
    storage.buffer.update(repeating: 0)
  }

  /// The memory of one parameter's gradient.
  package func slice(of parameter: Parameter) -> Storage {
    require(
      parameter.scopeNumber == scopeNumber
        && parameter.offset + parameter.shape.count <= storage.count,
      "Gradients: \(parameter.name) \(parameter.shape) was made in another scope, or later")
    return Storage(storage, range: parameter.offset..<parameter.offset + parameter.shape.count)
  }
}
