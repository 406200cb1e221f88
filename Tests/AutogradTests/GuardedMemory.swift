import Foundation
import Testing

/// Values between two pages that must not be touched: whoever reads or writes beside them ends the process.
///
/// Only whole pages can be guarded. So the values either end where a guarded page begins, or begin where one ends: a step
/// across the other end is found by the other layout.
final class GuardedMemory {
  enum Edge: CaseIterable {
    case end
    case start
  }

  private let pages: UnsafeMutableRawPointer
  private let size: Int
  private let first: UnsafeMutableRawPointer
  private let count: Int

  /// The memory of the values and not a byte more.
  init<Value: BitwiseCopyable>(_ values: [Value], at edge: Edge) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    count = values.count
    let bytes = count * MemoryLayout<Value>.stride
    let inner = max(1, (bytes + page - 1) / page) * page
    size = inner + 2 * page
    guard let memory = mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED, mprotect(memory + page, inner, PROT_READ | PROT_WRITE) == 0
    else { fatalError("no memory of \(size) bytes between guarded pages") }
    pages = memory
    first = memory + page + (edge == .start ? 0 : inner - bytes)
    first.bindMemory(to: Value.self, capacity: count).initialize(from: values, count: count)
  }

  deinit { munmap(pages, size) }

  /// Where the values lie, as long as this is there.
  func pointer<Value>(_ type: Value.Type = Float.self) -> UnsafeMutablePointer<Value> {
    first.assumingMemoryBound(to: Value.self)
  }

  /// What they are now.
  var floats: [Float] { Array(UnsafeBufferPointer(start: pointer(Float.self), count: count)) }

  /// Runs a kernel with every buffer at either edge, and returns what the buffers hold then.
  static func run(
    _ buffers: [Float]..., sourceLocation: SourceLocation = #_sourceLocation,
    kernel: ([UnsafeMutablePointer<Float>]) -> Void
  ) -> [[Float]] {
    let results = Edge.allCases.map { edge in
      let memory = buffers.map { GuardedMemory($0, at: edge) }
      return withExtendedLifetime(memory) {
        kernel(memory.map { $0.pointer() })
        return memory.map(\.floats)
      }
    }
    #expect(
      results[0].map { $0.map(\.bitPattern) } == results[1].map { $0.map(\.bitPattern) },
      "a result depends on where its buffers lie",
      sourceLocation: sourceLocation)
    return results[0]
  }
}
