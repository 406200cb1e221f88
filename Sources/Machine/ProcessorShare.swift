import Foundation

extension Processor {
  /// How many threads of this process can run at once: no more than there are processors, than it is bound to
  /// (`taskset`), and than its control group pays for (a container's CPU quota).
  public static let usableCount = max(
    1,
    min(ProcessInfo.processInfo.activeProcessorCount, boundCount ?? .max, quotaCount ?? .max))

  /// The processors that the system lets this process run on, which may count some that are not there; nil where it
  /// does not say.
  private static var boundCount: Int? {
    Platform.processStatus.flatMap(allowedCount)
  }

  /// The processors that the system lets this process run on, such as `0-1,4`; nil where it does not say.
  public static var boundList: String? {
    Platform.processStatus.flatMap(allowedList)
  }

  /// The list of processors in text of the form of Linux's `/proc/self/status`.
  private static func allowedList(status: String) -> String? {
    let name = "Cpus_allowed_list:"
    return status.split(separator: "\n").first { $0.hasPrefix(name) }
      .map { $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces) }
  }

  /// The length of the list of processors in text of the form of Linux's `/proc/self/status`: 3 of `0-1,4`.
  package static func allowedCount(status: String) -> Int? {
    guard let list = allowedList(status: status) else { return nil }
    let ranges = list.split(separator: ",").map { range in
      range.split(separator: "-").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    }
    let count = ranges.reduce(0) { sum, ends in
      sum + (ends.isEmpty ? 0 : max(0, ends[ends.count - 1] - ends[0] + 1))
    }
    return count > 0 ? count : nil
  }

  /// What the quotas of this process pay for; nil without any.
  private static var quotaCount: Int? {
    Platform.controlGroups.flatMap { ProcessorQuota.count(of: $0.own, in: $0.root) }
  }
}

/// The time on processors that Linux's control groups leave to a process.
package enum ProcessorQuota {
  /// The least number of processors that any group allows, rounded up; nil where none sets a limit.
  ///
  /// Groups lie in each other, and what holds for one holds for all inside it. In a container the path of a group may
  /// be that on the host, which is not there: its parents still are, up to the root of what is mounted.
  ///
  /// - Parameters:
  ///   - groups: Text of the form of `/proc/self/cgroup`.
  ///   - root: Where the groups are mounted.
  /// - Returns: The number of processors.
  package static func count(of groups: String, in root: URL) -> Int? {
    groups.split(separator: "\n").flatMap { line -> [Int] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      if fields[1].isEmpty { return chain(fields[2], in: root).compactMap(unifiedLimit) }
      guard fields[1].split(separator: ",").contains("cpu") else { return [] }
      return ["cpu", String(fields[1])].flatMap { controller in
        chain(fields[2], in: root.appendingPathComponent(controller)).compactMap(separateLimit)
      }
    }.min()
  }

  /// The directories of a group and of all groups around it.
  private static func chain(_ path: Substring, in root: URL) -> [URL] {
    let names = path.split(separator: "/").filter { $0 != ".." }
    return (0...names.count).map { count in
      names.prefix(count).reduce(root) { $0.appendingPathComponent(String($1)) }
    }
  }

  /// Of version 2: `cpu.max` has the quota, or `max`, and the period.
  private static func unifiedLimit(_ group: URL) -> Int? {
    let words = text(group, "cpu.max")?.split(separator: " ").map { Double($0) } ?? []
    return words.count == 2 ? limit(words[0], words[1]) : nil
  }

  /// Of version 1: a file for each, and a quota of -1 for no limit.
  private static func separateLimit(_ group: URL) -> Int? {
    limit(
      text(group, "cpu.cfs_quota_us").flatMap { Double($0) },
      text(group, "cpu.cfs_period_us").flatMap { Double($0) })
  }

  private static func limit(_ quota: Double?, _ period: Double?) -> Int? {
    guard let quota, let period, quota > 0, period > 0, quota / period < 1e6 else { return nil }
    return Int((quota / period).rounded(.up))
  }

  private static func text(_ group: URL, _ name: String) -> String? {
    (try? String(contentsOf: group.appendingPathComponent(name), encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
