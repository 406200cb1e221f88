import Synchronization

/// Creates, names, seeds and registers parameters, each in one call.
///
/// A scope is a path into one shared registry: `scope.child("blocks").child(0)` prefixes the names of
/// what is created in it. Every parameter's random numbers depend on the seed and its own name only, so
/// adding a layer leaves the others as they were.
public struct ParameterScope {
  private let registry: Registry
  private let path: String

  private final class Registry {
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
    registry = Registry(seed: seed)
    path = ""
  }

  private init(registry: Registry, path: String) {
    self.registry = registry
    self.path = path
  }

  /// Returns the scope that prefixes names with `name` and a dot.
  public func child(_ name: String) -> ParameterScope {
    ParameterScope(registry: registry, path: path + name + ".")
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
      registry.names.insert(fullName).inserted,
      "ParameterScope: \(fullName) \(shape) exists already")
    let storage = Storage(uninitialized: shape.count)
    initializer.fill(storage.buffer, shape: shape, seed: registry.seed, name: fullName)
    let parameter = Parameter(
      name: fullName, shape: shape, storage: storage, offset: registry.end,
      scopeNumber: registry.number)
    registry.parameters.append(parameter)
    // Each gradient starts on a cache line of its own.
    registry.end += shape.count.wholeCacheLines
    return parameter
  }

  /// Every parameter of the registry, in order of creation.
  public var parameters: [Parameter] {
    registry.parameters
  }
}
