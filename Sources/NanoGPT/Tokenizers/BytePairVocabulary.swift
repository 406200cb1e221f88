import Autograd

/// A vocabulary in GPT-2's layout while merges are being added to it.
struct BytePairVocabulary {
  /// Token to bytes: the 256 bytes, then the merged tokens in order of appearance.
  private(set) var tokenBytes: [[UInt8]] = ByteAlphabet.bytesInTokenOrder.map { [$0] }

  private var tokens: [[UInt8]: TokenID] = [:]

  init() {
    for (token, bytes) in tokenBytes.enumerated() {
      tokens[bytes] = TokenID(token)
    }
  }

  /// Returns the token of the joined bytes of `merge`: a new one, unless two other tokens have
  /// already been merged to the same bytes.
  mutating func token(merging merge: BytePairTokenizer.Merge) -> TokenID {
    require(
      Int(max(merge.left, merge.right)) < tokenBytes.count,
      "BytePairTokenizer: \(merge) names a token that does not exist among \(tokenBytes.count)")
    let joined = tokenBytes[Int(merge.left)] + tokenBytes[Int(merge.right)]
    if let known = tokens[joined] { return known }
    let token = TokenID(tokenBytes.count)
    tokenBytes.append(joined)
    tokens[joined] = token
    return token
  }
}
