import Autograd
import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func aModelAndABatchGiveGradients() throws {
    let configuration = GPTConfiguration(
      vocabularySize: 64, modelDimension: 32, heads: 2, layers: 1, context: 256)
    let shards = try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("train_000000.bin")
      try TokenShard.write((0..<16 * 256 + 1).map { TokenID($0 % 64) }, to: url)
      return [try TokenShard(contentsOf: url)]
    }

    let scope = ParameterScope(seed: 0)
    let model = GPT(configuration, in: scope)
    let lanes = Lanes(count: 4, scope: scope, workers: Workers(count: 2))
    var batches = try BatchLoader(shards: shards, batchSize: 16, contextLength: 256, seed: 0)

    let batch = batches.next()
    let (loss, gradients) = lanes.lossAndGradients(sequences: batch.count) { sequence in
      model.loss(of: batch.inputs[sequence], against: batch.targets[sequence])
    }

    #expect(abs(loss - log(64)) < 1e-5, "a head of zeros guesses all tokens alike")
    #expect(gradients[model.head.weight].elements.contains { $0 != 0 })
    try expectExample(of: "NanoGPT")
  }
}
