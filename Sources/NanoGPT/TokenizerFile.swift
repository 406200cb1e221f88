import Foundation

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

extension TokenizerFile {
  /// What a file says that this package cannot do or that contradicts itself.
  struct Problem: Error {
    let reason: String
  }

  /// The fields that matter.
  struct Content: Decodable {
    struct AddedToken: Decodable {
      let id: Int
      let content: String
    }

    struct Normalizer: Decodable, Equatable {
      let type: String
    }

    struct PreTokenizer: Decodable {
      let type: String
      let addsPrefixSpace: Bool?
      let usesPattern: Bool?

      enum CodingKeys: String, CodingKey {
        case type
        case addsPrefixSpace = "add_prefix_space"
        case usesPattern = "use_regex"
      }
    }

    struct Model: Decodable {
      let type: String
      let vocab: [String: Int]
      let merges: [Pair]
      let dropout: Double?
      let ignoresMerges: Bool?
      let wordPrefix: String?
      let wordSuffix: String?

      enum CodingKeys: String, CodingKey {
        case type, vocab, merges, dropout
        case ignoresMerges = "ignore_merges"
        case wordPrefix = "continuing_subword_prefix"
        case wordSuffix = "end_of_word_suffix"
      }

      /// The settings that would change which tokens a text has, and that this package does not have.
      var foreignKeys: [String] {
        [
          dropout ?? 0 == 0 ? nil : CodingKeys.dropout,
          ignoresMerges ?? false ? CodingKeys.ignoresMerges : nil,
          wordPrefix ?? "" == "" ? nil : CodingKeys.wordPrefix,
          wordSuffix ?? "" == "" ? nil : CodingKeys.wordSuffix,
        ].compactMap { $0?.rawValue }
      }
    }

    /// A merge: `["a", "b"]`, or `"a b"` in older files.
    struct Pair: Decodable {
      let left: String
      let right: String

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let parts =
          try (try? container.decode([String].self))
          ?? container.decode(String.self).split(separator: " ").map(String.init)
        guard parts.count == 2 else { throw Problem(reason: "a merge is not a pair: \(parts)") }
        (left, right) = (parts[0], parts[1])
      }
    }

    let addedTokens: [AddedToken]
    let normalizer: Normalizer?
    let preTokenizer: PreTokenizer
    let model: Model

    enum CodingKeys: String, CodingKey {
      case addedTokens = "added_tokens"
      case preTokenizer = "pre_tokenizer"
      case normalizer, model
    }

    func tokenizer() throws -> BytePairTokenizer {
      if let normalizer {
        throw Problem(reason: "it has the normalizer \(normalizer.type), which would be ignored")
      }
      if let key = model.foreignKeys.first {
        throw Problem(reason: "it sets model.\(key), which would be ignored")
      }
      guard model.type == "BPE", preTokenizer.type == "ByteLevel",
        preTokenizer.addsPrefixSpace == false, preTokenizer.usesPattern != false
      else { throw Problem(reason: "not a byte-level BPE tokenizer with GPT-2's split pattern") }
      guard addedTokens.count == 1, addedTokens[0].content == endOfTextLiteral else {
        throw Problem(reason: "\(endOfTextLiteral) is not its one special token")
      }
      let endOfText = addedTokens[0].id
      let tokenBytes = try tokenBytes(endOfText: endOfText)
      return BytePairTokenizer(
        tokenBytes: tokenBytes, endOfText: TokenID(endOfText), merges: try merges(of: tokenBytes))
    }

    /// Token to bytes.
    private func tokenBytes(endOfText: Int) throws -> [[UInt8]] {
      let ordinary = model.vocab.filter { $0.key != endOfTextLiteral }
      let count = ordinary.count + 1
      let most = BytePairTokenizer.vocabularySizes.upperBound
      guard count <= most, Set(ordinary.values).union([endOfText]) == Set(0..<count) else {
        throw Problem(
          reason: "its tokens are not numbered 0..<\(count), each once, \(most) at most")
      }
      var tokenBytes = [[UInt8]](repeating: [], count: count)
      for (text, token) in ordinary {
        guard let bytes = ByteAlphabet.bytes(of: text), !bytes.isEmpty else {
          throw Problem(reason: "token \(token) is not spelled in the byte-level alphabet")
        }
        tokenBytes[token] = bytes
      }
      return tokenBytes
    }

    private func merges(of tokenBytes: [[UInt8]]) throws -> [BytePairTokenizer.Merge] {
      let tokens = Dictionary(
        zip(tokenBytes, TokenID.min...TokenID.max), uniquingKeysWith: { first, _ in first })
      for byte in UInt8.min...UInt8.max where tokens[[byte]] == nil {
        throw Problem(reason: "byte \(byte) has no token")
      }
      return try model.merges.map { pair in
        guard let left = ByteAlphabet.bytes(of: pair.left),
          let right = ByteAlphabet.bytes(of: pair.right),
          let leftToken = tokens[left], let rightToken = tokens[right], tokens[left + right] != nil
        else { throw Problem(reason: "merge \(pair.left) \(pair.right) has no token") }
        return BytePairTokenizer.Merge(leftToken, rightToken)
      }
    }
  }
}

extension BytePairTokenizer {
  /// Returns the `tokenizer.json` that describes this tokenizer.
  public func serialized() -> [UInt8] {
    TokenizerFile.serialized(
      tokenBytes: (0..<vocabularySize).map { bytes(of: TokenID($0)) }, endOfText: endOfText,
      merges: merges)
  }

  /// Reads a Hugging Face `tokenizer.json` of a byte-level byte-pair encoding, with or without merges.
  ///
  /// A `ByteTokenizer`'s file is read too; the result encodes just as it does.
  ///
  /// - Parameter url: The file.
  /// - Throws: ``DataError`` of kind `missingInput` without the file, of kind `badData` when it is
  ///   not JSON, describes another kind of tokenizer, or contradicts itself.
  public init(contentsOf url: URL) throws(DataError) {
    try self.init(file: try Files.read(url, hint: Self.hint), path: url.path)
  }

  /// Reads the content of the `tokenizer.json` at `path`.
  package init(file bytes: [UInt8], path: String) throws(DataError) {
    do {
      self = try JSONDecoder().decode(TokenizerFile.Content.self, from: Data(bytes)).tokenizer()
    } catch let problem as TokenizerFile.Problem {
      throw .badData(path: path, reason: problem.reason, hint: Self.hint)
    } catch {
      throw .badData(
        path: path, reason: "not a tokenizer.json of the known form", hint: Self.hint)
    }
  }

  private static let hint =
    "prepare the corpus again, or write the tokenizer without what is named"
}
