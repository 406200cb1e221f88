import Autograd
import Foundation
import Machine

/// A tensor to be written from where it lies.
package struct StoredTensor {
  package let name: String
  package let shape: Shape
  package let storage: Storage

  package init(name: String, shape: Shape, storage: Storage) {
    (self.name, self.shape, self.storage) = (name, shape, storage)
  }

  package init(_ parameter: Parameter) {
    self.init(name: parameter.name, shape: parameter.shape, storage: parameter.storage)
  }
}

/// A file that is written, and takes its name when it is committed: on another thread, if that is to cost no time.
package struct UncommittedFile: @unchecked Sendable {
  // Only one thread at a time has it: whoever hands it on lets go of it.
  let file: NewFile
  let url: URL

  /// Gives the file its name, once the disk has all of it.
  package func commit() throws(DataError) {
    try Files.writing(to: url) { try file.commit() }
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
    try Files.write(serialized(tensors, metadata: metadata), to: url)
  }

  /// The content of a file with `tensors` in the given order.
  static func serialized(
    _ tensors: [(name: String, shape: [Int], values: [Float])], metadata: [String: String]
  ) -> [UInt8] {
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
    return bytes
  }

  /// Writes a file whose name is still to be given, straight from the memory of the tensors.
  ///
  /// - Parameters:
  ///   - tensors: Differently named.
  ///   - metadata: Free text to store with them.
  ///   - url: The file to create or replace, by committing what is returned.
  /// - Returns: The file, under another name.
  /// - Throws: ``DataError`` of kind `cannotWrite`.
  package static func file(
    _ tensors: [StoredTensor], metadata: [String: String], at url: URL
  ) throws(DataError) -> UncommittedFile {
    var start: [UInt8] = []
    SafetensorsHeader(
      describing: tensors.map { ($0.name, $0.shape.extents) }, metadata: metadata
    ).append(to: &start)
    var file: NewFile?
    try Files.writing(to: url) {
      let new = try NewFile(at: url.path)
      try start.withUnsafeBytes { try new.append($0) }
      // Float32 lies in memory as in the file: the processors this runs on are little-endian.
      for tensor in tensors { try new.append(UnsafeRawBufferPointer(tensor.storage.buffer)) }
      file = new
    }
    guard let file else { fail("Safetensors: no file and no error") }
    return UncommittedFile(file: file, url: url)
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

  private static let hint = "save the checkpoint again; only float32 safetensors files are read"

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
        (
          tensor.shape,
          floats(bytes, from: header.dataStart + tensor.range.lowerBound, tensor.range)
        )
      },
      metadata: header.metadata)
  }

  /// The free text of a file, without its tensors.
  package static func metadata(of url: URL) throws(DataError) -> [String: String] {
    let hint = "name a safetensors file"
    let bytes = try Files.map(url, hint: hint)
    do {
      return try SafetensorsHeader(parsing: bytes).metadata
    } catch {
      throw .badData(path: url.path, reason: error.reason, hint: hint)
    }
  }

  private static func floats(_ bytes: [UInt8], from start: Int, _ range: Range<Int>) -> [Float] {
    bytes.withUnsafeBytes { bytes in
      (0..<range.count / 4).map { index in
        let bits = bytes.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: bits))
      }
    }
  }
}
