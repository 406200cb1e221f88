import Figures
import Foundation
import NanoGPT
import Text

/// The files of a report in the directory of results, from records alone: equal records, equal bytes.
public struct PublishedFiles: Sendable {
  /// A file, by its path from the directory of results.
  public struct File: Equatable, Sendable {
    /// The path from the directory of results.
    public let path: String
    /// The content.
    public let bytes: [UInt8]

    init(_ path: String, _ text: String) { (self.path, bytes) = (path, Array(text.utf8)) }
  }

  /// The document whose marked sections are written.
  private static let readme = "README.md"
  /// What it is where there is none yet.
  private static let emptyPage = """
    # Results

    ## Leaderboard

    <!-- leaderboard: begin -->
    <!-- leaderboard: end -->

    ## Studies

    <!-- studies: begin -->
    <!-- studies: end -->

    """
  /// The document of the directory above, which may have a place for the verdict.
  private static let frontPage = "../README.md"
  /// The directory with the figures, and with nothing else.
  private static let figures = "figures"

  private let directory: URL

  /// Creates the publisher of a directory of results.
  public init(in directory: URL) { self.directory = directory }

  /// Returns every file as it should be, from the records in the order of their names.
  ///
  /// - Throws: For a document that cannot be read, or is without its markers.
  public func expected(from experiments: [FinishedExperiment]) throws -> [File] {
    let readme = place(of: Self.readme)
    return try Self.expected(
      from: experiments,
      readme: FileManager.default.fileExists(atPath: readme.path)
        ? String(contentsOf: readme, encoding: .utf8) : Self.emptyPage,
      frontPage: try? String(contentsOf: place(of: Self.frontPage), encoding: .utf8))
  }

  /// The same from the texts of the documents: all but their marked sections stays.
  package static func expected(
    from experiments: [FinishedExperiment], readme: String, frontPage: String? = nil
  ) throws -> [File] {
    let page = Page(of: experiments)
    let opening = page.opening.map { ["**\(Table.escaped($0))**"] } ?? []
    let verdicts = page.verdicts.map { "- \(Table.escaped($0))" }.joined(separator: "\n")
    let leaderboard =
      opening + (verdicts.isEmpty ? [] : [verdicts]) + [page.leaderboard.markdown]
    func block(_ section: Section) -> String { "### \(section.title)\n\n\(section.markdown)" }
    let studies =
      page.studies.map(block) + [page.missingText, block(page.method)].compactMap(\.self)
    var text = readme
    for (name, blocks) in [("leaderboard", leaderboard), ("studies", studies)] {
      text = try MarkedSection(name, of: URL(fileURLWithPath: Self.readme)).replaced(
        in: text, with: "\n\(blocks.joined(separator: "\n\n"))\n")
    }
    var files = [File(Self.readme, text), File("report.html", try page.html)]
    files += page.sections.flatMap(\.figures).map { File("\(figures)/\($0.name).svg", $0.svg) }
    let verdict = MarkedSection("verdict", of: URL(fileURLWithPath: Self.readme))
    if let frontPage, verdict.isMarked(in: frontPage) {
      let table = Verdicts.table(of: experiments)?.markdown ?? Leaderboard.nothing
      files.append(File(Self.frontPage, try verdict.replaced(in: frontPage, with: table)))
    }
    return files
  }

  /// Where a file of the report lies.
  private func place(of path: String) -> URL {
    guard path == Self.frontPage else { return directory.appendingPathComponent(path) }
    let above = directory.deletingLastPathComponent().appendingPathComponent(Self.readme)
    return URL(fileURLWithPath: String(above.relativePath.trimmingPrefix("./")))
  }

  /// Says which file differs from what it should be; nil when none does.
  package func problem(with files: [File]) -> DataError? {
    let hint = "`speedrun report` writes it anew"
    for file in files {
      let path = place(of: file.path)
      guard let data = try? Data(contentsOf: path) else {
        return .missingInput(path: path.relativePath, reason: "no such file", hint: hint)
      }
      if [UInt8](data) != file.bytes {
        return .badData(
          path: path.relativePath, reason: Self.difference(of: data, from: file.bytes), hint: hint)
      }
    }
    return stale(files).first.map {
      .badData(path: $0.relativePath, reason: "no record gives this figure", hint: hint)
    }
  }

  /// The first line that differs: what it is, and what it should be.
  private static func difference(of found: Data, from expected: [UInt8]) -> String {
    let found = String(decoding: found, as: UTF8.self).components(separatedBy: "\n")
    let expected = String(decoding: expected, as: UTF8.self).components(separatedBy: "\n")
    let index = zip(found, expected).prefix { $0 == $1 }.count
    func excerpt(_ lines: [String]) -> String {
      guard index < lines.count else { return "missing" }
      return "'\(lines[index].prefix(240))\(lines[index].count > 240 ? "..." : "")'"
    }
    return "line \(index + 1) is \(excerpt(found)); the records give \(excerpt(expected))"
  }

  /// Writes what has changed, and removes figures that are none any more.
  ///
  /// - Parameter files: All files, from the records.
  /// - Returns: The paths of the files that were written.
  /// - Throws: `DataError` where a file cannot be written.
  public func write(_ files: [File]) throws(DataError) -> [String] {
    let figures = directory.appendingPathComponent(Self.figures)
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
  private func stale(_ files: [File]) -> [URL] {
    let figures = directory.appendingPathComponent(Self.figures)
    let expected = files.map(\.path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: figures.path)) ?? []
    return names.sorted().filter {
      $0.hasSuffix(".svg") && !expected.contains("\(Self.figures)/\($0)")
    }.map(figures.appendingPathComponent)
  }
}

/// The lines of a document between two markers, which a command writes.
package struct MarkedSection {
  let url: URL
  private let begin: String
  private let end: String

  package init(_ name: String, of url: URL) {
    (self.url, begin, end) = (url, "<!-- \(name): begin -->", "<!-- \(name): end -->")
  }

  /// Whether a text has the first marker, so that it wants to have the section.
  func isMarked(in text: String) -> Bool { text.contains(begin) }

  /// Returns the text of the document with other lines between the markers.
  package func replaced(in text: String, with lines: String) throws(DataError) -> String {
    guard let first = text.firstRange(of: begin),
      let last = text[first.upperBound...].firstRange(of: end)
    else {
      throw .badData(
        path: url.path, reason: "has no place for the table",
        hint: "put the lines \(begin) and \(end) where it belongs")
    }
    return "\(text[..<first.lowerBound])\(begin)\n\(lines)\n\(end)\(text[last.upperBound...])"
  }
}
