import Autograd
import Foundation

/// The JSON header of a safetensors file, checked against the length of the file.
struct SafetensorsHeader {
  /// What is wrong with a file.
  struct Problem: Error {
    let reason: String
  }

  /// Shape of a tensor and where its bytes lie, counted from `dataStart`.
  struct Entry {
    let shape: [Int]
    let range: Range<Int>
  }

  let tensors: [String: Entry]
  let metadata: [String: String]
  let dataStart: Int

  private let json: [UInt8]

  /// Lays `tensors` out one after the other, as float32.
  init(describing tensors: [(name: String, shape: [Int])], metadata: [String: String]) {
    var described: [String: Entry] = [:]
    var fields: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map {
        "\($0.quotedForJSON):\($1.quotedForJSON)"
      }
      fields.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var end = 0
    for (name, shape) in tensors {
      let start = end
      end += 4 * shape.reduce(1, *)
      let replaced = described.updateValue(Entry(shape: shape, range: start..<end), forKey: name)
      require(
        replaced == nil && name != Self.metadataKey,
        "Safetensors: \(name) cannot name another tensor")
      let extents = shape.map(String.init).joined(separator: ",")
      fields.append(
        "\(name.quotedForJSON):{\"dtype\":\"F32\",\"shape\":[\(extents)],"
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
    bytes.append(littleEndian: UInt64(json.count))
    bytes += json
  }

  /// Reads and checks the header of the file `bytes`.
  init(parsing bytes: some RandomAccessCollection<UInt8>) throws(Problem) {
    guard bytes.count >= 8 else {
      throw Problem(reason: "\(bytes.count) bytes are too short for a safetensors file")
    }
    let length = Array(bytes.prefix(8)).littleEndian(UInt64.self, at: 0)
    guard length <= UInt64(bytes.count - 8) else {
      throw Problem(reason: "its header of \(length) bytes is longer than the file")
    }
    let dataStart = 8 + Int(length)
    let json = Array(bytes.dropFirst(8).prefix(Int(length)))
    guard let content = try? JSONDecoder().decode(Content.self, from: Data(json)) else {
      throw Problem(reason: "its header is not that of a safetensors file")
    }
    var tensors: [String: Entry] = [:]
    for (name, described) in content.tensors {
      tensors[name] = try Self.checked(described, name: name)
    }
    try Self.checkThatTensorsFill(bytes.count - dataStart, tensors)
    self.tensors = tensors
    self.metadata = content.metadata
    self.dataStart = dataStart
    self.json = json
  }

  private static func checked(_ described: Content.Description, name: String) throws(Problem)
    -> Entry
  {
    guard described.dtype == "F32" else {
      throw Problem(reason: "tensor \(name) has type \(described.dtype), only F32 is read")
    }
    var size = 4
    for extent in described.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else {
        throw Problem(reason: "tensor \(name) has the impossible shape \(described.shape)")
      }
      size = product
    }
    let offsets = described.offsets
    guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1],
      offsets[1] - offsets[0] == size
    else {
      throw Problem(
        reason: "tensor \(name) of shape \(described.shape) cannot lie at the offsets \(offsets)")
    }
    return Entry(shape: described.shape, range: offsets[0]..<offsets[1])
  }

  /// The tensors lie one after the other and fill the file: no gap, no overlap, no rest.
  private static func checkThatTensorsFill(
    _ size: Int, _ tensors: [String: Entry]
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

  /// The header as JSON has it.
  private struct Content: Decodable {
    struct Description: Decodable {
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

    var tensors: [String: Description] = [:]
    var metadata: [String: String] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        if key.stringValue == metadataKey {
          metadata = try container.decode([String: String].self, forKey: key)
        } else {
          tensors[key.stringValue] = try container.decode(Description.self, forKey: key)
        }
      }
    }
  }
}
