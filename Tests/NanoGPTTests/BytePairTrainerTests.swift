import NanoGPT
import Testing

@Suite struct BytePairTrainerTests {
  private func merges(_ texts: [String], _ count: Int) -> [String] {
    let tokenizer = BytePairTrainer.train(on: texts, vocabularySize: 257 + count)
    return tokenizer.merges.map { tokenizer.decode([$0.left, $0.right]) }
  }

  @Test func mergesTheMostFrequentPairFirst() {
    #expect(merges(["abab abab cd"], 2) == ["ab", "abab"])
  }

  @Test func breaksTiesByTokenNumber() {
    // All pairs occur once: the smaller left token wins, then the smaller right token.
    #expect(merges(["zy", "by", "bx", "ay"].map { $0 + "\n" }, 4) == ["ay", "bx", "by", "zy"])
  }

  @Test func countsOverlappingPairsAsItMergesThem() {
    #expect(merges(["aaaaa"], 3) == ["aa", "aaa", "aaaaa"])
  }

  @Test func neverMergesAcrossWordsOrDocuments() {
    #expect(merges(["a b", "c", "<|endoftext|>"], 10) == [" b"])
  }

  @Test func stopsWhenTheTextRunsOutOfPairs() {
    #expect(BytePairTrainer.train(on: ["ab"], vocabularySize: 1000).vocabularySize == 258)
    #expect(BytePairTrainer.train(on: [], vocabularySize: 1000).vocabularySize == 257)
  }
}
