import Autograd
import Foundation
import NanoGPT
import Testing

@Suite struct MicroCorpusTests {
  @Test func entropyAndLengthOfASmallGrammar() {
    // Texts: "ax" and "ayy" with probability 1/8 each, "c" with 3/4.
    let grammar = Grammar(["s": [(1, "a{b}"), (3, "c")], "b": [(5, "x"), (5, "yy")]])
    let entropy = -(2 * 0.125 * log(0.125) + 0.75 * log(0.75))
    #expect(abs(grammar.entropy(of: "s") - entropy) < 1e-12)
    #expect(abs(grammar.length(of: "s") - (0.125 * 2 + 0.125 * 3 + 0.75)) < 1e-12)
    var random = SplitMix64(seed: 0)
    var counts: [String: Double] = [:]
    for _ in 0..<8000 {
      var text = ""
      grammar.generate("s", using: &random, into: &text)
      counts[text, default: 0] += 1
    }
    #expect(counts.keys.sorted() == ["ax", "ayy", "c"])
    #expect(abs((counts["ax"] ?? 0) - 1000) < 120)
    #expect(abs((counts["c"] ?? 0) - 6000) < 160)
  }

  /// The stated entropy is that of the text: the mean surprise of many stories under a parser that
  /// knows nothing of how they were made, and that finds a single derivation for each.
  @Test func theEntropyRateIsThatOfTheText() {
    let stories = MicroCorpus()
    let documents = stories.documents(4000, seed: 77)
    let parsed = documents.map { StoryParser(stories, text: Array($0.utf8)).parsed() }
    #expect(parsed.allSatisfy { $0.derivations == 1 })
    let surprises = parsed.map { -$0.logProbability }
    let lengths = documents.map { 1 + Double($0.utf8.count) }
    expectMean(of: surprises, toBe: stories.documentEntropy)
    expectMean(of: lengths, toBe: stories.documentTokens)
    #expect(abs(stories.documentEntropy / summedEntropy(of: stories) - 1) < 1e-9)
    let rate = stories.documentEntropy / stories.documentTokens
    #expect(abs(surprises.reduce(0, +) / lengths.reduce(0, +) / rate - 1) < 0.005)
    #expect(Corpus.micro().entropyRate == rate)
  }

  /// The entropy of a document as a sum over persons and numbers of sentences.
  private func summedEntropy(of stories: MicroCorpus) -> Double {
    var entropy = 0.0
    for person in stories.persons {
      let opening = person.grammar.entropy(of: "opening")
      let sentence = person.grammar.entropy(of: "sentence")
      for count in 1...1000 {
        let probability =
          person.probability * stories.endProbability
          * pow(1 - stories.endProbability, Double(count - 1))
        entropy += probability * (opening + Double(count - 1) * sentence - log(probability))
      }
    }
    return entropy
  }

  /// Expects the mean of independent `values` to lie within four standard errors of `expected`.
  private func expectMean(of values: [Double], toBe expected: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    #expect(abs(mean - expected) < 4 * (variance / count).squareRoot(), "\(mean), \(expected)")
  }

  @Test func isTheSameEverywhere() throws {
    let corpus = Corpus.micro()
    #expect(
      corpus.sha256 == "e34a8f05d37b35475a323384e44e77b0b1e7e93c381dffad1104a86fe7a3e449")
    #expect((200_000...400_000).contains(corpus.byteCount))
    #expect(
      try corpus.documents.allSatisfy { $0.hasSuffix(".") && $0.utf8.allSatisfy { $0 < 128 } })
  }
}

/// The probability of a text, summed over all its derivations, and their number.
///
/// A long story is too improbable for a `Double`, hence the logarithm.
private struct Parsed {
  var logProbability = -Double.infinity
  var derivations = 0

  init() {}

  init(probability: Double) {
    logProbability = log(probability)
    derivations = 1
  }

  static func += (a: inout Self, b: Self) {
    let larger = max(a.logProbability, b.logProbability)
    let smaller = min(a.logProbability, b.logProbability)
    a.logProbability = larger == -.infinity ? larger : larger + log1p(exp(smaller - larger))
    a.derivations += b.derivations
  }

  static func * (a: Self, b: Self) -> Self {
    var product = Self()
    product.logProbability = a.logProbability + b.logProbability
    product.derivations = a.derivations * b.derivations
    return product
  }
}

/// An inside parser: for every rule and start, where it can end and how likely.
private final class StoryParser {
  private let stories: MicroCorpus
  private let text: [UInt8]
  private var known: [String: [Int: Parsed]] = [:]

  init(_ stories: MicroCorpus, text: [UInt8]) {
    self.stories = stories
    self.text = text
  }

  func parsed() -> Parsed {
    var total = Parsed()
    for person in stories.persons {
      known = [:]
      let story = story(person.grammar)
      total += story * Parsed(probability: person.probability)
    }
    return total
  }

  private func story(_ grammar: Grammar) -> Parsed {
    var reached = ends(of: "opening", at: 0, grammar)
    let more = Parsed(probability: 1 - stories.endProbability)
    for position in text.indices where text[position] == UInt8(ascii: " ") {
      guard let here = reached[position] else { continue }
      for (end, sentence) in ends(of: "sentence", at: position + 1, grammar) {
        reached[end, default: Parsed()] += here * more * sentence
      }
    }
    return (reached[text.count] ?? Parsed())
      * Parsed(probability: stories.endProbability)
  }

  private func ends(of rule: String, at start: Int, _ grammar: Grammar) -> [Int: Parsed] {
    let key = "\(rule) \(start)"
    if let ends = known[key] { return ends }
    var ends: [Int: Parsed] = [:]
    for alternative in grammar.rules[rule] ?? [] {
      var reached = [start: Parsed(probability: alternative.probability)]
      for part in alternative.parts {
        var next: [Int: Parsed] = [:]
        for (position, parsed) in reached {
          switch part {
          case .text(let literal):
            if text[position...].starts(with: literal.utf8) {
              next[position + literal.utf8.count, default: Parsed()] += parsed
            }
          case .rule(let name):
            for (end, inner) in self.ends(of: name, at: position, grammar) {
              next[end, default: Parsed()] += parsed * inner
            }
          }
        }
        reached = next
      }
      for (end, parsed) in reached {
        ends[end, default: Parsed()] += parsed
      }
    }
    known[key] = ends
    return ends
  }
}
