import Autograd

/// The printable stand-ins for the 256 bytes in GPT-2's vocabularies.
///
/// The bytes 33...126, 161...172 and 174...255 are the characters with these numbers; the other 68,
/// in order, are U+0100, U+0101, ... Ordering the bytes by their stand-ins gives the tokens 0...255.
enum ByteAlphabet {
  /// Byte to stand-in.
  static let scalars: [Unicode.Scalar] = {
    var unprintable: UInt8 = 0
    return (0...255).map { (byte: UInt8) in
      switch byte {
      case 33...126, 161...172, 174...255: return Unicode.Scalar(byte)
      default:
        // 256...323: the stand-ins need two bytes, all of which are valid scalars.
        let scalar = Unicode.Scalar(256 + UInt16(unprintable)) ?? "\u{FFFD}"
        unprintable += 1
        return scalar
      }
    }
  }()

  /// Stand-in to byte.
  static let bytes = Dictionary(
    uniqueKeysWithValues: zip(scalars, UInt8.min...UInt8.max))

  /// The bytes in the order of their stand-ins: token 0, token 1, ...
  static let bytesInTokenOrder = (UInt8.min...UInt8.max).sorted {
    scalars[Int($0)] < scalars[Int($1)]
  }

  /// Returns the stand-ins of `bytes`.
  static func text(of bytes: [UInt8]) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: bytes.map { scalars[Int($0)] })
    return String(text)
  }

  /// Returns the bytes of the stand-ins `text`, or nil if one of its characters is no stand-in.
  static func bytes(of text: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }
}

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
