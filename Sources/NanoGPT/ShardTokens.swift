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
    return file.withUnsafeBytes { bytes in
      TokenID(
        littleEndian: bytes.loadUnaligned(
          fromByteOffset: start + MemoryLayout<TokenID>.size * index, as: TokenID.self))
    }
  }
}
