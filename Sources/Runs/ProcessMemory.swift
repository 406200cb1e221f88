import Glibc

/// What the operating system says about this process's memory.
package enum ProcessMemory {
  /// The number of pages so far that had to be mapped at their first touch.
  package static var minorPageFaults: Int { usage.ru_minflt }

  /// The most memory this process has had, in bytes.
  package static var peakResidentBytes: Int { usage.ru_maxrss * 1024 }

  private static var usage: rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage
  }
}
