import Synchronization

/// One recorded operation: which nodes it read, and how a gradient goes back to them.
package final class Node {
  /// Carries a gradient of this node's output back to its inputs.
  package typealias Pullback = (_ gradient: Storage, _ backpropagation: Backpropagation) -> Void

  /// The operation's name, for error messages.
  let operation: StaticString
  /// The creation number: an input's is always smaller than its user's.
  let number: Int
  var inputs: [Node]
  var pullback: Pullback?
  /// The gradient of the loss with respect to this node's output, as far as it has arrived.
  var gradient: Storage?

  private static let created = Atomic<Int>(0)

  init(_ operation: StaticString, inputs: [Node], pullback: @escaping Pullback) {
    self.operation = operation
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
  /// Records nothing when no input depends on a parameter, or inside ``withoutGradients(_:)``.
  ///
  /// - Parameters:
  ///   - operation: The operation's name.
  ///   - inputs: The tensors it was computed from.
  ///   - pullback: Adds to the inputs' gradients, given this tensor's gradient.
  /// - Returns: A tensor with the same elements.
  package func recorded(
    _ operation: StaticString, from inputs: Tensor..., pullback: @escaping Node.Pullback
  ) -> Tensor {
    guard Recording.isOn, inputs.contains(where: \.needsGradient) else { return self }
    var nodes: [Node] = []
    for case .operation(let node) in inputs.map(\.history) { nodes.append(node) }
    var result = self
    result.history = .operation(Node(operation, inputs: nodes, pullback: pullback))
    OperationClock.lap(operation, .forward)
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
