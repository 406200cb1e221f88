import NanoGPT

/// A place that is not what it should be.
struct Mismatch: Codable, Equatable, Sendable {
  /// The path from the directory of the record.
  let file: String
  /// Counted from 1; nil where it is the file as a whole.
  let line: Int?
  /// What is there, and what should be.
  let message: String

  /// One line: where and what.
  var text: String { file + (line.map { ":\($0)" } ?? "") + ": " + message }
}

/// What is wrong with a record, in the order in which it was found.
struct Findings: Sendable {
  private(set) var mismatches: [Mismatch] = []

  /// The mismatches shown of one file.
  private static let shown = 10

  var isEmpty: Bool { mismatches.isEmpty }

  /// Notes a mismatch.
  mutating func add(_ file: String, line: Int? = nil, _ message: String) {
    mismatches.append(Mismatch(file: file, line: line, message: message))
  }

  /// Notes the mismatches of others.
  mutating func add(_ other: Findings) {
    mismatches += other.mismatches
  }

  /// Notes why a file could not be read.
  mutating func add(_ file: String, _ error: DataError) {
    switch error {
    case .missingInput(_, let reason, _), .badData(_, let reason, _),
      .cannotWrite(_, let reason, _):
      add(file, reason)
    }
  }

  /// Notes where a value differs from what it should be; one that cannot be written as JSON does, too.
  mutating func compare(
    _ value: some Encodable, with expected: some Encodable, tolerance: Double = 0,
    at path: String = "", in file: String, because reason: (String) -> String
  ) {
    do {
      compare(
        try RawJSON(encoding: value), with: expected, tolerance: tolerance, at: path, in: file,
        because: reason)
    } catch {
      add(file, "\(path.isEmpty ? "it" : path) cannot be compared: \(error)")
    }
  }

  /// Notes where what a file has differs from what it should be, and what it has besides.
  mutating func compare(
    _ found: RawJSON, with expected: some Encodable, tolerance: Double = 0, at path: String = "",
    in file: String, because reason: (String) -> String
  ) {
    do {
      let due = try RawJSON(encoding: expected)
      for difference in found.differences(from: due, tolerance: tolerance, at: path) {
        add(file, difference.text(because: reason(difference.path)))
      }
    } catch {
      add(file, "\(path.isEmpty ? "it" : path) cannot be compared: \(error)")
    }
  }

  /// Notes every line in which a file differs from what it should be; once the numbers of lines differ,
  /// only the first.
  mutating func compare(_ found: [UInt8], with expected: [UInt8], in file: String) {
    guard found != expected else { return }
    func lines(_ bytes: [UInt8]) -> [String] {
      bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    }
    let (found, expected) = (lines(found), lines(expected))
    let isAligned = found.count == expected.count
    for index in 0..<max(found.count, expected.count) {
      let here = index < found.count ? found[index] : nil
      let there = index < expected.count ? expected[index] : nil
      guard here != there else { continue }
      add(
        file, line: index + 1,
        "\(here.map(Self.quoted) ?? "the file ends"); it should be "
          + (there.map(Self.quoted) ?? "the end of the file"))
      guard isAligned else { return }
    }
  }

  /// The mismatches, of a file with many only the first ones and how many more there are.
  var listed: [Mismatch] {
    let counts = Dictionary(grouping: mismatches, by: \.file).mapValues(\.count)
    var seen: [String: Int] = [:]
    return mismatches.compactMap { mismatch in
      let number = seen[mismatch.file, default: 0] + 1
      seen[mismatch.file] = number
      if number <= Self.shown { return mismatch }
      let rest = (counts[mismatch.file] ?? 0) - Self.shown
      return number == Self.shown + 1
        ? Mismatch(
          file: mismatch.file, line: nil, message: "and \(rest) more")
        : nil
    }
  }

  private static func quoted(_ line: String) -> String {
    let line = line.drop { $0 == " " }
    return line.isEmpty
      ? "an empty line" : line.count > 120 ? line.prefix(117) + "..." : String(line)
  }
}
