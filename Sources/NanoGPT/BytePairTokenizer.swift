import Autograd
import Foundation
import HeapModule

/// Byte-level byte-pair encoding with GPT-2's word pattern.
///
/// A word starts as its bytes; as long as two neighbours can merge, the pair learned earliest does.
/// A vocabulary made here is laid out like GPT-2's: the 256 bytes, the merged tokens in the order they
/// were learned, `endOfText` last.
///
/// Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016).
public struct BytePairTokenizer: Tokenizer {
  /// Two neighbouring tokens that become one.
  public struct Merge: Hashable, Sendable {
    /// The first token of the pair.
    public let left: TokenID
    /// The second token of the pair.
    public let right: TokenID

    /// Creates the pair `left`, `right`.
    public init(_ left: TokenID, _ right: TokenID) {
      self.left = left
      self.right = right
    }
  }

  /// The pairs in the order they were learned.
  public let merges: [Merge]

  /// The special token that starts every document.
  public let endOfText: TokenID

  private let tokenBytes: [[UInt8]]
  private let byteTokens: [TokenID]
  private let ranks: [Merge: (rank: Int, token: TokenID)]

  /// The numbers of tokens a vocabulary can have: all bytes and `endOfText` at least, and at most as
  /// many as a ``TokenID`` can number.
  public static let vocabularySizes = ByteTokenizer.vocabularySize...Int(TokenID.max) + 1

  /// The number of tokens, `endOfText` included.
  public var vocabularySize: Int { tokenBytes.count }

  /// Creates a tokenizer with GPT-2's layout from its merges.
  ///
  /// - Parameter merges: Pairs of tokens that exist when their turn comes: bytes, in the order of
  ///   GPT-2's vocabulary, or results of earlier merges. A merge whose bytes another token already
  ///   has yields that token instead of a new one.
  public init(merges: [Merge]) {
    var vocabulary = BytePairVocabulary()
    for merge in merges {
      _ = vocabulary.token(merging: merge)
    }
    let endOfText = TokenID(vocabulary.tokenBytes.count)
    self.init(tokenBytes: vocabulary.tokenBytes + [[]], endOfText: endOfText, merges: merges)
  }

  /// Creates a tokenizer from its table of tokens.
  ///
  /// The caller has checked that every byte has a token, and that the joined bytes of every merge do.
  init(tokenBytes: [[UInt8]], endOfText: TokenID, merges: [Merge]) {
    let tokens = Dictionary(
      zip(tokenBytes, TokenID.min...TokenID.max), uniquingKeysWith: { first, _ in first })
    self.tokenBytes = tokenBytes
    self.endOfText = endOfText
    self.merges = merges
    self.byteTokens = (UInt8.min...UInt8.max).map { byte in
      guard let token = tokens[[byte]] else {
        fail("BytePairTokenizer: byte \(byte) has no token")
      }
      return token
    }
    var ranks: [Merge: (rank: Int, token: TokenID)] = [:]
    for (rank, merge) in merges.enumerated() where ranks[merge] == nil {
      let joined = tokenBytes[Int(merge.left)] + tokenBytes[Int(merge.right)]
      guard let token = tokens[joined] else {
        fail("BytePairTokenizer: merge \(merge) has no token")
      }
      ranks[merge] = (rank, token)
    }
    self.ranks = ranks
  }

  /// Returns the tokens of `bytes`, which need not be valid UTF-8.
  public func encode(bytes: [UInt8]) -> [TokenID] {
    var cache: [[UInt8]: [TokenID]] = [:]
    return encode(bytes, cache: &cache)
  }

  /// Returns the tokens of each document, encoding every distinct word once.
  public func encode(documents: [String]) -> [[TokenID]] {
    var cache: [[UInt8]: [TokenID]] = [:]
    return documents.map { encode(Array($0.utf8), cache: &cache) }
  }

  /// Returns the bytes that `token`, which is below `vocabularySize`, stands for.
  ///
  /// None for `endOfText`.
  public func bytes(of token: TokenID) -> [UInt8] {
    require(
      Int(token) < vocabularySize,
      "BytePairTokenizer: token \(token) is not below the vocabulary size \(vocabularySize)")
    return tokenBytes[Int(token)]
  }

  // The cache is keyed by bytes and not by strings: two strings of different bytes can be equal.
  private func encode(_ bytes: [UInt8], cache: inout [[UInt8]: [TokenID]]) -> [TokenID] {
    var tokens: [TokenID] = []
    for (index, range) in rangesBetweenEndOfText(in: bytes).enumerated() {
      if index > 0 { tokens.append(endOfText) }
      for word in WordScanner(bytes, in: range) {
        let key = Array(bytes[word])
        if let known = cache[key] {
          tokens += known
        } else {
          let encoded = encode(word: key)
          cache[key] = encoded
          tokens += encoded
        }
      }
    }
    return tokens
  }

  /// A pair that could merge now, ordered by rank, then from left to right.
  private struct Candidate: Comparable {
    let rank: Int
    let position: Int
    let merge: Merge

    static func < (a: Self, b: Self) -> Bool {
      (a.rank, a.position) < (b.rank, b.position)
    }
  }

  /// Merges the pairs of a word, best rank first; a heap keeps even a word of a megabyte quick.
  private func encode(word: [UInt8]) -> [TokenID] {
    // A linked list in arrays: merging removes the right neighbour and keeps the left one's place.
    var tokens: [TokenID?] = word.map { byteTokens[Int($0)] }
    var next = Array(1...max(1, tokens.count))
    var previous = Array(-1..<max(0, tokens.count - 1))
    var candidates = Heap<Candidate>()

    func candidate(at position: Int) -> Candidate? {
      guard position >= 0, next[position] < tokens.count,
        let left = tokens[position], let right = tokens[next[position]]
      else { return nil }
      let merge = Merge(left, right)
      return ranks[merge].map { Candidate(rank: $0.rank, position: position, merge: merge) }
    }

    candidates.insert(contentsOf: tokens.indices.compactMap(candidate))
    while let best = candidates.popMin() {
      // Its tokens may have merged with others since it was found.
      guard candidate(at: best.position) == best else { continue }
      let removed = next[best.position]
      tokens[best.position] = ranks[best.merge]?.token
      tokens[removed] = nil
      next[best.position] = next[removed]
      if next[removed] < tokens.count { previous[next[removed]] = best.position }
      for position in [previous[best.position], best.position] {
        if let found = candidate(at: position) { candidates.insert(found) }
      }
    }
    return tokens.compactMap(\.self)
  }
}
