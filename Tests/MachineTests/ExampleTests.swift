import Machine
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func aMachineIsDescribed() throws {
    let processor = Processor.current
    print("\(processor), load \(Processor.load ?? 0)")
    print("\(CurrentProcess.peakResidentBytes) bytes resident at most")

    #expect(!processor.name.isEmpty)
    #expect(CurrentProcess.peakResidentBytes > 0)
    try expectExample(of: "Machine")
  }
}
