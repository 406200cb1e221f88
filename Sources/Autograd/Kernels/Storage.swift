/// A block of float32 memory: the only owner of memory in the engine.
///
/// Storage does not synchronize. Whoever writes must be its only user at that moment, which the
/// engine's structure guarantees: an operation writes its result before anyone else sees it, a lane
/// is the only one to touch its gradients, and the optimizer changes weights between steps, when no
/// lane runs. That is why the type may cross threads unchecked.
package final class Storage: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Float>
  package let count: Int
  private let owner: Owner

  private enum Owner {
    case pool(StoragePool)
    case storage(Storage)
  }

  /// Creates uninitialized storage for `count` elements from the current pool.
  package init(uninitialized count: Int) {
    let pool = StoragePool.current
    self.count = count
    pointer = pool.take(count)
    owner = .pool(pool)
  }

  /// Creates storage that is elements `range` of another one, sharing its memory.
  package init(_ whole: Storage, range: Range<Int>) {
    require(
      range.lowerBound >= 0 && range.upperBound <= whole.count,
      "Storage: range \(range) of \(whole.count) elements")
    count = range.count
    pointer = whole.pointer + range.lowerBound
    owner = .storage(whole)
  }

  deinit {
    if case .pool(let pool) = owner { pool.giveBack(pointer, count: count) }
  }

  /// Returns new storage with the same elements.
  package func copy() -> Storage {
    let copy = Storage(uninitialized: count)
    copy.pointer.update(from: pointer, count: count)
    return copy
  }

  /// The elements, for writing.
  package var buffer: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }
}
