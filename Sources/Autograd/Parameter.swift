import CKernels
import Synchronization

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

/// Creates, names, seeds and registers parameters, each in one call.
///
/// A scope is a path into one shared list of parameters: `scope.child("blocks").child(0)` prefixes the names of
/// what is created in it. Every parameter's random numbers depend on the seed and its own name only, so
/// adding a layer leaves the others as they were.
public struct ParameterScope {
  private let contents: Contents
  private let path: String

  private final class Contents {
    let seed: UInt64
    let number: Int
    var parameters: [Parameter] = []
    var names: Set<String> = []
    var end = 0

    private static let created = Atomic<Int>(0)

    init(seed: UInt64) {
      self.seed = seed
      number = Self.created.wrappingAdd(1, ordering: .relaxed).newValue
    }
  }

  /// Creates an empty root scope.
  public init(seed: UInt64) {
    contents = Contents(seed: seed)
    path = ""
  }

  private init(contents: Contents, path: String) {
    self.contents = contents
    self.path = path
  }

  /// Returns the scope that prefixes names with `name` and a dot.
  public func child(_ name: String) -> ParameterScope {
    ParameterScope(contents: contents, path: path + name + ".")
  }

  /// Returns the scope that prefixes names with `index` and a dot.
  public func child(_ index: Int) -> ParameterScope {
    child(String(index))
  }

  /// Creates and registers a parameter; a name that exists traps.
  ///
  /// - Parameters:
  ///   - name: The last part of the name; the scope's path comes before it.
  ///   - shape: The extents; `[outputs, inputs]` for a weight matrix.
  ///   - initializer: How the first values are drawn.
  /// - Returns: The new parameter.
  public func parameter(_ name: String, _ shape: Shape, _ initializer: Initializer) -> Parameter {
    let fullName = path + name
    require(
      contents.names.insert(fullName).inserted,
      "ParameterScope: \(fullName) \(shape) exists already")
    let storage = Storage(uninitialized: shape.count)
    initializer.fill(storage.buffer, shape: shape, seed: contents.seed, name: fullName)
    let parameter = Parameter(
      name: fullName, shape: shape, storage: storage, offset: contents.end,
      scopeNumber: contents.number)
    contents.parameters.append(parameter)
    // Each gradient starts on a cache line of its own.
    contents.end += shape.count.wholeCacheLines
    return parameter
  }

  /// Every parameter of all paths, in order of creation.
  public var parameters: [Parameter] {
    contents.parameters
  }
}
