import Foundation
import Glibc

/// What ties a process to the one that started it: a pipe that the starter never writes to.
///
/// A starter that is killed can tell nobody, but the system closes its end of the pipe.
package enum Lifeline {
  /// Ends this process at once when standard input ends.
  package static func hold() {
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { _exit(ExitStatus.interrupted.rawValue) }
      }
    }
  }
}
