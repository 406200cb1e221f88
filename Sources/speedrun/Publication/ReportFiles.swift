import Figures
import Foundation
import NanoGPT

/// The files that `speedrun report` writes, from records alone: equal records, equal bytes.
package enum ReportFiles {
  /// A file in the directory of results.
  package struct File: Equatable, Sendable {
    /// From the directory of results.
    package let path: String
    package let bytes: [UInt8]

    package init(path: String, text: String) {
      (self.path, bytes) = (path, Array(text.utf8))
    }
  }

  /// The name of the document whose marked sections are written.
  package static let readme = "README.md"

  /// The document of the directory above, which may have a place for the verdict.
  package static let frontPage = "../README.md"

  /// The directory with the figures, and with nothing else.
  package static let figures = "figures"

  /// Returns every file as it should be.
  ///
  /// - Parameters:
  ///   - experiments: The records, in the order of their names.
  ///   - readme: The document as it is; all but its marked sections stays.
  ///   - frontPage: The document of the directory above, where it has a place for the verdict.
  /// - Returns: The documents, the page, and the figures.
  /// - Throws: ``DataError`` for a document without its markers.
  package static func expected(
    from experiments: [FinishedExperiment], readme: String, frontPage: String? = nil
  ) throws -> [File] {
    let report = Report(of: experiments)
    let studies =
      report.studies.map { "### \($0.title)\n\n\($0.markdown)" }
      + [report.missingText, "### \(report.method.title)\n\n\(report.method.markdown)"]
      .compactMap(\.self)
    let document = URL(fileURLWithPath: Self.readme)
    var text = readme
    let leaderboard = report.verdicts.map(ResultTable.escaped) + [report.leaderboard.markdown]
    for (name, blocks) in [("leaderboard", leaderboard), ("studies", studies)] {
      text = try MarkedSection(name, of: document).replaced(
        in: text, with: "\n\(blocks.joined(separator: "\n\n"))\n")
    }
    let figures = report.sections.flatMap(\.figures).map {
      File(path: "\(Self.figures)/\($0.name).svg", text: $0.svg)
    }
    let verdict = VerdictTable.table(of: experiments)?.markdown
    let front = try frontPage.map { page in
      File(
        path: Self.frontPage,
        text: try verdictSection(of: document).replaced(
          in: page, with: verdict ?? ReportSection.nothingCompared))
    }
    return [
      File(path: Self.readme, text: text),
      File(path: "report.html", text: try ReportPage.html(of: report)),
    ] + figures + [front].compactMap(\.self)
  }

  /// The place for the verdict in the document of the directory above.
  static func verdictSection(of document: URL) -> MarkedSection {
    MarkedSection("verdict", of: document)
  }
}
