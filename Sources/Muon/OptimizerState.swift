import Autograd
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

/// What a rule remembers about one parameter: named buffers of numbers, zero at first.
public struct RuleState: Sendable {
  /// The buffers by name.
  public let buffers: [String: StateBuffer]

  /// Creates zero buffers of the given shapes.
  public init(_ shapes: [String: Shape]) {
    buffers = shapes.mapValues(StateBuffer.init)
  }

  /// Returns the buffer called `name`; traps when there is none.
  public subscript(name: String) -> StateBuffer {
    guard let buffer = buffers[name] else {
      fail("RuleState: no buffer \(name) among \(buffers.keys.sorted())")
    }
    return buffer
  }
}

/// Numbers that a rule keeps from update to update, and changes in place.
///
/// As with a parameter's weights, whoever writes must be the only user of those elements.
public final class StateBuffer: Sendable {
  /// The extents, outermost first.
  public let shape: Shape
  package let storage: Storage

  /// Creates a buffer of zeros.
  public init(_ shape: Shape) {
    self.shape = shape
    storage = Storage(uninitialized: shape.count)
    storage.buffer.update(repeating: 0)
  }

  /// The elements in row-major order.
  public var elements: [Float] {
    Array(storage.buffer)
  }

  /// Overwrites the elements.
  ///
  /// - Precondition: There are as many as the shape says.
  public func assign(_ elements: [Float]) {
    require(
      elements.count == shape.count, "StateBuffer: \(elements.count) elements for shape \(shape)")
    _ = storage.buffer.update(from: elements)
  }

  package var pointer: UnsafeMutablePointer<Float> { storage.pointer }
}
