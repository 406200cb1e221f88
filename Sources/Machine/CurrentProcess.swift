import Foundation

/// What the operating system knows about this process.
public enum CurrentProcess {
  /// The number of pages so far that had to be mapped at their first touch.
  public static var minorPageFaults: Int { usage.ru_minflt }

  /// The most memory this process has had, in bytes.
  public static var peakResidentBytes: Int {
    #if os(Linux)
      usage.ru_maxrss * 1024
    #else
      usage.ru_maxrss
    #endif
  }

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
  public static var executable: URL {
    #if os(Linux)
      URL(fileURLWithPath: "/proc/self/exe")
    #else
      Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    #endif
  }

  /// The system's number of this process.
  public static var identifier: Int32 { getpid() }

  /// A number that no other thread of this process has while the calling one runs.
  public static var threadIdentifier: UInt {
    #if os(Linux)
      UInt(pthread_self())
    #else
      UInt(bitPattern: pthread_self())
    #endif
  }

  private static var usage: rusage {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    return usage
  }
}
