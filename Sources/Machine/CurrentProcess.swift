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

  /// The seconds since the system started this process, to a hundredth; nil where it does not say.
  public static var secondsSinceStart: Double? {
    #if os(Linux)
      guard let status = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
        let name = status.lastIndex(of: ")")
      else { return nil }
      // Numbered from 1 the process is field 1, its name field 2, and field 22 its start in clock ticks.
      let fields = status[name...].split(separator: " ").dropFirst()
      var now = timespec()
      guard fields.count >= 20, let ticks = Double(fields[fields.startIndex + 19]),
        clock_gettime(CLOCK_BOOTTIME, &now) == 0
      else { return nil }
      let seconds = Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
      return max(0, seconds - ticks / Double(sysconf(Int32(_SC_CLK_TCK))))
    #else
      return nil
    #endif
  }

  /// This program's file, also after another one has taken its path: for child processes that run the same.
  public static var executable: URL {
    #if os(Linux)
      URL(fileURLWithPath: "/proc/self/exe")
    #else
      Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    #endif
  }

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
