import Autograd

/// What a rule remembers about one parameter: named buffers of numbers, zero at first.
public struct RuleState: Sendable {
  /// The buffers by name.
  public let buffers: [String: StateBuffer]

  /// Creates zero buffers of the given shapes.
  public init(_ shapes: [String: Shape]) {
    buffers = shapes.mapValues(StateBuffer.init)
  }

  /// Returns the buffer called `name`; traps when there is none.
  public subscript(name: String) -> StateBuffer {
    guard let buffer = buffers[name] else {
      fail("RuleState: no buffer \(name) among \(buffers.keys.sorted())")
    }
    return buffer
  }
}

/// Numbers that a rule keeps from update to update, and changes in place.
///
/// As with a parameter's weights, whoever writes must be the only user of those elements.
public final class StateBuffer: Sendable {
  /// The extents, outermost first.
  public let shape: Shape
  package let storage: Storage

  /// Creates a buffer of zeros.
  public init(_ shape: Shape) {
    self.shape = shape
    storage = Storage(uninitialized: shape.count)
    storage.buffer.update(repeating: 0)
  }

  /// The elements in row-major order.
  public var elements: [Float] {
    Array(storage.buffer)
  }

  /// Overwrites the elements.
  ///
  /// - Precondition: There are as many as the shape says.
  public func assign(_ elements: [Float]) {
    require(
      elements.count == shape.count, "StateBuffer: \(elements.count) elements for shape \(shape)")
    _ = storage.buffer.update(from: elements)
  }

  package var pointer: UnsafeMutablePointer<Float> { storage.pointer }
}
