import Autograd
import Foundation
import NanoGPT
import Testing

@Suite struct TokenPredictionTests {
  private let model: GPT
  private let windows: Batch

  init() throws {
    let configuration = GPTConfiguration(
      vocabularySize: 40, modelDimension: 32, heads: 2, layers: 2, context: 16)
    model = randomModel(configuration, seed: 1)
    windows = try Self.windows(of: (0..<65).map { TokenID($0 * 7 % 40) }, length: 16)
  }

  private static func windows(of tokens: [TokenID], length: Int) throws -> Batch {
    let shard = try TokenShard(
      Data(TokenShard.serialized(tokens)), at: URL(fileURLWithPath: "/none"))
    return try ValidationSet(shards: [shard], tokens: tokens.count - 1, contextLength: length)
      .windows
  }

  /// Their mean is the loss, whatever the number of threads.
  @Test(arguments: [1, 2, 3]) func theyAreTheLossTokenByToken(threads: Int) {
    let predictions = model.predictions(of: windows, on: Workers(count: threads))
    #expect(predictions.map(\.count) == [16, 16, 16, 16])
    for (index, window) in predictions.enumerated() {
      let mean = window.reduce(0) { $0 + $1.loss } / 16
      let loss = withoutGradients {
        Double(model.loss(of: windows.inputs[index], against: windows.targets[index]).scalar)
      }
      #expect(abs(mean - loss) < 1e-5, "\(mean) and \(loss)")
    }
    #expect(predictions == model.predictions(of: windows, on: Workers(count: 1)))
  }

  @Test func theLikeliestTokenIsTheOneThatSamplingTakes() throws {
    let input = windows.inputs[0]
    let next = model.sample(after: input, count: 1, sampler: Sampler(temperature: 0, seed: 0))[0]
    for token in 0..<TokenID(40) {
      let window = try Self.windows(of: input + [token], length: 16)
      let last = model.predictions(of: window, on: Workers(count: 1))[0].last
      #expect(last?.isLikeliest == (token == next))
    }
  }
}

@Suite struct FrequencyGroupsTests {
  @Test func everyGroupIsAsLargeAPartOfTheText() {
    // Token 3 is half of the text, 1 a quarter, 0 and 2 an eighth each; 4 is not in it.
    let text: [TokenID] = [3, 3, 1, 0, 3, 1, 2, 3]
    let groups = FrequencyGroups(of: text, vocabularySize: 5, count: 4)
    let targets: [TokenID] = [3, 1, 1, 2, 4]
    let predictions = targets.map { token in
      TokenPrediction(of: token, logits: [0.5, 1, -2, Float(token), 0][...])
    }
    #expect(predictions.map(\.isLikeliest) == [true, true, true, false, false])
    let summary = groups.summary(of: predictions, targets: targets)
    #expect(summary.map(\.tokens) == [1, 0, 1, 3], "no group is without the most frequent token")
    #expect(summary.map(\.targets) == [1, 0, 2, 2])
    #expect(summary.map(\.leastCount) == [4, 0, 2, 0] && summary.map(\.mostCount) == [4, 0, 2, 1])
    #expect(summary[1].loss == nil && summary[1].accuracy == nil)
    let mean = (predictions[1].loss + predictions[2].loss) / 2
    #expect(abs((summary[2].loss ?? 0) - mean) < 1e-12)
    let all = summary.reduce(0) { $0 + ($1.loss ?? 0) * Double($1.targets) }
    #expect(abs(all - predictions.reduce(0) { $0 + $1.loss }) < 1e-9)
  }
}

@Suite struct ClozeTestTests {
  @Test func aQuestionEndsWithTheLastWordOfALine() {
    let bytes = ByteTokenizer()
    let text = "In the beginning God\nand created, 12.\nHeading\n\nand it was so.  \nlight"
    let words = ClozeTest.lastWords(of: bytes.encode(text), bytes).map { range in
      bytes.decode(bytes.encode(text)[range])
    }
    // A byte tokenizer has a token for the space, so that words go on over no space.
    #expect(words == ["God", "so"], "no number, and no line of one word")
  }

  /// A word is found when the likeliest tokens after what precedes it are those of the word.
  @Test func wordsAreFoundThatSamplingWrites() throws {
    let tokenizer = ByteTokenizer()
    let document = (0..<60).map { "so \($0) it was ab\($0.isMultiple(of: 2) ? "" : "c").\n" }
      .joined()
    let text = [tokenizer.endOfText] + tokenizer.encode(document)
    let test = ClozeTest(of: text, tokenizer: tokenizer, contextLength: 24, leastContext: 30)
    #expect(test.count == 58 || test.count == 57, "\(test.count)")
    #expect(Set(test.questions.map(\.answer)) == [2, 3])
    for question in test.questions {
      #expect(
        question.input.count == 24 && question.input.dropFirst() == question.targets.dropLast())
    }
    let model = randomModel(
      GPTConfiguration(vocabularySize: 257, modelDimension: 32, heads: 2, layers: 1, context: 24),
      seed: 3)
    let sampled = test.questions.map { question in
      let prompt = Array(question.input.dropLast(question.answer - 1))
      let word = question.targets.suffix(question.answer)
      return model.sample(
        after: prompt, count: question.answer, sampler: Sampler(temperature: 0, seed: 0))
        == Array(word)
    }
    #expect(test.answers(of: model, on: Workers(count: 2)) == sampled)
  }
}
