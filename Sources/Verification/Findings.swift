import NanoGPT
import Runs
import Text

/// A place that is not what it should be.
public struct Mismatch: Codable, Equatable, Sendable {
  /// The path from the directory of the record.
  public let file: String
  /// Counted from 1; nil where it is the file as a whole.
  public let line: Int?
  /// What is there, and what should be.
  public let message: String

  /// One line: where and what.
  public var text: String { file + (line.map { ":\($0)" } ?? "") + ": " + message }
}

/// What is wrong with a record, in the order in which it was found.
package struct Findings: Sendable {
  package private(set) var mismatches: [Mismatch] = []

  /// The mismatches shown of one file.
  private static let shown = 10

  package var isEmpty: Bool { mismatches.isEmpty }

  /// Notes a mismatch.
  mutating func add(_ file: String, line: Int? = nil, _ message: String) {
    mismatches.append(Mismatch(file: file, line: line, message: message))
  }

  /// Notes the mismatches of others.
  mutating func add(_ other: Findings) {
    mismatches += other.mismatches
  }

  /// Notes why a file of the record's directory could not be read, which the error names, perhaps with a line.
  mutating func add(_ error: DataError) {
    let (path, reason) =
      switch error {
      case .missingInput(let path, let reason, _), .badData(let path, let reason, _),
        .cannotWrite(let path, let reason, _):
        (path, reason)
      }
    let place = (path.split(separator: "/").last ?? "").split(separator: ":")
    add(String(place.first ?? ""), line: place.dropFirst().first.flatMap { Int($0) }, reason)
  }

  /// Notes why a file could not be read or used.
  mutating func add(_ file: String, _ error: any Error) {
    switch error {
    case DataError.missingInput(_, let reason, _), DataError.badData(_, let reason, _),
      DataError.cannotWrite(_, let reason, _):
      add(file, reason)
    case let error as UsageError: add(file, error.message)
    default: add(file, "\(error)")
    }
  }

  /// Puts mismatches where the files come from that they are in.
  mutating func trace(_ origin: (_ file: String, _ line: Int?) -> (file: String, line: Int)?) {
    mismatches = mismatches.map { found in
      guard let (file, line) = origin(found.file, found.line) else { return found }
      let made = found.file + (found.line.map { ":\($0)" } ?? "")
      return Mismatch(file: file, line: line, message: "\(made): \(found.message)")
    }
  }

  /// The mismatches, of a file with many only the first ones and how many more there are.
  package var listed: [Mismatch] {
    let counts = Dictionary(grouping: mismatches, by: \.file).mapValues(\.count)
    var seen: [String: Int] = [:]
    return mismatches.compactMap { mismatch in
      let number = seen[mismatch.file, default: 0] + 1
      seen[mismatch.file] = number
      if number <= Self.shown { return mismatch }
      let rest = (counts[mismatch.file] ?? 0) - Self.shown
      return number == Self.shown + 1
        ? Mismatch(file: mismatch.file, line: nil, message: "and \(rest) more") : nil
    }
  }
}

extension Findings {
  /// Who says what a value should be, by its place.
  typealias Reason = (_ path: String) -> String

  /// Notes where a file differs from what it should be, in JSON key by key.
  ///
  /// - Parameters:
  ///   - found: The content of the file.
  ///   - expected: What it should be.
  ///   - file: Its path: `.json` is one value, `.jsonl` a value a line, all else is text.
  ///   - tolerance: The share of the greater by which numbers may differ.
  ///   - reason: Who says what a value should be.
  mutating func compare(
    _ found: [UInt8], with expected: [UInt8], in file: String, tolerance: Double = 0,
    because reason: Reason = { _ in "it should be" }
  ) {
    guard found != expected else { return }
    var form: (String) -> String = { $0 }
    if file.hasSuffix(".json") {
      guard let differences = Self.differences(found, expected, tolerance) else {
        return add(file, "not JSON")
      }
      for difference in differences {
        add(file, difference.text(because: reason(difference.path)))
      }
      guard differences.isEmpty else { return }
      // Equal values in another form: a key that is there twice, a number or a blank written otherwise.
      if tolerance > 0 {
        form = { $0.replacing(/-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?/, with: "#") }
      }
    }
    let (lines, due) = (Self.lines(of: found), Self.lines(of: expected))
    for index in 0..<max(lines.count, due.count) {
      let here = index < lines.count ? lines[index] : nil
      let there = index < due.count ? due[index] : nil
      guard here.map(form) != there.map(form) else { continue }
      let differences =
        file.hasSuffix(".jsonl")
        ? Self.differences(Array((here ?? "").utf8), Array((there ?? "").utf8), tolerance) : nil
      for difference in differences ?? [] {
        add(file, line: index + 1, difference.text(because: reason(difference.path)))
      }
      if differences?.isEmpty ?? true { add(file, here, there, at: index) }
      // Once a line is missing, all others are somewhere else.
      guard lines.count == due.count else { return }
    }
  }

