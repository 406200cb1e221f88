import Autograd
import Foundation

/// The JSON header of a safetensors file, checked against the length of the file.
struct SafetensorsHeader {
  /// What is wrong with a file.
  struct Problem: Error {
    let reason: String
  }

  /// Shape of a tensor and where its bytes lie, counted from `dataStart`.
  struct Tensor {
    let shape: [Int]
    let range: Range<Int>
  }

  let tensors: [String: Tensor]
  let metadata: [String: String]
  let dataStart: Int

  private let json: [UInt8]

  /// Lays `tensors` out one after the other, as float32.
  init(describing tensors: [(name: String, shape: [Int])], metadata: [String: String]) {
    var described: [String: Tensor] = [:]
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map {
        "\(Self.quoted($0)):\(Self.quoted($1))"
      }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var end = 0
    for (name, shape) in tensors {
      let start = end
      end += 4 * shape.reduce(1, *)
      let replaced = described.updateValue(Tensor(shape: shape, range: start..<end), forKey: name)
      require(
        replaced == nil && name != Self.metadataKey, "\(name) cannot name another tensor")
      let extents = shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(Self.quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(extents)],"
          + "\"data_offsets\":[\(start),\(end)]}")
    }
    var json = Array("{\(fields.joined(separator: ","))}".utf8)
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    self.json = json
    self.tensors = described
    self.metadata = metadata
    self.dataStart = 8 + json.count
  }

  /// Appends the length of the JSON and the JSON itself.
  func append(to bytes: inout [UInt8]) {
    for byte in 0..<8 {
      bytes.append(UInt8(truncatingIfNeeded: json.count >> (8 * byte)))
    }
    bytes += json
  }

  /// Reads and checks the header of the file `bytes`.
  init(parsing bytes: [UInt8]) throws(Problem) {
    guard bytes.count >= 8 else {
      throw Problem(reason: "\(bytes.count) bytes are too short for a safetensors file")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(bytes.count - 8) else {
      throw Problem(reason: "its header of \(length) bytes is longer than the file")
    }
    let dataStart = 8 + Int(length)
    let json = Array(bytes[8..<dataStart])
    guard let content = try? JSONDecoder().decode(Content.self, from: Data(json)) else {
      throw Problem(reason: "its header is not that of a safetensors file")
    }
    var tensors: [String: Tensor] = [:]
    for (name, entry) in content.tensors {
      tensors[name] = try Self.checked(entry, name: name)
    }
    try Self.checkThatTensorsFill(bytes.count - dataStart, tensors)
    self.tensors = tensors
    self.metadata = content.metadata
    self.dataStart = dataStart
    self.json = json
  }

  private static func checked(_ entry: Content.Entry, name: String) throws(Problem) -> Tensor {
    guard entry.dtype == "F32" else {
      throw Problem(reason: "tensor \(name) has type \(entry.dtype), only F32 is read")
    }
    var size = 4
    for extent in entry.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else {
        throw Problem(reason: "tensor \(name) has the impossible shape \(entry.shape)")
      }
      size = product
    }
    let offsets = entry.offsets
    guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1],
      offsets[1] - offsets[0] == size
    else {
      throw Problem(
        reason: "tensor \(name) of shape \(entry.shape) cannot lie at the offsets \(offsets)")
    }
    return Tensor(shape: entry.shape, range: offsets[0]..<offsets[1])
  }

  /// The tensors lie one after the other and fill the file: no gap, no overlap, no rest.
  private static func checkThatTensorsFill(
    _ size: Int, _ tensors: [String: Tensor]
  ) throws(Problem) {
    let sorted = tensors.sorted {
      ($0.value.range.lowerBound, $0.value.range.upperBound)
        < ($1.value.range.lowerBound, $1.value.range.upperBound)
    }
    var end = 0
    for (name, tensor) in sorted {
      guard tensor.range.lowerBound == end else {
        throw Problem(
          reason: "tensor \(name) starts at \(tensor.range.lowerBound) instead of \(end)")
      }
      end = tensor.range.upperBound
    }
    guard end == size else {
      throw Problem(reason: "its tensors take \(end) bytes, but the file holds \(size)")
    }
  }

  private static let metadataKey = "__metadata__"

  /// Returns `text` as a JSON string.
  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": return "\\\(scalar)"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: return String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }

  /// The header as JSON has it.
  private struct Content: Decodable {
    struct Entry: Decodable {
      let dtype: String
      let shape: [Int]
      let offsets: [Int]

      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case offsets = "data_offsets"
      }
    }

    struct Key: CodingKey {
      let stringValue: String
      let intValue: Int? = nil

      init(stringValue: String) { self.stringValue = stringValue }

      init?(intValue: Int) { nil }
    }

    var tensors: [String: Entry] = [:]
    var metadata: [String: String] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        if key.stringValue == metadataKey {
          metadata = try container.decode([String: String].self, forKey: key)
        } else {
          tensors[key.stringValue] = try container.decode(Entry.self, forKey: key)
        }
      }
    }
  }
}
