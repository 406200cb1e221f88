import Autograd
import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct CheckpointTests {
  private func scope(width: Int = 8, seed: UInt64) -> ParameterScope {
    let scope = ParameterScope(seed: seed)
    _ = GPT(
      GPTConfiguration(
        vocabularySize: 20, modelDimension: width, heads: 1, layers: 1, context: 4), in: scope)
    return scope
  }

  private func withTemporaryFile(_ body: (URL) throws -> Void) throws {
    try withTemporaryDirectory { try body($0.appendingPathComponent("weights.safetensors")) }
  }

  @Test func weightsComeBackBitByBit() throws {
    try withTemporaryFile { url in
      let saved = scope(seed: 1).parameters
      let loaded = scope(seed: 2).parameters
      try Checkpoint.save(saved, metadata: ["step": "7"], to: url)
      try Checkpoint.load(loaded, from: url)
      for (a, b) in zip(saved, loaded) { #expect(a.value.elements == b.value.elements) }
      #expect(try Safetensors.read(contentsOf: url).metadata == ["step": "7"])
    }
  }

  @Test func anotherModelsWeightsAreRefusedAndChangeNothing() throws {
    try withTemporaryFile { url in
      try Checkpoint.save(scope(width: 16, seed: 1).parameters, to: url)
      let parameters = scope(seed: 2).parameters
      let before = parameters.map(\.value.elements)
      #expect(throws: DataError.self) { try Checkpoint.load(parameters, from: url) }
      try Checkpoint.save(Array(scope(seed: 1).parameters.dropLast()), to: url)
      #expect(throws: DataError.self) { try Checkpoint.load(parameters, from: url) }
      try Checkpoint.save(scope(seed: 1).parameters, to: url)
      #expect(throws: DataError.self) {
        try Checkpoint.load(Array(parameters.dropLast()), from: url)
      }
      #expect(parameters.map(\.value.elements) == before)
    }
  }

  /// Weights of a run that diverged make no text.
  @Test(arguments: [Float.nan, .infinity])
  func weightsThatAreNotFiniteAreRefused(_ value: Float) throws {
    try withTemporaryFile { url in
      let parameters = scope(seed: 1).parameters
      let first = parameters[0]
      var values = first.value.elements
      values[3] = value
      first.assign(values)
      try Checkpoint.save(parameters, to: url)
      let error = dataError { try Checkpoint.load(scope(seed: 2).parameters, from: url) }
      #expect(
        error?.description.contains("\(first.name) is \(value) at index 3") == true,
        "\(String(describing: error))")
    }
  }
}