  /// Notes where a value differs from what it should be.
  mutating func compare(
    _ value: some Encodable, with expected: some Encodable, at path: String = "", in file: String,
    because reason: Reason
  ) {
    do {
      let (value, expected) = (try Tree(encoding: value), try Tree(encoding: expected))
      for difference in value.differences(from: expected, at: path) {
        add(file, difference.text(because: reason(difference.path)))
      }
    } catch {
      add(file, "\(path.isEmpty ? "it" : path) cannot be compared: \(error)")
    }
  }

  private mutating func add(_ file: String, _ here: String?, _ there: String?, at index: Int) {
    func quoted(_ line: String) -> String {
      let line = line.drop { $0 == " " }
      return line.isEmpty
        ? "an empty line" : line.count > 120 ? line.prefix(117) + "..." : String(line)
    }
    add(
      file, line: index + 1,
      "\(here.map(quoted) ?? "the file ends"); it should be "
        + (there.map(quoted) ?? "the end of the file"))
  }

  private static func lines(of bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Where two values differ; nil unless both are JSON.
  private static func differences(
    _ found: [UInt8], _ expected: [UInt8], _ tolerance: Double
  ) -> [Tree.Difference]? {
    guard let found = try? JSON.decoded(Tree.self, from: found),
      let expected = try? JSON.decoded(Tree.self, from: expected)
    else { return nil }
    return found.differences(from: expected, tolerance: tolerance)
  }
}

extension Tree {
  /// A value that is not what it should be.
  struct Difference {
    /// Keys and places: `arms[0].name`.
    let path: String
    /// Nil when it is not there.
    let found: Tree?
    /// Nil when it should not be there.
    let expected: Tree?

    /// In words: `arms[0].name is "a"; it should be "b"`.
    func text(because reason: String) -> String {
      func short(_ value: Tree) -> String {
        let text = (try? JSON.line(value)) ?? "?"
        return text.count > 100 ? text.prefix(97) + "..." : text
      }
      let due = expected.map(short) ?? ""
      guard let found else { return "\(path) is missing; \(reason) \(due)" }
      return expected == nil
        ? "\(path) is \(short(found)); there should be none"
        : "\(path) is \(short(found)); \(reason) \(due)"
    }
  }

  init(encoding value: some Encodable) throws {
    self = try JSON.decoded(Tree.self, from: Array(try JSON.line(value).utf8))
  }

  /// Where this differs from what it should be; whole numbers are exact, whatever the tolerance.
  func differences(
    from expected: Tree, tolerance: Double = 0, at path: String = ""
  ) -> [Difference] {
    if let found = object, let due = expected.object {
      let dot = path.isEmpty ? "" : "."
      return Set(found.keys).union(due.keys).sorted().flatMap { key -> [Difference] in
        guard let own = found[key], let other = due[key] else {
          return [Difference(path: path + dot + key, found: found[key], expected: due[key])]
        }
        return own.differences(from: other, tolerance: tolerance, at: path + dot + key)
      }
    }
    if let found = array, let due = expected.array, found.count == due.count {
      return found.indices.flatMap { index in
        found[index].differences(from: due[index], tolerance: tolerance, at: "\(path)[\(index)]")
      }
    }
    if self == expected { return [] }
    if case .integer = self, case .integer = expected {
    } else if let number, let other = expected.number, number.isClose(to: other, within: tolerance)
    {
      return []
    }
    return [Difference(path: path, found: self, expected: expected)]
  }
}

extension Double {
  /// Whether the values differ by no more than a share of the greater.
  func isClose(to other: Double, within tolerance: Double) -> Bool {
    abs(self - other) <= tolerance * max(abs(self), abs(other))
  }
}
