import Foundation

/// Memory for long rows of numbers, from the system and back to it.
public enum AlignedMemory {
  /// Returns uninitialized memory that starts on a cache line of 64 bytes.
  public static func allocate(bytes: Int) throws(SystemError) -> UnsafeMutableRawPointer {
    let hugePage = 1 << 21
    let isLarge = bytes >= 1 << 20
    var memory: UnsafeMutableRawPointer?
    let status = posix_memalign(&memory, isLarge ? hugePage : 64, bytes)
    guard status == 0, let memory else { throw SystemError(code: status) }
    if isLarge { Platform.preferLargePages(memory, bytes: bytes) }
    return memory
  }

  /// Gives back what ``allocate(bytes:)`` has returned.
  public static func free(_ memory: UnsafeMutableRawPointer?) {
    Foundation.free(memory)
  }
}
