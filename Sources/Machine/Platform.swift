import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Where systems differ: Linux with glibc, Linux with musl, and Darwin.
///
/// No other file asks which system this is. What all have alike comes with Foundation.
enum Platform {
  /// The processor this program runs on.
  static var processor: Processor {
    #if canImport(Darwin)
      Processor(controls: control)
    #else
      Processor(information: text("/proc/cpuinfo") ?? "")
    #endif
  }

  /// Text of the form of Linux's `/proc/self/status`; nil where the system says nothing of the kind.
  static var processStatus: String? {
    #if canImport(Darwin)
      // A process cannot be bound to processors.
      nil
    #else
      text("/proc/self/status")
    #endif
  }

  /// The control groups of this process, as text of the form of `/proc/self/cgroup`, and where they are mounted; nil
  /// where there are none.
  static var controlGroups: (own: String, root: URL)? {
    #if canImport(Darwin)
      nil
    #else
      text("/proc/self/cgroup").map {
        ($0, URL(fileURLWithPath: "/sys/fs/cgroup", isDirectory: true))
      }
    #endif
  }

  /// This program's file, also after another one has taken its path, where the system can tell.
  static var executable: URL {
    #if canImport(Darwin)
      Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    #else
      URL(fileURLWithPath: "/proc/self/exe")
    #endif
  }

  /// Where this program's file lies.
  static var executablePath: String {
    #if canImport(Darwin)
      executable.resolvingSymlinksInPath().path
    #else
      (try? FileManager.default.destinationOfSymbolicLink(atPath: executable.path))
        ?? CommandLine.arguments[0]
    #endif
  }

  /// A number that no other running thread of this process has.
  static var threadIdentifier: UInt {
    #if canImport(Glibc)
      UInt(pthread_self())
    #else
      UInt(bitPattern: pthread_self())
    #endif
  }
}

// What this process has used, and what it may.
extension Platform {
  /// The pages that had to be mapped at their first touch, and the most memory this process has had.
  static var usage: (minorFaults: Int, peakResidentBytes: Int) {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    #if canImport(Darwin)
      let unit = 1
    #else
      let unit = 1024
    #endif
    return (Int(usage.ru_minflt), Int(usage.ru_maxrss) * unit)
  }

  /// What `ulimit` can limit.
  enum Resource {
    case openFiles
    case addressSpace
  }

  /// How much of a resource this process may have; nil where the system does not say.
  static func limit(_ resource: Resource) -> UInt? {
    let kind = resource == .openFiles ? RLIMIT_NOFILE : RLIMIT_AS
    var limits = rlimit()
    #if canImport(Glibc)
      let status = getrlimit(__rlimit_resource_t(kind.rawValue), &limits)
    #else
      let status = getrlimit(kind, &limits)
    #endif
    return status == 0 ? UInt(limits.rlim_cur) : nil
  }

  /// Asks for pages of 2 MB, which cost fewer page faults and look-ups of addresses.
  ///
  /// Refusal is harmless.
  static func preferLargePages(_ memory: UnsafeMutableRawPointer, bytes: Int) {
    #if !canImport(Darwin)
      madvise(memory, bytes, MADV_HUGEPAGE)
    #endif
  }
}

// Files.
extension Platform {
  /// Waits until the disk has all of a file; false, with `errno`, where that fails.
  static func synchronize(_ descriptor: Int32) -> Bool {
    #if canImport(Darwin)
      // There fsync leaves bytes in the memory of the disk. Not every file system knows the other call.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return true }
    #endif
    return fsync(descriptor) == 0
  }

  /// When the contents of a file changed last.
  static func modification(of status: stat) -> timespec {
    #if canImport(Darwin)
      status.st_mtimespec
    #else
      status.st_mtim
    #endif
  }
}

// What a system says of itself.
extension Platform {
  #if canImport(Darwin)
    /// What `sysctl` has under a name; nil where it has nothing.
    private static func control(_ name: String) -> [UInt8]? {
      var count = 0
      guard sysctlbyname(name, nil, &count, nil, 0) == 0 else { return nil }
      var bytes = [UInt8](repeating: 0, count: count)
      guard sysctlbyname(name, &bytes, &count, nil, 0) == 0 else { return nil }
      return Array(bytes.prefix(count))
    }
  #else
    /// What Linux has in a file that it writes while it is read; nil where it is not mounted.
    private static func text(_ path: String) -> String? {
      try? String(contentsOfFile: path, encoding: .utf8)
    }
  #endif
}
