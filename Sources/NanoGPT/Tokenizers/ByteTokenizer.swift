import Autograd

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
