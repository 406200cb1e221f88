import Foundation
import Machine
import TestSupport
import Testing

/// How many processors a process may use.
@Suite struct ProcessorShareTests {
  /// Groups and their files, what `/proc/self/cgroup` says, and the processors that are left.
  static let groups: [(files: [String: String], own: String, count: Int?)] = [
    (["cpu.max": "max 100000"], "0::/", nil),
    (["cpu.max": "100000 100000"], "0::/", 1),
    (["cpu.max": "150000 100000"], "0::/", 2),
    (["cpu.max": "20000 100000"], "0::/", 1),
    (["a/cpu.max": "400000 100000", "a/b/cpu.max": "max 100000"], "0::/a/b", 4),
    (["a/cpu.max": "200000 100000", "a/b/cpu.max": "300000 100000"], "0::/a/b", 2),
    // A container that sees its own group only.
    (["cpu.max": "300000 100000"], "0::/docker/0123", 3),
    (["cpu.max": "300000 100000"], "0::/../other", 3),
    (["cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"], "1:cpu:/", nil),
    (["cpu/x/cpu.cfs_quota_us": "50000", "cpu/x/cpu.cfs_period_us": "25000"], "3:cpu:/x", 2),
    (
      ["cpu,cpuacct/cpu.cfs_quota_us": "300000", "cpu,cpuacct/cpu.cfs_period_us": "100000"],
      "4:memory:/\n3:cpu,cpuacct:/y\n0::/", 3
    ),
    (["cpu.max": "much"], "0::/", nil), (["cpu.max": "0 0"], "nonsense", nil), ([:], "", nil),
  ]

  @Test(arguments: groups.indices)
  func aQuotaLimitsTheThreads(_ index: Int) throws {
    let (files, own, count) = Self.groups[index]
    try withTemporaryDirectory { root in
      for (path, text) in files {
        let url = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data((text + "\n").utf8).write(to: url)
      }
      #expect(ProcessorQuota.count(of: own, in: root) == count)
    }
  }

  @Test(arguments: [
    ("Name:\tx\nCpus_allowed_list:\t0-1\nMems_allowed:\t1\n", 2), ("Cpus_allowed_list:\t3", 1),
    ("Cpus_allowed_list:\t0-1,4,6-127", 125), ("Cpus_allowed_list:\t", nil), ("", nil),
  ])
  func boundProcessorsAreCounted(status: String, count: Int?) {
    #expect(Processor.allowedCount(status: status) == count)
  }

  @Test func aProcessMayUseAProcessor() {
    #expect((1...ProcessInfo.processInfo.processorCount).contains(Processor.usableCount))
  }
}
