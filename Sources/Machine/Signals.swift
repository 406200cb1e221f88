import Foundation
import Synchronization

/// What the system sends to a process, and how this one takes it.
public enum Signals {
  /// The signal of Control-C, by which a child process may have ended.
  public static let interrupt = SIGINT

  /// From now on, a reader that is gone and a file that grows too large are errors of the write, and no
  /// longer end the process.
  public static func reportFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// From now on, the process ends when nobody reads any more what it writes, as in `sample | head`.
  public static func endWithReader() {
    signal(SIGPIPE, SIG_DFL)
  }
}

/// Control-C: the first asks the program to come to an end, the second ends it at once.
public enum Interruption {
  /// The exit status of a process that Control-C has ended, as shells have it.
  public static let exitStatus: Int32 = 130

  private static let count = Atomic<Int>(0)

  /// Whether Control-C has been pressed.
  public static var isRequested: Bool {
    count.load(ordering: .relaxed) > 0
  }

  /// Starts to listen.
  public static func listen() {
    // The first access initializes the counter, which a signal handler must not do.
    count.store(0, ordering: .relaxed)
    signal(SIGINT) { _ in
      if Interruption.count.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
        _exit(130)
      }
    }
    // Whoever started this program may have had the signal blocked, which is inherited.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
  }
}

/// What ties a process to the one that started it: a pipe that the starter never writes to.
///
/// A starter that is killed can tell nobody, but the system closes its end of the pipe.
public enum Lifeline {
  /// Ends this process at once, as if interrupted, when standard input ends.
  public static func hold() {
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { _exit(Interruption.exitStatus) }
      }
    }
  }
}
