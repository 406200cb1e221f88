import Autograd
import Foundation

/// The tokens of a shard, read from its file as they are asked for, so that it may be larger than the memory.
public struct ShardTokens: RandomAccessCollection, Sendable {
  /// The file, mapped.
  private let file: Data
  /// The offset of the first token.
  private let start: Int

  /// The index of the first token.
  public var startIndex: Int { 0 }
  /// The number of tokens.
  public let endIndex: Int

  /// The tokens from the byte at `start` to the end of `file`.
  init(in file: Data, from start: Int) {
    (self.file, self.start) = (file, start)
    endIndex = (file.count - start) / MemoryLayout<TokenID>.size
  }

  /// The token at an index.
  public subscript(index: Int) -> TokenID {
    require(indices.contains(index), "token \(index) of \(count)")
    return file.withUnsafeBytes { token(index, in: $0) }
  }

  /// The index of the first token that is not below a bound; nil if there is none.
  func firstIndex(notBelow bound: Int) -> Int? {
    file.withUnsafeBytes { bytes in indices.first { Int(token($0, in: bytes)) >= bound } }
  }

  private func token(_ index: Int, in bytes: UnsafeRawBufferPointer) -> TokenID {
    TokenID(
      littleEndian: bytes.loadUnaligned(
        fromByteOffset: start + MemoryLayout<TokenID>.size * index, as: TokenID.self))
  }
}
