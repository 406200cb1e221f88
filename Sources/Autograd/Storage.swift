import Machine
import Synchronization

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

  /// Whether nobody else has the memory: that of a slice belongs to the whole.
  var ownsMemory: Bool {
    if case .pool = owner { true } else { false }
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

/// Keeps freed buffers for reuse, so that from the second training step on nothing is allocated.
///
/// Fresh memory costs a page fault per 4 KB at its first touch, more than most operations take. Each
/// thread that computes has a pool to itself, so its lock is never contended.
package final class StoragePool: Sendable {
  /// The pool that new tensors on this thread draw from.
  @TaskLocal package static var current = StoragePool()

  /// A buffer's address as an integer, which unlike a pointer may cross threads.
  private typealias Address = UInt

  private struct State {
    /// The free buffers of each size class.
    var free = [[Address]](repeating: [], count: SizeClass.count)
    var allocations = 0
    var bytes = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// The number of buffers asked of the system so far: constant once training has warmed up.
  package var allocations: Int {
    state.withLock { $0.allocations }
  }

  /// The size of these buffers.
  package var bytes: Int {
    state.withLock { $0.bytes }
  }

  /// Returns an uninitialized buffer of `count` floats, aligned to 64 bytes.
  func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    let size = SizeClass(for: count)
    let recycled: Address? = state.withLock { state in
      if let address = state.free[size.index].popLast() { return address }
      state.allocations += 1
      state.bytes += size.capacity * MemoryLayout<Float>.stride
      return nil
    }
    if let recycled, let pointer = UnsafeMutablePointer<Float>(bitPattern: recycled) {
      return pointer
    }
    return Self.allocate(size.capacity)
  }

  /// Takes back a buffer of `count` floats for later use.
  func giveBack(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock { $0.free[SizeClass(for: count).index].append(address) }
  }

  deinit {
    let addresses = state.withLock { $0.free.flatMap { $0 } }
    for address in addresses {
      AlignedMemory.free(UnsafeMutableRawPointer(bitPattern: address))
    }
  }

  /// Lengths a few elements apart share buffers, or an eighth apart if they are long.
  ///
  /// So the rows that an expert gets, which are more or fewer from batch to batch, find a buffer that was used before.
  private struct SizeClass {
    /// The length of the class's buffers.
    let capacity: Int
    /// Where the class is among all, of which a power of two has 8.
    let index: Int

    static let count = 8 * Int.bitWidth

    init(for count: Int) {
      let step = max((1 << Self.exponent(of: max(count, 1))) / 8, 16)
      capacity = max(count, 1).rounded(upTo: step)
      let exponent = Self.exponent(of: capacity)
      index = 8 * exponent + (capacity - (1 << exponent)) / max((1 << exponent) / 8, 16)
    }

    /// That of the largest power of two that is not above a number.
    private static func exponent(of number: Int) -> Int {
      Int.bitWidth - 1 - number.leadingZeroBitCount
    }
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let bytes = capacity * MemoryLayout<Float>.stride
    do {
      return try AlignedMemory.allocate(bytes: bytes)
        .bindMemory(to: Float.self, capacity: capacity)
    } catch {
      CurrentProcess.end(withoutMemoryFor: bytes)
    }
  }
}
