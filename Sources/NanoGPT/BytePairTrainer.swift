import Autograd
import HeapModule

/// Learns the merges of a `BytePairTokenizer` from text.
public enum BytePairTrainer {
  /// Learns a vocabulary of `vocabularySize` tokens from `documents`.
  ///
  /// The most frequent pair of neighbouring tokens within words merges first; among equally frequent
  /// pairs the one with the smaller left token, then the smaller right token. This is the order of
  /// Hugging Face's trainer with the byte alphabet, so both learn the same merges.
  ///
  /// - Parameters:
  ///   - documents: The text to learn from.
  ///   - vocabularySize: One of ``BytePairTokenizer/vocabularySizes``.
  /// - Returns: A tokenizer whose vocabulary is smaller than asked when the text runs out of pairs.
  public static func train(on documents: [String], vocabularySize: Int) -> BytePairTokenizer {
    var words = WordCounts()
    for document in documents { words.add(document) }
    return train(on: words, vocabularySize: vocabularySize)
  }

  /// The same from the words of documents.
  static func train(on words: WordCounts, vocabularySize: Int) -> BytePairTokenizer {
    let sizes = BytePairTokenizer.vocabularySizes
    require(
      sizes.contains(vocabularySize),
      "BytePairTrainer: vocabulary size \(vocabularySize) is not in \(sizes)")
    var vocabulary = BytePairVocabulary()
    var pairs = PairTable(words: words.counts, vocabulary: vocabulary)
    var merges: [BytePairTokenizer.Merge] = []
    while vocabulary.tokenBytes.count + 1 < vocabularySize, let merge = pairs.popMostFrequent() {
      merges.append(merge)
      pairs.replace(merge, with: vocabulary.token(merging: merge))
    }
    return BytePairTokenizer(merges: merges)
  }
}

/// The words of documents by their bytes, in order of first appearance, and how often each occurs.
struct WordCounts {
  private var indices: [[UInt8]: Int] = [:]
  private(set) var counts: [(bytes: [UInt8], count: Int)] = []

  /// Counts those of a document.
  mutating func add(_ document: String) {
    let bytes = Array(document.utf8)
    for range in rangesBetweenEndOfText(in: bytes) {
      for word in WordScanner(bytes, in: range) {
        let key = Array(bytes[word])
        if let index = indices[key] {
          counts[index].count += 1
        } else {
          indices[key] = counts.count
          counts.append((key, 1))
        }
      }
    }
  }
}

/// How often each pair of neighbouring tokens occurs, and where.
///
/// Counts change with every merge; the heap is corrected only when an outdated entry surfaces.
private struct PairTable {
  private struct Entry: Comparable {
    let count: Int
    let merge: BytePairTokenizer.Merge

    /// Less frequent, or later in the alphabet.
    static func < (a: Self, b: Self) -> Bool {
      (a.count, b.merge.left, b.merge.right) < (b.count, a.merge.left, a.merge.right)
    }
  }

  private var words: [(tokens: [TokenID], count: Int)]
  private var counts: [BytePairTokenizer.Merge: Int] = [:]
  private var occurrences: [BytePairTokenizer.Merge: Set<Int>] = [:]
  private var heap = Heap<Entry>()

  init(words: [(bytes: [UInt8], count: Int)], vocabulary: BytePairVocabulary) {
    var byteTokens = [TokenID](repeating: 0, count: 256)
    for (token, bytes) in vocabulary.tokenBytes.prefix(256).enumerated() {
      byteTokens[Int(bytes[0])] = TokenID(token)
    }
    self.words = words.map { word in
      (word.bytes.map { byteTokens[Int($0)] }, word.count)
    }
    for (index, word) in self.words.enumerated() {
      for (left, right) in zip(word.tokens, word.tokens.dropFirst()) {
        add(word.count, to: .init(left, right), inWord: index)
      }
    }
    heap = Heap(counts.map { Entry(count: $0.value, merge: $0.key) })
  }

  /// Removes and returns the most frequent pair, or nil when no pair is left.
  mutating func popMostFrequent() -> BytePairTokenizer.Merge? {
    while let entry = heap.popMax() {
      let count = counts[entry.merge, default: 0]
      if count == entry.count { return entry.merge }
      if count > 0 { heap.insert(Entry(count: count, merge: entry.merge)) }
    }
    return nil
  }

  /// Replaces `merge` by `token` in every word, from left to right.
  mutating func replace(_ merge: BytePairTokenizer.Merge, with token: TokenID) {
    var grown: Set<BytePairTokenizer.Merge> = []
    for index in occurrences[merge] ?? [] {
      replace(merge, with: token, inWord: index, grown: &grown)
    }
    counts[merge] = nil
    occurrences[merge] = nil
    for pair in grown {
      if let count = counts[pair], count > 0 { heap.insert(Entry(count: count, merge: pair)) }
    }
  }

  private mutating func replace(
    _ merge: BytePairTokenizer.Merge, with token: TokenID, inWord index: Int,
    grown: inout Set<BytePairTokenizer.Merge>
  ) {
    let (old, count) = words[index]
    var new: [TokenID] = []
    var position = 0
    while position < old.count {
      guard old[position] == merge.left, position + 1 < old.count,
        old[position + 1] == merge.right
      else {
        new.append(old[position])
        position += 1
        continue
      }
      if let left = new.last {
        counts[.init(left, merge.left), default: 0] -= count
        grown.insert(.init(left, token))
        add(count, to: .init(left, token), inWord: index)
      }
      if position + 2 < old.count {
        let right = old[position + 2]
        counts[.init(merge.right, right), default: 0] -= count
        grown.insert(.init(token, right))
        add(count, to: .init(token, right), inWord: index)
      }
      new.append(token)
      position += 2
    }
    words[index].tokens = new
  }

  private mutating func add(_ count: Int, to merge: BytePairTokenizer.Merge, inWord index: Int) {
    counts[merge, default: 0] += count
    occurrences[merge, default: []].insert(index)
  }
}
