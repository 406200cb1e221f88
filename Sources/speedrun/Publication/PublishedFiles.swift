import Foundation
import NanoGPT

/// The files of a report as they lie in the directory of results.
package struct PublishedFiles: Sendable {
  private let directory: URL

  package init(in directory: URL) { self.directory = directory }

  /// The document whose sections a report fills.
  package func readme() throws(DataError) -> String {
    let url = directory.appendingPathComponent(ReportFiles.readme)
    let bytes = try Files.read(
      url, hint: "write one, with a place for the leaderboard between its markers")
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The document of the directory above; nil if there is none, or it has no place for the verdict.
  package func frontPage() -> String? {
    let url = place(of: ReportFiles.frontPage)
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
    return ReportFiles.verdictSection(of: url).isMarked(in: text) ? text : nil
  }

  /// Where a file of the report lies.
  private func place(of path: String) -> URL {
    guard path == ReportFiles.frontPage else { return directory.appendingPathComponent(path) }
    let above = directory.deletingLastPathComponent().appendingPathComponent(ReportFiles.readme)
    return URL(fileURLWithPath: String(above.relativePath.trimmingPrefix("./")))
  }

  /// Says which file differs from what it should be; nil when none does.
  package func problem(with files: [ReportFiles.File]) -> DataError? {
    let hint = "`speedrun report` writes it anew"
    for file in files {
      let url = place(of: file.path)
      guard let data = try? Data(contentsOf: url) else {
        return .missingInput(path: url.relativePath, reason: "no such file", hint: hint)
      }
      let found = [UInt8](data)
      if found != file.bytes {
        return .badData(
          path: url.relativePath, reason: Self.difference(of: found, from: file.bytes), hint: hint)
      }
    }
    return stale(files).first.map {
      .badData(path: $0.relativePath, reason: "no record gives this figure", hint: hint)
    }
  }

  /// The first line that differs: what it is, and what it should be.
  private static func difference(of found: [UInt8], from expected: [UInt8]) -> String {
    func lines(_ bytes: [UInt8]) -> [String] {
      String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n")
    }
    let (found, expected) = (lines(found), lines(expected))
    let index = zip(found, expected).prefix { $0 == $1 }.count
    func excerpt(_ lines: [String]) -> String {
      guard index < lines.count else { return "missing" }
      let line = lines[index]
      return "'\(line.prefix(excerptLength))\(line.count > excerptLength ? "..." : "")'"
    }
    return "line \(index + 1) is \(excerpt(found)); the records give \(excerpt(expected))"
  }

  private static let excerptLength = 240

  /// Writes what has changed, and removes figures that are none any more.
  ///
  /// - Parameter files: All files, from the records.
  /// - Returns: The paths of the files that were written.
  /// - Throws: ``DataError`` where a file cannot be written.
  package func write(_ files: [ReportFiles.File]) throws(DataError) -> [String] {
    let figures = directory.appendingPathComponent(ReportFiles.figures)
    try Files.writing(to: figures) {
      try FileManager.default.createDirectory(at: figures, withIntermediateDirectories: true)
      for url in stale(files) { try FileManager.default.removeItem(at: url) }
    }
    var written: [String] = []
    for file in files {
      let url = place(of: file.path)
      if let data = try? Data(contentsOf: url), [UInt8](data) == file.bytes { continue }
      try Files.write(file.bytes, to: url)
      written.append(url.relativePath)
    }
    return written
  }

  /// The figures that are there and should not be.
  private func stale(_ files: [ReportFiles.File]) -> [URL] {
    let figures = directory.appendingPathComponent(ReportFiles.figures)
    let expected = Set(files.map(\.path))
    let names = (try? FileManager.default.contentsOfDirectory(atPath: figures.path)) ?? []
    return names.sorted().filter {
      $0.hasSuffix(".svg") && !expected.contains("\(ReportFiles.figures)/\($0)")
    }.map(figures.appendingPathComponent)
  }
}
