import NanoGPT
import Testing

@Suite struct DocumentSplitTests {
  @Test func theTextDecidesNotThePlace() throws {
    let documents = (0..<500).map { "document \($0)" }
    let split = try #require(DocumentSplit(documents))
    #expect((30...75).contains(split.validation.count))
    #expect((split.train + split.validation).sorted() == documents.sorted())
    let reversed = try #require(DocumentSplit(documents.reversed()))
    #expect(reversed.validation == split.validation.reversed())
    #expect(Set(reversed.train) == Set(split.train))
    #expect(split.train != documents.filter { !split.validation.contains($0) })
    // The first 16 digits of `printf 'document 4' | sha256sum` are a multiple of ten, and so on.
    #expect(split.validation.prefix(3) == ["document 4", "document 11", "document 12"])
  }

  @Test func neitherPartIsEverEmpty() throws {
    for count in 2...30 {
      for start in 0..<20 {
        let documents = (start..<start + count).map { "text \($0)" }
        let split = try #require(DocumentSplit(documents))
        #expect(!split.train.isEmpty && !split.validation.isEmpty)
        #expect(split.train.count + split.validation.count == count)
      }
    }
    #expect(DocumentSplit(["only"]) == nil)
    #expect(DocumentSplit(["same", "same", "same"]) == nil)
    #expect(DocumentSplit([]) == nil)
  }
}
