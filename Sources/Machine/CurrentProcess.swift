import Foundation

/// What the operating system knows about this process.
public enum CurrentProcess {
  /// The number of pages so far that had to be mapped at their first touch.
  public static var minorPageFaults: Int { Platform.usage.minorFaults }

  /// The most memory this process has had, in bytes.
  public static var peakResidentBytes: Int { Platform.usage.peakResidentBytes }

  /// The seconds since ``markStart()``.
  ///
  /// Not since the system started the process: that may have been a shell, building for minutes before it became this
  /// program.
  public static var secondsSinceStart: Double {
    (ContinuousClock.now - start) / .seconds(1)
  }

  /// Starts the clock of ``secondsSinceStart``: the first thing a program does.
  public static func markStart() { _ = start }

  /// Ends the process.
  ///
  /// Libraries do not get to clean up, which only costs time: OpenBLAS waits for ever for threads that it could not
  /// start, where memory is limited.
  public static func end(_ status: Int32) -> Never {
    fflush(nil)
    _exit(status)
  }

  /// The exit status of a process to which the machine gives too little, as in `sysexits.h`.
  public static let unavailable: Int32 = 69

  /// Ends the process because it does not get so many bytes more: no mistake of anybody's, so one line says it.
  public static func end(withoutMemoryFor bytes: Int) -> Never {
    let text =
      "\nerror: the system has no memory for \(bytes) bytes more\n"
      + "hint: close other programs, or try a smaller model or batch\n"
    try? StandardStream.error.write(Array(text.utf8))
    _exit(unavailable)
  }

  private static let start = ContinuousClock.now

  /// This program's file, also after another one has taken its path: for child processes that run the same.
  ///
  /// Linux can tell. On Darwin it is the path that this program was started from.
  public static var executable: URL { Platform.executable }

  /// Where this program's file lies on this machine, and on others that share its files.
  public static var executablePath: String { Platform.executablePath }

  /// The system's number of this process.
  public static var identifier: Int32 { getpid() }

  /// A number that no other thread of this process has while the calling one runs.
  public static var threadIdentifier: UInt { Platform.threadIdentifier }

  /// Sets a variable of the environment, for this process and those that it starts.
  ///
  /// Threads that read the environment at the same time may read anything: it is for the start of a program.
  package static func setEnvironment(_ variable: String, _ value: String) {
    setenv(variable, value, 1)
  }
}
