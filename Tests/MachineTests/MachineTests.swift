import Foundation
import Machine
import Synchronization
import TestSupport
import Testing

@Suite struct MachineTests {
  @Test func aProcessorHasANameAndNumbers() {
    let processor = Processor(
      information: """
        processor\t: 0
        vendor_id\t: AuthenticAMD
        cpu family\t: 25
        model\t\t: 17
        model name\t: AMD EPYC: 9R14

        processor\t: 1
        model\t\t: 1
        """)
    #expect(processor.name == "AMD EPYC: 9R14")
    #expect((processor.family, processor.model) == (25, 17))
    #expect("\(processor)" == "AMD EPYC: 9R14, family 25, model 17")
    #expect("\(Processor(name: "kettle", family: nil, model: 3))" == "kettle, model 3")
    let unknown = Processor(information: "Hardware : a kettle")
    #expect(unknown.name == "unknown" && unknown.family == nil && unknown.model == nil)
  }

  @Test func aProcessKnowsItsPast() throws {
    #expect(CurrentProcess.peakResidentBytes > 1 << 20)
    let faults = CurrentProcess.minorPageFaults
    // More than any allocator keeps for later.
    let pages = [UInt8](repeating: 1, count: 1 << 26)
    #expect(CurrentProcess.minorPageFaults > faults && pages.last == 1)
    CurrentProcess.markStart()
    let seconds = CurrentProcess.secondsSinceStart
    #expect(seconds >= 0 && CurrentProcess.secondsSinceStart > seconds)
    #expect(FileManager.default.isExecutableFile(atPath: CurrentProcess.executable.path))
  }

  @Test func threadsHaveNumbersOfTheirOwn() {
    let first = CurrentProcess.threadIdentifier
    let second = Mutex<UInt>(first)
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      second.withLock { $0 = CurrentProcess.threadIdentifier }
      ended.signal()
    }
    ended.wait()
    #expect(CurrentProcess.threadIdentifier == first)
    #expect(second.withLock { $0 } != first)
  }

  @Test func aLockIsForOneHolder() throws {
    try withTemporaryDirectory { directory in
      var holder = try DirectoryLock(directory.path)
      #expect(holder != nil)
      #expect(try DirectoryLock(directory.path) == nil)
      holder = nil
      #expect(try DirectoryLock(directory.path) != nil)
    }
    let error = #expect(throws: SystemError.self) { try DirectoryLock("/nowhere") }
    #expect(error?.code == ENOENT && error?.description == "No such file or directory")
  }

  @Test func aFileGrowsByWholeLines() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appendingPathComponent("log").path
      try Data("old".utf8).write(to: URL(fileURLWithPath: path))
      let file = try AppendOnlyFile(emptying: path)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "")
      try file.append(Array("one\n".utf8))
      try file.append(Array("two\n".utf8))
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\ntwo\n")
    }
    let full = try AppendOnlyFile(emptying: "/dev/full")
    let error = #expect(throws: SystemError.self) { try full.append([1]) }
    #expect(error?.code == ENOSPC)
  }

  @Test(arguments: [1, 1 << 20])
  func memoryStartsOnACacheLine(bytes: Int) throws {
    let memory = try AlignedMemory.allocate(bytes: bytes)
    #expect(Int(bitPattern: memory).isMultiple(of: 64))
    AlignedMemory.free(memory)
  }
}
