import Foundation

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
    let hint = "prepare the corpus again"
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
