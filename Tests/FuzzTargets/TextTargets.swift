import Foundation
import NanoGPT
import Runs

extension FuzzTarget {
  /// What people type, and the texts that tokens stand for.
  static let texts = [
    FuzzTarget("tokens") { bytes in
      let tokenizers: [any Tokenizer] = [ByteTokenizer(), pairs]
      let literal = Array("<|endoftext|>".utf8)
      for tokenizer in tokenizers {
        let tokens = tokenizer.encode(bytes: bytes)
        check("bytes") {
          var found: [UInt8] = []
          for token in tokens {
            found += token == tokenizer.endOfText ? literal : tokenizer.bytes(of: token)
          }
          return found == bytes
        }
        _ = tokenizer.decode(bytes.map { UInt16($0) })
      }
    },
    FuzzTarget("set") { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      let setting = try Setting(text)
      _ = (setting.toml, Setting.numbers(in: setting.value))
      // The rule that has the key; either has those of the track.
      let optimizer = setting.key.hasPrefix("adamw.") ? "adamw" : "muon"
      _ = try TrackDefinition.micro.applying([setting], for: optimizer).toml()
    },
  ]

  /// Pairs of pairs, of bytes that texts have and of those that no text has.
  private static let pairs: BytePairTokenizer = {
    let merges: [(UInt16, UInt16)] = [
      (83, 71), (256, 68), (220, 257), (66, 66), (259, 259), (187, 187), (6, 82), (221, 220),
    ]
    return BytePairTokenizer(merges: merges.map { BytePairTokenizer.Merge($0, $1) })
  }()
}
