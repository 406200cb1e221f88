import Foundation
import NanoGPT

/// A run's losses and learning rates as TensorBoard reads them, written while it runs.
///
/// The file is a sequence of TFRecords, each with an `Event` of TensorFlow's `event.proto`: of its fields only those that
/// numbers need.
package struct TensorBoardFile {
  /// TensorBoard looks for files with `tfevents` in their names.
  package static let name = "events.out.tfevents.speedrun"

  private let file: LogFile

  /// Creates the file in a directory, or empties it.
  package init(in directory: URL) throws(DataError) {
    file = try LogFile(directory.appendingPathComponent(Self.name))
    try append(Message().text(3, "brain.Event:2"), step: 0)
  }

  /// Appends what an event of a run's log says that TensorBoard can show.
  func append(_ event: LogEvent) throws(DataError) {
    switch event {
    case .train(let event):
      try append(
        [
          ("loss/train", event.loss ?? .nan), ("learning_rate_factor", event.learningRateFactor),
          ("tokens_per_second", event.tokensPerSecond),
        ], step: event.step)
    case .validation(let event):
      let accuracy = event.accuracy.map { [("accuracy/validation", $0)] } ?? []
      try append([("loss/validation", event.loss ?? .nan)] + accuracy, step: event.step)
    case .glance(let event):
      try append([("loss/glance", event.loss ?? .nan)], step: event.step)
    case .diagnostics: break
    }
  }

  private func append(_ scalars: [(tag: String, value: Double)], step: Int) throws(DataError) {
    let summary = scalars.reduce(Message()) { summary, scalar in
      summary.message(1, Message().text(1, scalar.tag).float(2, Float(scalar.value)))
    }
    try append(Message().message(5, summary), step: step)
  }

  private func append(_ content: Message, step: Int) throws(DataError) {
    let event = Message().double(1, Date().timeIntervalSince1970).integer(2, UInt64(step)).bytes
    try file.append(bytes: TFRecord.bytes(of: event + content.bytes))
  }
}

/// A protocol buffer being written, field by field.
private struct Message {
  private(set) var bytes: [UInt8] = []

  func integer(_ field: Int, _ value: UInt64) -> Message { with(field, 0, Self.varint(value)) }

  func double(_ field: Int, _ value: Double) -> Message {
    with(field, 1, value.bitPattern.littleEndianBytes)
  }

  func float(_ field: Int, _ value: Float) -> Message {
    with(field, 5, value.bitPattern.littleEndianBytes)
  }

  func text(_ field: Int, _ text: String) -> Message { counted(field, Array(text.utf8)) }

  func message(_ field: Int, _ message: Message) -> Message { counted(field, message.bytes) }

  private func counted(_ field: Int, _ content: [UInt8]) -> Message {
    with(field, 2, Self.varint(UInt64(content.count)) + content)
  }

  private func with(_ field: Int, _ wireType: Int, _ content: [UInt8]) -> Message {
    var message = self
    message.bytes += Self.varint(UInt64(field << 3 | wireType)) + content
    return message
  }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

/// TensorFlow's frame around a message: its length and its content, each with a checksum.
package enum TFRecord {
  package static func bytes(of content: [UInt8]) -> [UInt8] {
    let length = UInt64(content.count).littleEndianBytes
    return length + maskedChecksum(of: length).littleEndianBytes + content
      + maskedChecksum(of: content).littleEndianBytes
  }

  /// Masked, as a checksum of what contains checksums is a weak one.
  private static func maskedChecksum(of bytes: [UInt8]) -> UInt32 {
    let checksum = crc32c(bytes)
    return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }

  /// Castagnoli's cyclic redundancy check.
  package static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var rest = UInt32.max
    for byte in bytes { rest = rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    return ~rest
  }

  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 {
      let isOdd = value & 1 == 1
      value >>= 1
      if isOdd { value ^= 0x82F6_3B78 }
    }
    return value
  }
}

extension FixedWidthInteger {
  fileprivate var littleEndianBytes: [UInt8] {
    (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}
