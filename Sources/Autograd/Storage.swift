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
///
/// Small buffers are cut from slabs, which are large enough for pages of 2 MB: a step's buffers lie on more
/// pages of 4 KB than a processor remembers.
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
    /// All that the system gave: slabs, and buffers too long for one.
    var blocks: [Address] = []
    /// The rest of the last slab.
    var slab: Range<Address> = 0..<0
  }

  /// The bytes of a slab, of which the last buffer that does not fit wastes an eighth at most.
  private static let slabBytes = 8 << 20

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
    let address = state.withLock { state in
      if let address = state.free[size.index].popLast() { return address }
      let bytes = size.capacity * MemoryLayout<Float>.stride
      state.allocations += 1
      state.bytes += bytes
      return Self.newBuffer(bytes: bytes, &state)
    }
    guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else {
      CurrentProcess.end(withoutMemoryFor: size.capacity * MemoryLayout<Float>.stride)
    }
    return pointer.bindMemory(to: Float.self, capacity: size.capacity)
  }

  /// Takes back a buffer of `count` floats for later use.
  func giveBack(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock { $0.free[SizeClass(for: count).index].append(address) }
  }

  deinit {
    for address in state.withLock({ $0.blocks }) {
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

  /// Cuts a buffer off the last slab, or off a new one; long ones are blocks of their own.
  private static func newBuffer(bytes: Int, _ state: inout State) -> Address {
    if bytes > slabBytes / 8 { return newBlock(bytes: bytes, &state) }
    if state.slab.count < bytes {
      let start = newBlock(bytes: slabBytes, &state)
      state.slab = start..<start + Address(slabBytes)
    }
    let start = state.slab.lowerBound
    state.slab = start + Address(bytes)..<state.slab.upperBound
    return start
  }

  private static func newBlock(bytes: Int, _ state: inout State) -> Address {
    do {
      let address = Address(bitPattern: try AlignedMemory.allocate(bytes: bytes))
      state.blocks.append(address)
      return address
    } catch {
      CurrentProcess.end(withoutMemoryFor: bytes)
    }
  }
}
