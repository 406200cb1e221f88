import Autograd

/// The number of a token in a vocabulary; 16 bits, as token shards store it.
public typealias TokenID = UInt16

/// Turns text into tokens and back, without loss.
///
/// As in Hugging Face `tokenizers`, the characters `<|endoftext|>` in a text *are* the special
/// token: `encode` emits `endOfText` for them and for nothing else.
public protocol Tokenizer: Sendable {
  /// The number of tokens, `endOfText` included; tokens are `0..<vocabularySize`.
  var vocabularySize: Int { get }

  /// The special token that starts every document.
  var endOfText: TokenID { get }

  /// Returns the tokens of `bytes`, which are usually, but need not be, valid UTF-8.
  func encode(bytes: [UInt8]) -> [TokenID]

  /// Returns the tokens of each document; the same as encoding them one by one, but faster.
  func encode(documents: [String]) -> [[TokenID]]

  /// Returns the bytes that `token`, which is below `vocabularySize`, stands for.
  ///
  /// None for `endOfText`.
  func bytes(of token: TokenID) -> [UInt8]

  /// Returns the content of the Hugging Face `tokenizer.json` that describes this tokenizer.
  func serialized() -> [UInt8]
}

extension Tokenizer {
  /// Returns the tokens of `text`; the characters `<|endoftext|>` become `endOfText`.
  public func encode(_ text: String) -> [TokenID] {
    encode(bytes: Array(text.utf8))
  }

  /// Returns the tokens of each document.
  public func encode(documents: [String]) -> [[TokenID]] {
    documents.map(encode)
  }

  /// Returns the text of `tokens`; bytes that are not UTF-8 become U+FFFD.
  public func decode(_ tokens: some Sequence<TokenID>) -> String {
    String(decoding: tokens.flatMap(bytes), as: UTF8.self)
  }

  /// Returns the number of text bytes in `tokens`; special tokens have none.
  ///
  /// Losses of different vocabularies are comparable per byte: `bits = nats / (ln 2 * bytes)`.
  public func byteCount(of tokens: some Sequence<TokenID>) -> Int {
    tokens.reduce(0) { $0 + bytes(of: $1).count }
  }
}

/// The text of the special token.
package let endOfTextLiteral = "<|endoftext|>"

/// Returns the ranges of `bytes` between occurrences of `<|endoftext|>`: one more than there are
/// occurrences, some possibly empty.
func rangesBetweenEndOfText(in bytes: [UInt8]) -> [Range<Int>] {
  let literal = Array(endOfTextLiteral.utf8)
  var ranges: [Range<Int>] = []
  var start = 0
  var index = 0
  while index + literal.count <= bytes.count {
    if bytes[index] == literal[0], bytes[index..<index + literal.count].elementsEqual(literal) {
      ranges.append(start..<index)
      index += literal.count
      start = index
    } else {
      index += 1
    }
  }
  ranges.append(start..<bytes.count)
  return ranges
}

/// The plainest tokenizer: a token per byte, and `endOfText`.
///
/// Token b is byte b; `endOfText` is 256.
public struct ByteTokenizer: Tokenizer {
  /// 256 bytes and `endOfText`.
  public static let vocabularySize = 257

  /// Creates the tokenizer; there is only one.
  public init() {}

  /// 257: every byte, and `endOfText`.
  public var vocabularySize: Int { Self.vocabularySize }

  /// Token 256.
  public var endOfText: TokenID { 256 }

  /// Returns one token per byte of `bytes`, but `endOfText` for the characters `<|endoftext|>`.
  public func encode(bytes: [UInt8]) -> [TokenID] {
    rangesBetweenEndOfText(in: bytes)
      .map { range in bytes[range].map(TokenID.init) }
      .joined(separator: [endOfText])
      .map(\.self)
  }

  /// Returns the byte that `token`, which is below 257, stands for: none for `endOfText`.
  public func bytes(of token: TokenID) -> [UInt8] {
    require(
      token <= endOfText,
      "ByteTokenizer: token \(token) is not below the vocabulary size \(vocabularySize)")
    return token == endOfText ? [] : [UInt8(token)]
  }

  /// Returns a `tokenizer.json` without merges.
  public func serialized() -> [UInt8] {
    TokenizerFile.serialized(
      tokenBytes: (0...endOfText).map(bytes), endOfText: endOfText, merges: [])
  }
}
