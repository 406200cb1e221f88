import CKernels

extension Tensor {
  /// Adds the gradient of this scalar, with respect to every parameter it depends on, to `gradients`.
  ///
  /// The record of the computation is consumed, its memory given back as the pass goes on. A second call
  /// traps, and so does one for another loss that shares intermediate results: add such losses up first.
  ///
  /// - Parameters:
  ///   - gradients: Where to add; several losses may add to the same ones, one after the other.
  ///   - scale: A factor on the gradient, such as `1 / batch` for a mean over sequences.
  public func backward(into gradients: Gradients, scale: Float = 1) {
    require(shape.count == 1, "backward: a loss has one element, not shape \(shape)")
    guard case .operation(let root) = history else {
      fail("backward: this tensor depends on no parameter")
    }
    let backpropagation = Backpropagation(into: gradients)
    root.gradient = Tensor(repeating: scale, shape: shape).storage
    let nodes = root.reachable.sorted { $0.number > $1.number }
    OperationClock.lap("graph", .graph, .backward)
    for node in nodes {
      if let gradient = node.gradient {
        guard let pullback = node.pullback else {
          fail("backward: the record of this \(node.operation) was consumed by an earlier call")
        }
        node.gradient = nil
        pullback(Tensor(shape: node.shape, storage: gradient), backpropagation)
      }
      // Frees what this operation had saved, so that later ones can use the memory again.
      node.pullback = nil
      node.inputs = []
      OperationClock.lap(node.operation, node.part, .backward)
    }
  }
}

extension Node {
  /// This node and all it depends on, found with an explicit stack: graphs may be deep.
  fileprivate var reachable: [Node] {
    var found: [Node] = [self]
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    var next = 0
    while next < found.count {
      for input in found[next].inputs where seen.insert(ObjectIdentifier(input)).inserted {
        found.append(input)
      }
      next += 1
    }
    return found
  }
}

/// One backward pass: where a pullback leaves the gradients of its operation's inputs.
public struct Backpropagation {
  /// Carries a gradient of what an operation computed, of its shape, back to the operation's inputs.
  public typealias Pullback = (_ gradient: Tensor, _ backward: Backpropagation) -> Void

  private let gradients: Gradients

  init(into gradients: Gradients) {
    self.gradients = gradients
  }

  /// Adds `change(i)` to element `i` of the gradient of `tensor`, for all elements in row-major order.
  ///
  /// Does nothing when `tensor` needs no gradient.
  public func add(to tensor: Tensor, _ change: (_ index: Int) -> Float) {
    accumulate(into: tensor) { gradient, accumulate in
      for i in 0..<tensor.shape.count {
        gradient[i] = accumulate ? gradient[i] + change(i) : change(i)
      }
    }
  }

  /// Adds `change`, which has the shape of `tensor`, to the gradient of `tensor`.
  ///
  /// Does nothing when `tensor` needs no gradient.
  public func add(_ change: Tensor, to tensor: Tensor) {
    require(
      change.shape == tensor.shape, "add: a gradient \(change.shape) for \(tensor.shape)")
    pass(change.storage, to: tensor)
  }

  /// Lets `body` add to the gradient of `tensor`; does nothing when it needs none.
  ///
  /// `body` gets the gradient's memory, laid out like the tensor, and whether it holds something to be
  /// added to; if not, its content is undefined and is to be overwritten.
  package func accumulate(
    into tensor: Tensor,
    _ body: (_ gradient: UnsafeMutablePointer<Float>, _ accumulate: Bool) -> Void
  ) {
    switch tensor.history {
    case .none:
      return
    case .parameter(let parameter):
      let (gradient, accumulate) = gradients.sliceForAdding(to: parameter)
      body(gradient.pointer, accumulate)
    case .operation(let node):
      let isFirst = node.gradient == nil
      if isFirst {
        node.gradient = Storage(uninitialized: tensor.shape.count)
      } else if !isKnownUniquelyReferenced(&node.gradient) || node.gradient?.ownsMemory == false {
        node.gradient = node.gradient?.copy()
      }
      if let gradient = node.gradient { body(gradient.pointer, !isFirst) }
    }
  }

  /// Adds `gradient`, unchanged, to the gradient of `tensor`.
  ///
  /// The first to arrive is shared instead of copied; ``accumulate(into:_:)`` copies before it writes.
  package func pass(_ gradient: Storage, to tensor: Tensor) {
    if case .operation(let node) = tensor.history, node.gradient == nil {
      node.gradient = gradient
    } else {
      accumulate(into: tensor) { target, accumulate in
        if accumulate {
          kernel_add_scaled(1, gradient.pointer, target, gradient.count)
        } else {
          target.update(from: gradient.pointer, count: gradient.count)
        }
      }
    }
  }
}
