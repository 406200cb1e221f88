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
    try Safetensors.file(parameters.map(StoredTensor.init), metadata: metadata, at: url).commit()
  }

  /// The content of a file with all parameters, in this order.
  package static func serialized(
    _ parameters: [Parameter], metadata: [String: String]
  ) -> [UInt8] {
    Safetensors.serialized(
      parameters.map { ($0.name, $0.shape.extents, $0.value.elements) }, metadata: metadata)
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
