import Foundation
import Glibc

/// When the operating system started this process.
package enum ProcessStart {
  /// The seconds since then, to a hundredth; nil where the system does not say.
  package static var secondsAgo: Double? {
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
  }
}
