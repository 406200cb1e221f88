import Foundation

extension Tokenizer {
  /// Writes a Hugging Face `tokenizer.json`, whole or not at all.
  ///
  /// - Parameter url: the file to create or replace.
  /// - Throws: `cannotWrite`.
  public func write(to url: URL) throws(DataError) {
    try Files.write(serialized(), to: url)
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
  /// - Parameter url: the file.
  /// - Throws: `missingInput` without the file; `badData` when it is not JSON, describes another kind
  ///   of tokenizer, or contradicts itself.
  public init(contentsOf url: URL) throws(DataError) {
    let hint = "run `speedrun prepare` to make it anew"
    let bytes = try Files.read(url, hint: hint)
    do {
      self = try JSONDecoder().decode(TokenizerFile.Content.self, from: Data(bytes)).tokenizer()
    } catch let problem as TokenizerFile.Problem {
      throw .badData(path: url.path, reason: problem.reason, hint: hint)
    } catch {
      throw .badData(path: url.path, reason: "not a tokenizer.json of the known form", hint: hint)
    }
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

    struct PreTokenizer: Decodable {
      let type: String
      let add_prefix_space: Bool?
      let use_regex: Bool?
    }

    struct Model: Decodable {
      let type: String
      let vocab: [String: Int]
      let merges: [Pair]
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

    let added_tokens: [AddedToken]
    let pre_tokenizer: PreTokenizer
    let model: Model

    func tokenizer() throws -> BytePairTokenizer {
      guard model.type == "BPE", pre_tokenizer.type == "ByteLevel",
        pre_tokenizer.add_prefix_space == false, pre_tokenizer.use_regex != false
      else { throw Problem(reason: "not a byte-level BPE tokenizer with GPT-2's split pattern") }
      guard added_tokens.count == 1, added_tokens[0].content == endOfTextLiteral else {
        throw Problem(reason: "\(endOfTextLiteral) is not its one special token")
      }
      let ordinary = model.vocab.filter { $0.key != endOfTextLiteral }
      let count = ordinary.count + 1
      let endOfText = added_tokens[0].id
      guard count <= 65536, Set(ordinary.values).union([endOfText]) == Set(0..<count) else {
        throw Problem(reason: "its tokens are not numbered 0..<\(count), each once, 65536 at most")
      }
      var tokenBytes = [[UInt8]](repeating: [], count: count)
      var tokens: [[UInt8]: TokenID] = [:]
      for (text, token) in ordinary {
        guard let bytes = ByteAlphabet.bytes(of: text), !bytes.isEmpty else {
          throw Problem(reason: "token \(token) is not spelled in the byte-level alphabet")
        }
        tokenBytes[token] = bytes
        tokens[bytes] = TokenID(token)
      }
      for byte in UInt8.min...UInt8.max where tokens[[byte]] == nil {
        throw Problem(reason: "byte \(byte) has no token")
      }
      let merges = try model.merges.map { pair in
        guard let left = ByteAlphabet.bytes(of: pair.left),
          let right = ByteAlphabet.bytes(of: pair.right),
          let leftToken = tokens[left], let rightToken = tokens[right], tokens[left + right] != nil
        else { throw Problem(reason: "merge \(pair.left) \(pair.right) has no token") }
        return BytePairTokenizer.Merge(leftToken, rightToken)
      }
      return BytePairTokenizer(
        tokenBytes: tokenBytes, endOfText: TokenID(endOfText), merges: merges)
    }
  }
}
