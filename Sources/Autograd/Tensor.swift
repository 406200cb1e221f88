/// An array of float32 numbers with a shape, and a memory of how it was computed.
///
/// Copying is O(1). Operations never change a tensor; each returns a new one and, when an input depends
/// on a ``Parameter``, records how to carry a gradient back. A parameter's value and its gradient are
/// views that follow their owner. A tensor belongs to the thread that made it.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4], shape: [2, 2])
/// let y = (x * x).sum()   // y.scalar == 30
/// ```
public struct Tensor {
  /// The extents, outermost first.
  public let shape: Shape
  package let storage: Storage
  package var history: History

  /// Where a tensor comes from, as far as gradients are concerned.
  package enum History {
    /// It depends on no parameter, or recording was off.
    case none
    /// It is a parameter's value.
    case parameter(Parameter)
    /// An operation made it.
    case operation(Node)
  }

  package init(shape: Shape, storage: Storage, history: History = .none) {
    require(
      shape.count == storage.count, "Tensor: shape \(shape) for \(storage.count) elements")
    self.shape = shape
    self.storage = storage
    self.history = history
  }

  /// Creates a tensor whose elements are not yet set: for an operation's output.
  package init(uninitialized shape: Shape) {
    self.init(shape: shape, storage: Storage(uninitialized: shape.count))
  }

  /// Creates a tensor from its elements in row-major order.
  public init(_ elements: [Float], shape: Shape) {
    require(
      elements.count == shape.count, "Tensor: \(elements.count) elements for shape \(shape)")
    self.init(uninitialized: shape)
    _ = storage.buffer.update(from: elements)
  }

  /// Creates a tensor of one element and rank 0.
  public init(_ scalar: Float) {
    self.init([scalar], shape: [])
  }

  /// Creates a tensor whose elements are all `value`.
  public init(repeating value: Float, shape: Shape) {
    self.init(uninitialized: shape)
    storage.buffer.update(repeating: value)
  }

  /// Creates a tensor whose elements `initialize` sets, in row-major order.
  ///
  /// They are undefined until then: every one has to be set.
  public init(shape: Shape, initializingWith initialize: (inout MutableSpan<Float>) -> Void) {
    self.init(uninitialized: shape)
    withExtendedLifetime(storage) {
      var elements = storage.buffer.mutableSpan
      initialize(&elements)
    }
  }

  /// The elements in row-major order: a copy.
  public var elements: [Float] {
    Array(storage.buffer)
  }

  /// Lets `body` read the elements in row-major order, without a copy.
  ///
  /// - Parameter body: What to do with them.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  public func withElements<Result>(_ body: (Span<Float>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(storage) { try body(storage.buffer.span) }
  }

  /// The element of this index in row-major order.
  ///
  /// For loops over many, ``withElements(_:)`` is faster.
  public subscript(index: Int) -> Float {
    require(index >= 0 && index < shape.count, "Tensor: element \(index) of shape \(shape)")
    return storage.pointer[index]
  }

  /// The only element; traps when there is more than one.
  public var scalar: Float {
    require(shape.count == 1, "Tensor.scalar: shape \(shape) has \(shape.count) elements")
    return storage.pointer[0]
  }

  /// Returns the same elements without the memory of how they were computed.
  public var detached: Tensor {
    Tensor(shape: shape, storage: storage)
  }

  package var pointer: UnsafeMutablePointer<Float> { storage.pointer }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first few elements.
  public var description: String {
    let shown = storage.buffer.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor \(shape): \(shown)\(shape.count > 8 ? ", …" : "")"
  }
}
