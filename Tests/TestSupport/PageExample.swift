import Foundation
import Testing

/// Expects the first Swift code on the landing page of a library to stand in the test's own file, line by line.
///
/// So the compiler reads what the page shows, and the test runs it. Imports may stand elsewhere.
public func expectExample(
  of library: String, in file: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let page = try String(
    contentsOf: repository.appending(path: "Sources/\(library)/\(library).docc/\(library).md"),
    encoding: .utf8)
  func lines(_ text: some StringProtocol) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty && !$0.hasPrefix("import ") }
  }
  let parts = page.split(separator: "```swift\n", maxSplits: 1)
  let code = lines(try #require(parts.last?.split(separator: "```").first))
  let test = lines(try String(contentsOfFile: file, encoding: .utf8))
  #expect(parts.count == 2 && !code.isEmpty, "no code on the page", sourceLocation: sourceLocation)
  #expect(
    test.ranges(of: code).count == 1, "the test differs from the page's \(code)",
    sourceLocation: sourceLocation)
}
