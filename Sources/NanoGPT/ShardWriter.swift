import Autograd
import Foundation
import Machine

/// Writes tokens to shards, one after the other, as they come.
struct ShardWriter {
  private let prefix: String
  private let capacity: Int
  private let split: Manifest.Split
  /// Where they are written, and where they are to be.
  private let (directory, place): (URL, URL)
  private var shards: [Manifest.Shard] = []
  private var pending: [TokenID] = []
  private var file: (file: NewFile, tokens: Int)?

  /// As many tokens are written at once.
  private static let pieceTokens = 1 << 20

  init(prefix: String, capacity: Int, split: Manifest.Split, in directory: URL, for place: URL) {
    (self.prefix, self.capacity, self.split) = (prefix, capacity, split)
    (self.directory, self.place) = (directory, place)
  }

  /// Appends tokens.
  mutating func append(_ tokens: [TokenID]) throws(DataError) {
    pending += tokens
    if pending.count >= Self.pieceTokens { try flush() }
  }

  /// Writes what is left, and describes the shards.
  mutating func finish() throws(DataError) -> [Manifest.Shard] {
    try flush()
    try close()
    return shards
  }

  private var name: String { prefix + String(format: "_%06d.bin", shards.count) }

  private mutating func flush() throws(DataError) {
    var rest = pending[...]
    while !rest.isEmpty {
      let (file, written) = try open()
      let part = rest.prefix(capacity - written)
      rest = rest.dropFirst(part.count)
      try writing { try TokenShard.bytes(of: part).withUnsafeBytes { try file.append($0) } }
      self.file = (file, written + part.count)
      if written + part.count == capacity { try close() }
    }
    pending = []
  }

  /// The shard that is being written, or the next one.
  private func open() throws(DataError) -> (file: NewFile, tokens: Int) {
    if let file { return file }
    var file: NewFile?
    try writing {
      let new = try NewFile(at: directory.appendingPathComponent(name).path)
      // The number of tokens is known at the end.
      try TokenShard.header(tokens: 0).withUnsafeBytes { try new.append($0) }
      file = new
    }
    guard let file else { fail("ShardWriter: \(name) was not begun") }
    return (file, 0)
  }

  private mutating func close() throws(DataError) {
    guard let (file, tokens) = file else { return }
    let url = directory.appendingPathComponent(name)
    try writing {
      try TokenShard.header(tokens: tokens).withUnsafeBytes { try file.write($0, at: 0) }
      try file.commit()
    }
    let sha256 = try Files.sha256(of: url, hint: "prepare the corpus again")
    shards.append(Manifest.Shard(file: name, split: split, sha256: sha256, tokens: tokens))
    self.file = nil
  }

  private func writing(_ body: () throws -> Void) throws(DataError) {
    try Files.writing(to: place.appendingPathComponent(name), body)
  }
}
