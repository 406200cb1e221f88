import Experiments
import Figures
import Foundation
import NanoGPT
import Runs
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
  /// The document of the directory above, which may have places for the verdict and for the claims.
  private static let frontPage = "../README.md"
  /// The directory with the figures, and with nothing else.
  private static let figures = "figures"

  private let directory: URL
  /// Whether the directory is somebody's, where other files than a report's may lie.
  private let isShared: Bool

  /// Creates the publisher of a directory of results.
  public init(in directory: URL) { (self.directory, isShared) = (directory, false) }

  /// Creates the publisher of a page and its figures in any directory, which may have other files.
  package init(sharing directory: URL) { (self.directory, isShared) = (directory, true) }

  /// Returns every file as it should be, from the records in the order of their names.
  ///
  /// - Throws: For a document that cannot be read, or is without its markers.
  public func expected(from experiments: [FinishedExperiment]) throws -> [File] {
    if isShared { return try Self.files(of: Page(of: experiments, title: Self.title(experiments))) }
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
      opening + (verdicts.isEmpty ? [] : [verdicts])
      + [page.leaderboard?.markdown].compactMap(\.self)
    func block(_ section: Section) -> String { "### \(section.title)\n\n\(section.markdown)" }
    let studies =
      page.studies.map(block) + [page.missingText, block(page.method)].compactMap(\.self)
    var text = readme
    for (name, blocks) in [("leaderboard", leaderboard), ("studies", studies)] {
      text = try MarkedSection(name, of: URL(fileURLWithPath: Self.readme)).replaced(
        in: text, with: "\n\(blocks.joined(separator: "\n\n"))\n")
    }
    var files = [File(Self.readme, text)] + (try Self.files(of: page))
    if let frontPage {
      let tables = [
        ("verdict", Verdicts.table(of: experiments)), ("claims", ClaimTable.table(of: experiments)),
      ].map { (MarkedSection($0, of: URL(fileURLWithPath: Self.readme)), $1) }
        .filter { section, _ in section.isMarked(in: frontPage) }
      let front = try tables.reduce(frontPage) { text, part in
        try part.0.replaced(in: text, with: part.1?.markdown ?? Leaderboard.nothing)
      }
      if !tables.isEmpty { files.append(File(Self.frontPage, front)) }
    }
    return files
  }

  /// A page with its figures.
  private static func files(of page: Page) throws -> [File] {
    [File("report.html", try page.html)]
      + page.sections.flatMap(\.figures).map { File("\(figures)/\($0.name).svg", $0.svg) }
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
    if isShared { for file in files { try checkOwner(of: place(of: file.path)) } }
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

  /// Of a page about these experiments.
  private static func title(_ experiments: [FinishedExperiment]) -> String {
    guard experiments.count == 1 else { return Format.count(experiments.count, "experiment") }
    let record = experiments[0].record
    return record.title ?? "\(experiments[0].name) on \(record.track.name)"
  }

  /// Throws where a file lies that no report has written.
  private func checkOwner(of url: URL) throws(DataError) {
    guard let data = try? Data(contentsOf: url) else { return }
    let start = String(decoding: data.prefix(500), as: UTF8.self)
    let marks = [#"<meta name="generator" content="speedrun report">"#, #"" class="figure" role"#]
    guard !marks.contains(where: start.contains) else { return }
    throw .cannotWrite(
      path: url.relativePath, reason: "is there already, and no report has written it",
      hint: "choose another directory with --out, or remove that file")
  }

  /// The figures that are there and should not be; none where they may be somebody else's.
  private func stale(_ files: [File]) -> [URL] {
    if isShared { return [] }
    let figures = directory.appendingPathComponent(Self.figures)
    let expected = files.map(\.path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: figures.path)) ?? []
    return names.sorted().filter {
      $0.hasSuffix(".svg") && !expected.contains("\(Self.figures)/\($0)")
    }.map(figures.appendingPathComponent)
  }
}
