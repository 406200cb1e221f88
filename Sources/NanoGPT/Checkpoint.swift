import Autograd
import Foundation

/// The weights of a model in a safetensors file, by parameter name.
public enum Checkpoint {
  /// Writes all parameters, whole or not at all.
  ///
  /// - Parameters:
  ///   - parameters: What to write, in this order.
  ///   - metadata: Free text to store with them.
  ///   - url: The file to create or replace.
  /// - Throws: ``DataError`` of kind `cannotWrite`.
  public static func save(
    _ parameters: [Parameter], metadata: [String: String] = [:], to url: URL
  ) throws(DataError) {
    let tensors = parameters.map { parameter in
      (name: parameter.name, shape: parameter.shape.extents, values: parameter.value.elements)
    }
    try Safetensors.write(tensors, metadata: metadata, to: url)
  }

  /// Reads all parameters; on an error none has changed.
  ///
  /// - Parameters:
  ///   - parameters: What to fill.
  ///   - url: A file with exactly these names and shapes.
  /// - Throws: ``DataError`` of kind `missingInput` without the file, of kind `badData` when names
  ///   or shapes differ, or a value is not finite.
  public static func load(_ parameters: [Parameter], from url: URL) throws(DataError) {
    let tensors = try Safetensors.read(contentsOf: url).tensors
    let hint = "load it into the model that saved it"
    let surplus = Set(tensors.keys).subtracting(parameters.map(\.name)).sorted()
    if let name = surplus.first {
      throw .badData(path: url.path, reason: "the model has no parameter \(name)", hint: hint)
    }
    for parameter in parameters {
      guard let tensor = tensors[parameter.name] else {
        throw .badData(path: url.path, reason: "\(parameter.name) is missing", hint: hint)
      }
      if tensor.shape != parameter.shape.extents {
        throw .badData(
          path: url.path,
          reason: "\(parameter.name) is \(tensor.shape), the model has \(parameter.shape)",
          hint: hint)
      }
      if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
        throw .badData(
          path: url.path,
          reason: "\(parameter.name) is \(tensor.values[index]) at index \(index)",
          hint: "these weights are of no use: take them from before the run diverged")
      }
    }
    for parameter in parameters {
      if let tensor = tensors[parameter.name] { parameter.assign(tensor.values) }
    }
  }
}

/// Named float32 tensors in a file that every framework reads: the safetensors format.
///
/// A little-endian 64-bit length, that many bytes of JSON (name, type, shape and place of each tensor,
/// padded with spaces to a multiple of 8), then the row-major little-endian values.
public enum Safetensors {
  /// What a file holds.
  public struct Contents: Sendable {
    /// Shape and row-major values by name.
    public let tensors: [String: (shape: [Int], values: [Float])]
    /// Free text by key.
    public let metadata: [String: String]
  }

  /// Writes `tensors` in the given order, whole or not at all.
  ///
  /// - Parameters:
  ///   - tensors: Differently named; as many values as the product of the shape.
  ///   - metadata: Free text to store with them.
  ///   - url: The file to create or replace.
  /// - Throws: ``DataError`` of kind `cannotWrite`.
  public static func write(
    _ tensors: [(name: String, shape: [Int], values: [Float])], metadata: [String: String] = [:],
    to url: URL
  ) throws(DataError) {
    let header = SafetensorsHeader(
      describing: tensors.map { tensor in
        let count = tensor.shape.reduce(1, *)
        require(
          count == tensor.values.count,
          "Safetensors: \(tensor.name): shape \(tensor.shape) does not hold \(tensor.values.count) values"
        )
        return (tensor.name, tensor.shape)
      },
      metadata: metadata)
    var bytes: [UInt8] = []
    header.append(to: &bytes)
    for tensor in tensors {
      for value in tensor.values { bytes.append(littleEndian: value.bitPattern) }
    }
    try Files.write(bytes, to: url)
  }

  /// Reads the file at `url`.
  ///
  /// - Parameter url: A safetensors file of float32 tensors.
  /// - Returns: The tensors by name, and the metadata.
  /// - Throws: ``DataError`` of kind `missingInput` without the file, of kind `badData` when it is
  ///   not a safetensors file, is truncated, contradicts itself, or holds another type than `F32`.
  public static func read(contentsOf url: URL) throws(DataError) -> Contents {
    try parsed(try Files.read(url, hint: hint), path: url.path)
  }

  /// Reads the content of the file at `path`.
  package static func parsed(_ bytes: [UInt8], path: String) throws(DataError) -> Contents {
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader(parsing: bytes)
    } catch {
      throw .badData(path: path, reason: error.reason, hint: hint)
    }
    return Contents(
      tensors: header.tensors.mapValues { tensor in
        let values = stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 4).map {
          Float(bitPattern: bytes.littleEndian(UInt32.self, at: header.dataStart + $0))
        }
        return (tensor.shape, values)
      },
      metadata: header.metadata)
  }

  private static let hint = "save the checkpoint again; only float32 safetensors files are read"
}
