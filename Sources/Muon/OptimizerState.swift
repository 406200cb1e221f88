import Foundation

/// What an optimizer remembers, to be saved and resumed from, bit by bit.
///
/// Buffers are coded as base64 text of little-endian float32.
public struct OptimizerState: Hashable, Sendable {
  /// The number of updates made.
  public var updates: Int
  /// The buffers by name: the parameter's, a dot, the rule's, such as `embed.weight.first_moment`.
  public var buffers: [String: [Float]]

  /// Creates a state.
  public init(updates: Int, buffers: [String: [Float]]) {
    self.updates = updates
    self.buffers = buffers
  }
}

extension OptimizerState: Codable {
  private enum CodingKeys: String, CodingKey { case updates, buffers }

  /// Decodes a state.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    updates = try container.decode(Int.self, forKey: .updates)
    buffers = try container.decode([String: Data].self, forKey: .buffers).mapValues { data in
      guard data.count.isMultiple(of: 4) else {
        throw DecodingError.dataCorruptedError(
          forKey: .buffers, in: container,
          debugDescription: "a buffer of \(data.count) bytes is not made of float32")
      }
      return data.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 4).map { offset in
          let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
          return Float(bitPattern: UInt32(littleEndian: bits))
        }
      }
    }
  }

  /// Encodes the state.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(updates, forKey: .updates)
    let data = buffers.mapValues { elements in
      elements.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
    }
    try container.encode(data, forKey: .buffers)
  }
}
