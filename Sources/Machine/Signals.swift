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

  /// From now on, a mapped file that is cut off while it is read ends the process with a line that says so.
  ///
  /// - Parameter status: The exit status.
  public static func explainLostFiles(_ status: Int32) {
    lostFileStatus.store(status, ordering: .relaxed)
    signal(SIGBUS) { _ in
      let text: StaticString = """
        error: a data file was cut off while it was read
        hint: leave the files of a run alone, and go on with --resume once they are back

        """
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      _exit(Signals.lostFileStatus.load(ordering: .relaxed))
    }
  }

  private static let lostFileStatus = Atomic<Int32>(0)

  /// From now on, the process ends when nobody reads any more what it writes, as in `sample | head`.
  public static func endWithReader() {
    signal(SIGPIPE, SIG_DFL)
  }
}

/// Control-C, and the signals of a system that shuts down or a terminal that closes: the first asks the program to come
/// to an end, the second ends it at once.
public enum Interruption {
  /// The exit status of a process that a person or the system has ended, as shells have it for Control-C.
  public static var exitStatus: Int32 { 130 }

  private static let signals = [SIGINT, SIGTERM, SIGHUP]
  private static let count = Atomic<Int>(0)
  private static let first = Atomic<Int32>(0)

  /// Whether the program has been asked to end.
  public static var isRequested: Bool { signalNumber != 0 }

  /// The number of the signal that asked first; 0 before any.
  public static var signalNumber: Int32 { first.load(ordering: .relaxed) }

  /// Takes it that a signal has asked, which another process has got that works together with this one.
  ///
  /// Should it come here as well, it is still the first: launchers send it to all processes.
  public static func adopt(_ signal: Int32) {
    if first.load(ordering: .relaxed) == 0 { first.store(signal, ordering: .relaxed) }
  }

  /// The name of the signal that asked first, such as `SIGTERM`; nil before any.
  public static var signalName: String? {
    switch first.load(ordering: .relaxed) {
    case SIGINT: "SIGINT"
    case SIGTERM: "SIGTERM"
    case SIGHUP: "SIGHUP"
    default: nil
    }
  }

  /// Starts to listen.
  public static func listen() {
    // The first access initializes the counters, which a signal handler must not do.
    count.store(0, ordering: .relaxed)
    first.store(0, ordering: .relaxed)
    var asked = sigset_t()
    sigemptyset(&asked)
    for number in signals {
      let before = signal(number) { number in
        if Interruption.count.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
          _exit(Interruption.exitStatus)
        }
        Interruption.first.store(number, ordering: .relaxed)
      }
      // Under nohup the terminal may close.
      if number == SIGHUP, isIgnoring(before) { signal(number, SIG_IGN) }
      sigaddset(&asked, number)
    }
    // Whoever started this program may have had the signals blocked, which is inherited.
    pthread_sigmask(SIG_UNBLOCK, &asked, nil)
  }

  private static func isIgnoring(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
