import Foundation
import Synchronization

/// Other processes on this machine that work together with this one: it cannot go on without them.
public enum Companions {
  private static let isOver = Atomic<Bool>(false)

  /// Whether one of them has told that it is about to go, or this process that it looks after nobody any more.
  public static var areOver: Bool { isOver.load(ordering: .relaxed) }

  /// Waits for a tenth of a second.
  public static func wait() { usleep(100_000) }

  /// Starts to hear ``tellOfEnd(_:)`` of others, which would end this process otherwise.
  public static func listen() {
    // The first access initializes the flag, which a signal handler must not do.
    isOver.store(false, ordering: .relaxed)
    signal(SIGUSR1) { _ in Companions.isOver.store(true, ordering: .relaxed) }
  }

  /// Whether there is a process of this number.
  public static func isThere(_ process: Int32) -> Bool { kill(process, 0) == 0 || errno == EPERM }

  /// Looks after processes from now on, ten times a second.
  ///
  /// Those that are not there at first cannot be seen from here, as from inside a container, and are not looked after.
  ///
  /// - Parameters:
  ///   - processes: Their numbers.
  ///   - lost: is called once, with the number of the first that is gone.
  public static func watch(_ processes: [Int32], lost: @escaping @Sendable (Int32) -> Void) {
    let visible = processes.filter(isThere)
    guard !visible.isEmpty else { return }
    Thread.detachNewThread {
      while true {
        wait()
        if areOver { return }
        if let process = visible.first(where: { !isThere($0) }) {
          // One that has said it would go is no loss.
          if !areOver { lost(process) }
          return
        }
      }
    }
  }

  /// Looks after nobody any more.
  public static func endWatch() { isOver.store(true, ordering: .relaxed) }

  /// Tells processes that watch this one that it is about to go, and knows why.
  public static func tellOfEnd(_ processes: [Int32]) {
    endWatch()
    for process in processes { kill(process, SIGUSR1) }
  }
}
