import Corpora
import NanoGPT
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func aCorpusIsMadeFromAPackage() throws {
    let bible = try Corpus.kingJames()
    print(bible.documentCount, "chapters,", bible.byteCount, "bytes")

    #expect(bible.documentCount == 1189 && bible.byteCount == 4_139_038)
    try expectExample(of: "Corpora")
  }
}
