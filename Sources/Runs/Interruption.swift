import Glibc
import Synchronization

/// Control-C: the first asks the run to finish its step and write its record, the second ends at once.
package enum Interruption {
  private static let count = Atomic<Int>(0)

  /// Whether Control-C has been pressed.
  package static var isRequested: Bool {
    count.load(ordering: .relaxed) > 0
  }

  /// Starts to listen.
  package static func listen() {
    // The first access initializes the counter, which a signal handler must not do.
    count.store(0, ordering: .relaxed)
    signal(SIGINT) { _ in
      if Interruption.count.wrappingAdd(1, ordering: .relaxed).oldValue > 0 {
        _exit(ExitStatus.interrupted.rawValue)
      }
    }
    // Whoever started this program may have had the signal blocked, which is inherited.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
  }
}
