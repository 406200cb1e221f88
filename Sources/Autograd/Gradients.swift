import Synchronization

/// The gradients of all parameters of one scope, in one flat buffer.
///
/// They live apart from the parameters, so that several lanes can run backward at once, each into its
/// own. ``Tensor/backward(into:scale:)`` adds; nothing is reset unless ``reset()`` is called.
public final class Gradients: Sendable {
  /// The parameters these are gradients of, in order of creation.
  public let parameters: [Parameter]
  private let memory: Storage
  private let scopeNumber: Int?
  /// The parameters whose gradients are in memory; all others are zero, whatever memory holds for them.
  private let present = Mutex<Set<ObjectIdentifier>>([])

  /// Creates zero gradients for all parameters of a scope.
  public init(of scope: ParameterScope) {
    parameters = scope.parameters
    scopeNumber = parameters.first?.scopeNumber
    memory = Storage(uninitialized: parameters.last.map { $0.offset + $0.shape.count } ?? 0)
    // The gaps between parameters, too: sums over lanes run over them.
    memory.buffer.update(repeating: 0)
  }

  /// The gradient of one parameter, of the parameter's shape; it changes as gradients are added, until
  /// the next ``reset()``.
  public subscript(parameter: Parameter) -> Tensor {
    Tensor(shape: parameter.shape, storage: slice(of: parameter))
  }

  /// Sets every gradient to zero.
  ///
  /// Touches no memory: the first gradient to arrive overwrites what was there.
  public func reset() {
    present.withLock { $0.removeAll(keepingCapacity: true) }
  }

  /// The memory of all gradients, each at its parameter's offset.
  package var storage: Storage {
    for parameter in parameters { _ = slice(of: parameter) }
    return memory
  }

  /// The memory of one parameter's gradient.
  package func slice(of parameter: Parameter) -> Storage {
    let slice = place(of: parameter)
    present.withLock { present in
      if present.insert(ObjectIdentifier(parameter)).inserted {
        slice.buffer.update(repeating: 0)
      }
    }
    return slice
  }

  /// The memory of one parameter's gradient, and whether it holds something to be added to; if not, it
  /// is to be overwritten.
  func sliceForAdding(to parameter: Parameter) -> (memory: Storage, accumulate: Bool) {
    let slice = place(of: parameter)
    let isFirst = present.withLock { $0.insert(ObjectIdentifier(parameter)).inserted }
    return (slice, !isFirst)
  }

  private func place(of parameter: Parameter) -> Storage {
    require(
      parameter.scopeNumber == scopeNumber
        && parameter.offset + parameter.shape.count <= memory.count,
      "Gradients: \(parameter.name) \(parameter.shape) was made in another scope, or later")
    return Storage(memory, range: parameter.offset..<parameter.offset + parameter.shape.count)
  }
}
