import Synchronization

/// One recorded operation: which nodes it read, and how a gradient goes back to them.
package final class Node {
  /// The operation's name, for error messages.
  let operation: StaticString
  /// What its time is counted under.
  let part: OperationPart
  /// The shape of what it computed.
  let shape: Shape
  /// The creation number: an input's is always smaller than its user's.
  let number: Int
  var inputs: [Node]
  var pullback: Backpropagation.Pullback?
  /// The gradient of the loss with respect to this node's output, as far as it has arrived.
  var gradient: Storage?

  private static let created = Atomic<Int>(0)

  init(
    _ operation: StaticString, _ part: OperationPart, shape: Shape, inputs: [Node],
    pullback: @escaping Backpropagation.Pullback
  ) {
    self.operation = operation
    self.part = part
    self.shape = shape
    self.inputs = inputs
    self.pullback = pullback
    number = Self.created.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// Frees a long chain of nodes in a loop: the default would recurse, once per node.
  deinit {
    pullback = nil
    var pending = inputs
    inputs = []
    while var node = pending.popLast() {
      guard isKnownUniquelyReferenced(&node) else { continue }
      pending += node.inputs
      node.inputs = []
      node.pullback = nil
    }
  }
}

extension Tensor {
  /// Returns this tensor with a note of how to carry its gradient back to `inputs`.
  ///
  /// Every operation ends with it. It records nothing when no input depends on a parameter, or inside ``withoutGradients(_:)``.
  ///
  /// ```swift
  /// extension Tensor {
  ///   /// `y = x^3`. Pullback: `dx += 3 x^2 dy`.
  ///   func cubed() -> Tensor {
  ///     let x = elements
  ///     let y = Tensor(x.map { $0 * $0 * $0 }, shape: shape)
  ///     return y.recorded("cubed", part: .elementWise, from: self) { dy, backward in
  ///       backward.add(to: self) { i in 3 * x[i] * x[i] * dy[i] }
  ///     }
  ///   }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - operation: The operation's name.
  ///   - part: What its time is counted under.
  ///   - inputs: The tensors it was computed from.
  ///   - pullback: Adds to the inputs' gradients, given this tensor's gradient. It runs at most once.
  /// - Returns: A tensor with the same elements.
  public func recorded(
    _ operation: StaticString, part: OperationPart, from inputs: Tensor...,
    pullback: @escaping Backpropagation.Pullback
  ) -> Tensor {
    recorded(operation, part: part, from: inputs, pullback: pullback)
  }

  /// The same for a list of inputs, of which there may be any number.
  public func recorded(
    _ operation: StaticString, part: OperationPart, from inputs: [Tensor],
    pullback: @escaping Backpropagation.Pullback
  ) -> Tensor {
    guard Recording.isOn, inputs.contains(where: \.needsGradient) else { return self }
    var nodes: [Node] = []
    for case .operation(let node) in inputs.map(\.history) { nodes.append(node) }
    var result = self
    result.history = .operation(
      Node(operation, part, shape: shape, inputs: nodes, pullback: pullback))
    OperationClock.lap(operation, part, .forward)
    return result
  }

  /// Whether a parameter was involved in computing this tensor.
  package var needsGradient: Bool {
    if case .none = history { return false }
    return true
  }
}

/// Whether operations on this thread record how to carry gradients back.
enum Recording {
  @TaskLocal static var isOn = true
}

/// Runs `body` without recording operations: for evaluation and sampling, where no gradient is wanted.
///
/// - Parameter body: What to run; it may nest.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  try Recording.$isOn.withValue(false, operation: body)
}
