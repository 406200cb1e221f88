import Autograd
import Foundation
import NanoGPT
import Testing

/// The directory of a record, to be tampered with.
struct Record {
  let name: String
  let url: URL
  private let tool: CommandLineTool

  init(at name: String, in tool: CommandLineTool) throws {
    self.name = name
    self.tool = tool
    url = tool.directory.appendingPathComponent(name)
  }

  init(copying source: String, to name: String, in tool: CommandLineTool) throws {
    try self.init(at: name, in: tool)
    try FileManager.default.copyItem(at: tool.directory.appendingPathComponent(source), to: url)
    try unpack()
  }

  /// Copies a record as a fresh clone has it: its runs in the pack only.
  init(packed source: String, to name: String, in tool: CommandLineTool) throws {
    try self.init(at: name, in: tool)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    let place = tool.directory.appendingPathComponent(source)
    for file in try FileManager.default.contentsOfDirectory(atPath: place.path)
    where file.contains(".") {
      try FileManager.default.copyItem(
        at: place.appendingPathComponent(file), to: url.appendingPathComponent(file))
    }
  }

  /// Leaves the runs in their directories only, to be tampered with there.
  func unpack() throws {
    for name in ["runs.csv", "runs.jsonl", "diagnostics.jsonl"] {
      let file = url.appendingPathComponent(name)
      if FileManager.default.fileExists(atPath: file.path) {
        try FileManager.default.removeItem(at: file)
      }
    }
  }

  func text(_ path: String) throws -> String {
    try String(contentsOf: url.appendingPathComponent(path), encoding: .utf8)
  }

  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: url.appendingPathComponent(path))
  }

  func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: url.appendingPathComponent(path))
  }

  func replace(_ path: String, _ part: String, with other: String) throws {
    let text = try text(path)
    try #require(text.contains(part), "\(path) has \(part)")
    try write(text.replacing(part, with: other), to: path)
  }

  /// Changes a digit of a number, counted from 0 after what comes before it.
  func edit(_ path: String, line: Int?, _ start: String, digit: Int) throws {
    var lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
    let index = try #require(line.map { $0 - 1 } ?? lines.firstIndex { $0.contains(start) })
    let range = try #require(lines[index].range(of: start), "\(lines[index])")
    let place = lines[index].index(range.upperBound, offsetBy: digit)
    let new = lines[index][place] == "7" ? "8" : "7"
    lines[index].replaceSubrange(place...place, with: new)
    try write(lines.joined(separator: "\n"), to: path)
  }

  /// Keeps the first lines of a file only.
  func keep(_ count: Int, linesOf path: String) throws {
    let lines = try text(path).split(separator: "\n").prefix(count)
    try write(lines.map { $0 + "\n" }.joined(), to: path)
  }

  func swap(_ first: String, _ second: String) throws {
    let (one, other) = (url.appendingPathComponent(first), url.appendingPathComponent(second))
    let aside = url.appendingPathComponent("aside")
    try FileManager.default.moveItem(at: one, to: aside)
    try FileManager.default.moveItem(at: other, to: one)
    try FileManager.default.moveItem(at: aside, to: other)
  }

  /// Makes the record say the checksums that its files now have.
  func fixChecksums() throws {
    var record = try text("record.json")
    for match in record.matches(of: /"([^"]+)" : "([0-9a-f]{64})"/) {
      let file = url.appendingPathComponent(String(match.output.1))
      guard let data = try? Data(contentsOf: file) else { continue }
      let entry = "\"\(match.output.1)\" : \""
      record = record.replacing(
        entry + match.output.2, with: entry + SHA256.hexadecimal([UInt8](data)))
    }
    try write(record, to: "record.json")
  }

  /// Makes the record say the checksum that the configuration of an arm's runs now has, as `verify` tells it.
  func fixConfiguration(ofArm index: Int) throws {
    let said = try tool.run("verify", name).output
    let pattern = /configuration_sha256 is "([0-9a-f]+)"; the runs make it "([0-9a-f]+)"/
    let line = try #require(
      said.split(separator: "\n").first { $0.contains("arms[\(index)].") && $0.contains(pattern) },
      "\(said)")
    let (_, stated, made) = try #require(line.firstMatch(of: pattern)).output
    try replace("record.json", String(stated), with: String(made))
  }
}
