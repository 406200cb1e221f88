import Autograd
import Foundation

/// A file of tokens: the `.bin` format of llm.c and modded-nanogpt, version 1.
///
/// A header of 256 little-endian 32-bit integers (`20240520`, `1`, the number of tokens N, zeros),
/// then N little-endian 16-bit tokens; the file is exactly `1024 + 2N` bytes long.
public struct TokenShard: Sendable {
  /// Where the shard was read from.
  public let url: URL
  /// The tokens, in order.
  public let tokens: ShardTokens
  /// SHA-256 of the whole file, in lowercase hexadecimal.
  public let sha256: String

  /// Reads and checks the shard at `url`.
  ///
  /// - Parameter url: A file in the format above.
  /// - Throws: ``DataError`` of kind `missingInput` without the file, of kind `badData` when it is
  ///   empty, truncated, too long, of another format or of another version.
  public init(contentsOf url: URL) throws(DataError) {
    try self.init(try Files.map(url, hint: Self.hint), at: url)
  }

  /// Checks the content of the shard at `url`.
  package init(_ file: Data, at url: URL) throws(DataError) {
    self.url = url
    self.tokens = try Self.tokens(in: file, path: url.path)
    self.sha256 = SHA256.hexadecimal(file)
  }

  /// Writes `tokens` as a shard, whole or not at all.
  ///
  /// - Parameters:
  ///   - tokens: At most `Int32.max` tokens.
  ///   - url: The file to create or replace.
  /// - Throws: ``DataError`` of kind `cannotWrite`.
  public static func write(_ tokens: [TokenID], to url: URL) throws(DataError) {
    try Files.write(serialized(tokens), to: url)
  }

  /// Checks that every token is below `vocabularySize`.
  ///
  /// - Parameter vocabularySize: The number of tokens the model knows.
  /// - Throws: ``DataError`` of kind `badData` naming the first offending token and its index.
  public func validate(vocabularySize: Int) throws(DataError) {
    guard let index = tokens.firstIndex(notBelow: vocabularySize) else { return }
    throw .badData(
      path: url.path,
      reason: "token \(tokens[index]) at index \(index) is not below the vocabulary size "
        + "\(vocabularySize)",
      hint: "use the vocabulary this shard was made with, at least `--set vocabulary="
        + "\(Int(tokens.max() ?? 0) + 1)`, or prepare the corpus again")
  }

  /// The bytes of the file that holds `tokens`.
  package static func serialized(_ tokens: [TokenID]) -> [UInt8] {
    require(
      tokens.count <= Int(Int32.max), "TokenShard: \(tokens.count) tokens, at most \(Int32.max)")
    return header(tokens: tokens.count) + bytes(of: tokens[...])
  }

  /// The beginning of a file with so many tokens.
  static func header(tokens count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for field in [magic, version, count] { bytes.append(littleEndian: UInt32(field)) }
    return bytes + Array(repeating: 0, count: headerBytes - bytes.count)
  }

  /// Tokens as they follow the beginning.
  static func bytes(of tokens: ArraySlice<TokenID>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * tokens.count)
    for token in tokens { bytes.append(littleEndian: token) }
    return bytes
  }

  private static func tokens(in bytes: Data, path: String) throws(DataError) -> ShardTokens {
    func bad(_ reason: String) -> DataError { .badData(path: path, reason: reason, hint: hint) }

    guard !bytes.isEmpty else { throw bad("the shard is empty") }
    guard bytes.count >= headerBytes else {
      throw bad("\(bytes.count) bytes are too short for a shard's header of \(headerBytes)")
    }
    let start = Array(bytes.prefix(12))
    let header = (0..<3).map { Int(start.littleEndian(UInt32.self, at: 4 * $0)) }
    guard header[0] == magic else {
      throw .badData(
        path: path, reason: "not a token shard: it starts with \(header[0]) instead of \(magic)",
        hint: "16-bit tokens without a header, as nanoGPT writes them, need one: "
          + "data/README.md has the lines that write it")
    }
    guard header[1] == version else {
      throw bad("shard version \(header[1]) is not supported, only version \(version)")
    }
    let expected = headerBytes + 2 * header[2]
    guard bytes.count == expected else {
      throw bad(
        "\(bytes.count) bytes long, but its \(header[2]) tokens need \(expected): "
          + (bytes.count < expected ? "truncated" : "trailing bytes"))
    }
    return ShardTokens(in: bytes, from: headerBytes)
  }

  private static let headerBytes = 1024
  private static let magic = 2024_0520
  private static let version = 1
  private static let hint = "prepare the corpus again"
}
