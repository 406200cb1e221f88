import Foundation

/// What ties a process to the one that started it: a pipe to its standard input.
///
/// A starter that is killed can tell nobody, but the system closes its end of the pipe. What carries the pipe to another
/// machine, such as ssh or srun, carries its end there too, and unlike signals.
public enum Lifeline {
  /// Ends this process at once, as if interrupted, when standard input ends.
  public static func hold() {
    Thread.detachNewThread {
      while nextByte() != nil {}
      _exit(Interruption.exitStatus)
    }
  }

  /// Asks this process to end, as Control-C does, as soon as standard input has another byte or ends.
  public static func listen() {
    Thread.detachNewThread {
      _ = nextByte()
      kill(getpid(), SIGINT)
    }
  }

  /// The first line of standard input, without its end; nil when it ends before.
  ///
  /// Nothing that comes after the line is taken, so that it still asks to end.
  public static func line() -> [UInt8]? {
    var line: [UInt8] = []
    while let byte = nextByte() {
      if byte == UInt8(ascii: "\n") { return line }
      line.append(byte)
    }
    return nil
  }

  /// Waits for a byte of standard input; nil at its end.
  private static func nextByte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      if count == 0 || errno != EINTR { return nil }
    }
  }
}
