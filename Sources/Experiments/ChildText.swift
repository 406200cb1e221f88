import Dispatch
import Foundation
import Synchronization

/// What a child process writes to a pipe, read as it comes: the child never waits for a reader.
final class ChildText: Sendable {
  /// Where the child writes.
  let pipe = Pipe()
  private let bytes = Mutex<[UInt8]>([])
  private let isWhole = DispatchSemaphore(value: 0)

  /// Starts to read; the child has the other end.
  func read() {
    Thread.detachNewThread { [self] in
      while true {
        let piece = pipe.fileHandleForReading.availableData
        if piece.isEmpty { break }
        bytes.withLock { $0 += piece }
      }
      isWhole.signal()
    }
  }

  /// What has come so far.
  var textSoFar: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

  /// All of it, once the child is over; should a process that it has left behind hold the pipe open, what came within a
  /// second.
  var text: String {
    if isWhole.wait(timeout: .now() + 1) == .success { isWhole.signal() }
    return textSoFar
  }
}
