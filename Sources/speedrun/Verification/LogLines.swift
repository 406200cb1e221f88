import Foundation
import NanoGPT
import Text

/// The lines of a log, read one after the other, and what is wrong with them.
struct LogLines {
  /// A line that cannot be understood, after which nothing can be.
  struct Flaw: Error {
    let message: String
  }

  private(set) var findings = Findings()
  private let file: String
  private let lines: [ArraySlice<UInt8>]
  private var position = 0

  init(_ bytes: [UInt8], file: String) {
    self.file = file
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let rest = lines.popLast() ?? []
    self.lines = rest.isEmpty ? lines : lines + [rest]
    if !rest.isEmpty { findings.add(file, line: self.lines.count, "the line has no end") }
  }

  /// The number of the line that comes next, counted from 1.
  var number: Int { position + 1 }

  var isAtEnd: Bool { position == lines.count }

  /// The kind of the event in the line that comes next; nil when there is none.
  var nextKind: String? {
    guard !isAtEnd, let event = try? RawJSON(Array(lines[position])) else { return nil }
    return event["event"]?.text
  }

  /// The event that comes next, which must be of this kind and step, with these keys besides.
  ///
  /// It stays the next until `advance()`, so that what is said is said of its line.
  mutating func next(
    _ kind: String, at step: Int, keys: Set<String>
  ) throws(Flaw) -> RawJSON {
    let due = "the \(kind) event of step \(step)"
    guard !isAtEnd else {
      throw Flaw(message: "the log ends after this line; \(due) should follow")
    }
    let event: RawJSON
    do {
      event = try RawJSON(Array(lines[position]))
    } catch {
      throw Flaw(message: "not JSON: \(error.problem), at column \(error.offset + 1)")
    }
    guard event["event"]?.text == kind, event["step"]?.integer == step else {
      let found = event["event"]?.text.map { "the \($0) event" } ?? "no event"
      throw Flaw(
        message: "\(found) of step \(event["step"]?.canonical ?? "?") where \(due) should be")
    }
    for key in event.keys where !keys.union(["event", "step"]).contains(String(key)) {
      say("\(key) is no part of a \(kind) event")
    }
    return event
  }

  /// Goes on to the line after.
  mutating func advance() { position += 1 }

  /// Notes what is wrong with the line that comes next, or, at the end, with the last.
  mutating func say(_ message: String) {
    findings.add(file, line: min(number, max(1, lines.count)), message)
  }

  /// Says so where a number is not what it should be; what is expected to be infinite is not compared.
  mutating func check(_ found: Double?, _ key: String, _ expected: Double?, _ reason: String) {
    switch (found, expected) {
    case (nil, nil): return
    case (let found?, let expected?) where found.isClose(to: expected, within: 1e-12): return
    case _ where expected?.isFinite == false: return
    default:
      func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "null" }
      say("\(key) is \(text(found)); \(reason) \(text(expected))")
    }
  }
}

extension RawJSON {
  /// A number of at least 0; nil where it may be, and is, null.
  func number(_ key: String, orNull: Bool = false) throws(LogLines.Flaw) -> Double? {
    guard let value = self[key] else { throw LogLines.Flaw(message: "\(key) is missing") }
    if orNull, value.isNull { return nil }
    guard let number = value.number, number.isFinite, number >= 0 else {
      throw LogLines.Flaw(
        message: "\(key) is \(value.canonical); it should be a number of at least 0")
    }
    return number
  }

  /// A time that was measured in whole nanoseconds and written in milliseconds.
  func duration(_ key: String) throws(LogLines.Flaw) -> Duration {
    let milliseconds = try number(key) ?? 0
    guard milliseconds < 1e12 else {
      throw LogLines.Flaw(message: "\(key) is longer than a life")
    }
    return .nanoseconds(Int64((milliseconds * 1e6).rounded()))
  }
}
