import Machine
import Synchronization

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
    var free: [Int: [Address]] = [:]
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
    let capacity = Self.capacity(for: count)
    let recycled: Address? = state.withLock { state in
      if let address = state.free[capacity]?.popLast() { return address }
      state.allocations += 1
      state.bytes += capacity * MemoryLayout<Float>.stride
      return nil
    }
    if let recycled, let pointer = UnsafeMutablePointer<Float>(bitPattern: recycled) {
      return pointer
    }
    return Self.allocate(capacity)
  }

  /// Takes back a buffer of `count` floats for later use.
  func giveBack(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    let address = UInt(bitPattern: pointer)
    state.withLock { $0.free[Self.capacity(for: count), default: []].append(address) }
  }

  deinit {
    let addresses = state.withLock { $0.free.values.flatMap { $0 } }
    for address in addresses {
      AlignedMemory.free(UnsafeMutableRawPointer(bitPattern: address))
    }
  }

  /// Lengths a few elements apart share buffers.
  private static func capacity(for count: Int) -> Int {
    max(count, 1).wholeCacheLines
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Float> {
    let bytes = capacity * MemoryLayout<Float>.stride
    do {
      return try AlignedMemory.allocate(bytes: bytes)
        .bindMemory(to: Float.self, capacity: capacity)
    } catch {
      fail("StoragePool: no memory for \(bytes) bytes (\(error))")
    }
  }
}
