import Autograd
import Foundation
import NanoGPT
import Testing

@Suite struct SamplerTests {
  private let configuration = GPTConfiguration(
    vocabularySize: 20, modelDimension: 8, heads: 1, layers: 1, context: 4)

  private func model() -> GPT { randomModel(configuration, seed: 4) }

  private func text(
    temperature: Double, topK: Int? = nil, seed: UInt64, count: Int = 30
  ) -> [TokenID] {
    model().sample(
      after: [1], count: count,
      sampler: Sampler(temperature: temperature, topK: topK, seed: seed))
  }

  @Test func theSameSeedMakesTheSameText() {
    #expect(text(temperature: 1, seed: 1) == text(temperature: 1, seed: 1))
    #expect(text(temperature: 1, seed: 1) != text(temperature: 1, seed: 2))
    #expect(text(temperature: 1, seed: 1).count == 30)
  }

  @Test func temperatureZeroTakesTheLikeliest() throws {
    let model = model()
    let logits = model.logits(of: [1]).elements
    let likeliest = try #require(logits.indices.max { logits[$0] < logits[$1] })
    #expect(text(temperature: 0, seed: 1, count: 1) == [TokenID(likeliest)])
    #expect(text(temperature: 0, seed: 1) == text(temperature: 0, seed: 2))
    #expect(text(temperature: 3, topK: 1, seed: 5) == text(temperature: 0, seed: 1))
  }

  /// Over many draws, frequencies come close to the softmax of the logits.
  @Test func drawsFollowTheProbabilities() {
    let model = model()
    let logits = model.logits(of: [1]).elements.map(Double.init)
    let total = logits.reduce(0) { $0 + exp($1 / 0.5) }
    var counts = [Int](repeating: 0, count: 20)
    for seed in 0..<4000 {
      for token in model.sample(
        after: [1], count: 1, sampler: Sampler(temperature: 0.5, seed: UInt64(seed)))
      {
        counts[Int(token)] += 1
      }
    }
    for token in 0..<20 {
      let probability = exp(logits[token] / 0.5) / total
      let deviation = (probability * (1 - probability) / 4000).squareRoot()
      #expect(abs(Double(counts[token]) / 4000 - probability) < 4.5 * deviation + 1e-4)
    }
  }

  @Test func topKKeepsTheLikeliest() {
    let logits = model().logits(of: [1]).elements
    let top = Set(logits.indices.sorted { logits[$0] > logits[$1] }.prefix(3).map(TokenID.init))
    for seed in 0..<200 {
      let drawn = text(temperature: 5, topK: 3, seed: UInt64(seed), count: 1)
      #expect(top.isSuperset(of: drawn))
    }
  }

  @Test func itStopsAtTheEndOfTextAndReportsEveryToken() {
    let whole = text(temperature: 1, seed: 3)
    let stop = whole[5]
    var reported: [TokenID] = []
    let stopped = model().sample(
      after: [1], count: 30, sampler: Sampler(temperature: 1, seed: 3), endOfText: stop
    ) { reported.append($0) }
    #expect(stopped == Array(whole.prefix { $0 != stop }))
    #expect(reported == stopped)
  }
}
