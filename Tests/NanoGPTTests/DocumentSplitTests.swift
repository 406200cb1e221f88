import NanoGPT
import Testing

@Suite struct DocumentSplitTests {
  /// Both parts of a text, by what is in them.
  private func split(_ documents: [String]) throws -> (train: [String], validation: [String])? {
    try DocumentSplit(Documents(documents)).map { split in
      (split.train.map { documents[$0] }, split.validation.map { documents[$0] })
    }
  }

  @Test func theTextDecidesNotThePlace() throws {
    let documents = (0..<500).map { "document \($0)" }
    let parts = try #require(try split(documents))
    #expect((30...75).contains(parts.validation.count))
    #expect((parts.train + parts.validation).sorted() == documents.sorted())
    let reversed = try #require(try split(documents.reversed()))
    #expect(reversed.validation == parts.validation.reversed())
    #expect(Set(reversed.train) == Set(parts.train))
    #expect(parts.train != documents.filter { !parts.validation.contains($0) })
    // The first 16 digits of `printf 'document 4' | sha256sum` are a multiple of ten, and so on.
    #expect(parts.validation.prefix(3) == ["document 4", "document 11", "document 12"])
  }

  @Test func neitherPartIsEverEmpty() throws {
    for count in 2...30 {
      for start in 0..<20 {
        let documents = (start..<start + count).map { "text \($0)" }
        let parts = try #require(try split(documents))
        #expect(!parts.train.isEmpty && !parts.validation.isEmpty)
        #expect(parts.train.count + parts.validation.count == count)
      }
    }
    #expect(try split(["only"]) == nil)
    #expect(try split(["same", "same", "same"]) == nil)
    #expect(try split([]) == nil)
  }
}
