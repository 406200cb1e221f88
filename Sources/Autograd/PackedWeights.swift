import Synchronization

/// Weights laid out for products, once a pass for all lanes.
///
/// During a pass no weight changes, and every sequence multiplies by the same ones. The first lane that
/// needs a weight packs it; the memory is kept from pass to pass.
final class PackedWeights: Sendable {
  /// Those of the pass this thread takes part in; nil outside of one.
  @TaskLocal static var current: PackedWeights?

  private let slots: [ObjectIdentifier: Slot]

  /// What is known of one weight: a factor for each orientation.
  private final class Slot: Sendable {
    let factors = Mutex<[Key: Entry]>([:])
  }

  private struct Key: Hashable {
    let orientation: Matrix.Orientation
    let precision: Precision
  }

  private struct Entry {
    var factor: RightFactor
    var isCurrent = true
  }

  init(of parameters: [Parameter]) {
    slots = Dictionary(uniqueKeysWithValues: parameters.map { (ObjectIdentifier($0), Slot()) })
  }

  /// Declares all factors outdated, at the start of a pass: the weights may have changed since.
  func invalidate() {
    for slot in slots.values {
      slot.factors.withLock { factors in
        for key in factors.keys { factors[key]?.isCurrent = false }
      }
    }
  }

  /// The memory of all factors.
  var bytes: Int {
    slots.values.reduce(0) { bytes, slot in
      slot.factors.withLock { factors in
        factors.values.reduce(bytes) {
          $0 + ($1.factor.storage?.count ?? 0) * MemoryLayout<Float>.stride
        }
      }
    }
  }

  /// A matrix parameter as right factor; nil for a parameter of another scope.
  func factor(
    of parameter: Parameter, _ orientation: Matrix.Orientation, _ precision: Precision
  ) -> RightFactor? {
    guard let slot = slots[ObjectIdentifier(parameter)] else { return nil }
    let key = Key(orientation: orientation, precision: precision)
    let entry = slot.factors.withLock { factors in
      if let entry = factors[key], entry.isCurrent { return entry }
      let entry = Entry(
        factor: RightFactor(
          parameter.value, orientation, precision, reusing: factors[key]?.factor.storage))
      factors[key] = entry
      return entry
    }
    return entry.factor
  }
}

extension RightFactor {
  /// A matrix, or its transpose, as right factor of as many products as there will be.
  init(
    _ matrix: Tensor, _ orientation: Matrix.Orientation, _ precision: Precision,
    reusing storage: Storage? = nil
  ) {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    self.init(
      Matrix(matrix.pointer, stride: columns, orientation),
      inner: orientation == .normal ? rows : columns,
      columns: orientation == .normal ? columns : rows,
      precision: precision, reusing: storage)
  }
}

extension Tensor {
  /// This matrix, or its transpose, as right factor: of a weight, the one packed for the whole pass.
  func rightFactor(_ orientation: Matrix.Orientation, _ precision: Precision) -> RightFactor {
    if case .parameter(let parameter) = history,
      let packed = PackedWeights.current?.factor(of: parameter, orientation, precision)
    {
      return packed
    }
    return RightFactor(self, orientation, precision)
  }
}
