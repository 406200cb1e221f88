/// The part of Hugging Face's `tokenizer.json` that describes a byte-level byte-pair encoding.
enum TokenizerFile {
  /// Returns the content of the file.
  ///
  /// Written by hand so that a tokenizer is the same file, with the same checksum, everywhere.
  static func serialized(
    tokenBytes: [[UInt8]], endOfText: TokenID, merges: [BytePairTokenizer.Merge]
  ) -> [UInt8] {
    func text(_ token: Int) -> String {
      let text =
        token == Int(endOfText) ? endOfTextLiteral : ByteAlphabet.text(of: tokenBytes[token])
      return text.quotedForJSON
    }
    let byteLevel =
      #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}"#
    let special =
      #"{"id": \#(endOfText), "content": \#(endOfTextLiteral.quotedForJSON), "single_word": false, "#
      + #""lstrip": false, "rstrip": false, "normalized": false, "special": true}"#
    let vocabulary = tokenBytes.indices.map { "      \(text($0)): \($0)" }
    let pairs = merges.map { "      [\(text(Int($0.left))), \(text(Int($0.right)))]" }
    let file = """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
          \(special)
        ],
        "normalizer": null,
        "pre_tokenizer": \(byteLevel),
        "post_processor": null,
        "decoder": \(byteLevel),
        "model": {
          "type": "BPE",
          "vocab": {
      \(vocabulary.joined(separator: ",\n"))
          },
          "merges": [
      \(pairs.joined(separator: ",\n"))
          ]
        }
      }

      """
    return Array(file.utf8)
  }
}
