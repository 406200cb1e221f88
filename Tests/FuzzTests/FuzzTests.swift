import Foundation
import FuzzTargets
import TestSupport
import Testing

/// What `Scripts/fuzz` starts from and what it has found, through the same functions.
@Suite struct FuzzTests {
  private static let directory = repository.appending(path: "Tests/FuzzInputs")

  private static func inputs(_ target: FuzzTarget, _ kind: String) throws -> [[UInt8]] {
    let place = directory.appending(path: "\(target.name)/\(kind)")
    guard FileManager.default.fileExists(atPath: place.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
      .map { [UInt8](try Data(contentsOf: place.appending(path: $0))) }
  }

  private static func target(_ name: String) throws -> FuzzTarget {
    try #require(FuzzTarget.all.first { $0.name == name })
  }

  /// A fuzzer that starts from nothing but what is refused never gets far.
  @Test(arguments: FuzzTarget.all.map(\.name))
  func someSeedIsAccepted(name: String) throws {
    let target = try Self.target(name)
    #expect(try Self.inputs(target, "seeds").filter(target.accepts).count >= 1)
  }

  /// Each of these has once ended the program, or taken its time or memory: returning is the test.
  @Test(arguments: FuzzTarget.all.map(\.name))
  func whatWasFoundIsRead(name: String) throws {
    let target = try Self.target(name)
    for input in try Self.inputs(target, "found") { _ = target.accepts(input) }
  }

  /// These are read without harm, and would end the program when the run goes on.
  @Test func whatNoRunCanHaveWrittenIsNoCheckpoint() throws {
    let target = try Self.target("checkpoint")
    let inputs = try Self.inputs(target, "found")
    #expect(!inputs.isEmpty)
    #expect(!inputs.contains(where: target.accepts))
  }

  /// A megabyte of one thing: deep where a parser recurses, many where it compares each with all.
  ///
  /// Each takes milliseconds, and as tokens half a second; `Scripts/fuzz` is what stops at a second.
  @Test(arguments: FuzzTarget.all.map(\.name))
  func aMegabyteIsRead(name: String) throws {
    let target = try Self.target(name)
    let units = ["[", "{\"a\":", "[[a]]\n", "a.", "a=[", "{a=", "\"", "1", " ", "\n", "\0"]
    for unit in units.map({ Array($0.utf8) }) {
      let copies = repeatElement(unit, count: 1_000_000 / unit.count)
      _ = target.accepts(Array(copies.joined()))
    }
  }
}
