import Dispatch
import Foundation
import Machine
import Synchronization
import TestSupport
import Testing

/// What differs between systems: the parts of it that can be looked at on any of them.
@Suite struct PlatformTests {
  @Test(
    arguments: [
      ([0x41, 0x42, 0], "AB"), ([0x41, 0x42], "AB"), ([0x41, 0, 0x42], "A"),
      ([0xC3, 0xA9, 0], "é"),
      ([0], nil), ([], nil),
    ] as [([UInt8], String?)])
  func aControlIsText(bytes: [UInt8], text: String?) {
    #expect(ControlValue.text(bytes) == text)
  }

  @Test(
    arguments: [
      ([6, 0, 0, 0], 6), ([0, 1, 0, 0], 256), ([0xFF, 0xFF, 0xFF, 0xFF], -1),
      ([1, 0, 0, 0, 1, 0, 0, 0], 1 << 32 + 1), ([6], nil), ([], nil),
    ] as [([UInt8], Int?)])
  func aControlIsANumber(bytes: [UInt8], number: Int?) {
    #expect(ControlValue.number(bytes) == number)
  }

  @Test func aProcessorIsWhatControlsSay() {
    let intel = [
      "machdep.cpu.brand_string": Array("Intel(R) Core(TM) i7-8700B CPU @ 3.20GHz\0".utf8),
      "machdep.cpu.family": [6, 0, 0, 0], "machdep.cpu.model": [158, 0, 0, 0],
    ]
    #expect(
      "\(Processor { intel[$0] })"
        == "Intel(R) Core(TM) i7-8700B CPU @ 3.20GHz, family 6, model 158")
    let apple = ["machdep.cpu.brand_string": Array("Apple M1\0".utf8)]
    #expect("\(Processor { apple[$0] })" == "Apple M1")
    #expect(Processor { _ in nil } == Processor(name: "unknown", family: nil, model: nil))
  }

  /// Systems count it in different units.
  @Test func memoryIsCountedInBytes() {
    let count = 1 << 26
    let bytes = [UInt8](repeating: 1, count: count)
    let peak = CurrentProcess.peakResidentBytes
    #expect(peak >= count && peak <= Int(ProcessInfo.processInfo.physicalMemory))
    #expect(bytes.last == 1)
  }

  @Test func theClockRunsOnAllThreads() {
    let pauses = Mutex<[Double]>([])
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      let first = CurrentProcess.secondsSinceStart
      let pause = CurrentProcess.secondsSinceStart - first
      pauses.withLock { $0.append(pause) }
    }
    #expect(pauses.withLock { $0.count } == 64)
    #expect(pauses.withLock { $0.allSatisfy { $0 >= 0 && $0 < 60 } })
  }

  /// In a process of its own, as others read the environment while it changes.
  @Test func theEnvironmentIsThatOfChildren() async {
    await #expect(processExitsWith: .success) {
      CurrentProcess.setEnvironment("SPEEDRUN_TEST", "kettle")
      let child = Process()
      child.executableURL = URL(fileURLWithPath: "/bin/sh")
      child.arguments = ["-c", "test \"$SPEEDRUN_TEST\" = kettle"]
      try child.run()
      child.waitUntilExit()
      #expect(child.terminationStatus == 0)
    }
  }

  @Test func aDirectoryTakesThePlaceOfAnEmptyOneOnly() throws {
    try withTemporaryDirectory { directory in
      let names = ["new", "empty", "full"].map { directory.appendingPathComponent($0) }
      for name in names {
        try FileManager.default.createDirectory(at: name, withIntermediateDirectories: false)
      }
      for name in [names[0], names[2]] {
        try Data("text".utf8).write(to: name.appendingPathComponent("file"))
      }
      let error = #expect(throws: SystemError.self) {
        try NewFile.rename(names[0].path, to: names[2].path)
      }
      #expect(error?.code == ENOTEMPTY)
      try NewFile.rename(names[0].path, to: names[1].path)
      #expect(
        FileManager.default.fileExists(atPath: names[1].appendingPathComponent("file").path))
      #expect(!FileManager.default.fileExists(atPath: names[0].path))
    }
  }

  /// Otherwise a system that nobody tries stops compiling, and nobody sees why.
  @Test func oneFileKnowsTheSystem() throws {
    let sources = repository.appendingPathComponent("Sources")
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    ).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    let signs = [
      "import Glibc", "import Musl", "import Darwin", "canImport(Glibc)", "canImport(Musl)",
      "canImport(Darwin)", "os(Linux)", "os(macOS)", "\"/proc", "\"/sys",
    ]
    var found: Set<String> = []
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      if signs.contains(where: text.contains) { found.insert(file.lastPathComponent) }
    }
    #expect(found == ["Platform.swift"])
  }
}
