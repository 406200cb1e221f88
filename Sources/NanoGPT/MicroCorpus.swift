import Autograd
import Foundation

/// Little stories made by a seeded grammar, for tests and first trials.
///
/// A document tells of one person, chosen at the start, in a random number of sentences. A model has
/// spelling to learn, then words, the agreement of nouns and verbs, and the person's pronouns, which
/// refer far back. The entropy rate is known exactly, so a loss has a floor to be compared with.
package struct MicroCorpus {
  /// A person, and the grammar of the sentences about her or him.
  package struct Person {
    package let probability: Double
    package let grammar: Grammar
  }

  package let persons: [Person]

  /// After each sentence the story ends with this probability.
  package let endProbability = 0.125

  package init() {
    let total = Self.people.reduce(0) { $0 + $1.weight }
    persons = Self.people.map { person in
      Person(
        probability: Double(person.weight) / Double(total),
        grammar: Self.grammar(name: person.name, pronouns: person.pronouns))
    }
  }

  /// The entropy of a document, in nats: who, how many sentences, and each sentence's choices.
  ///
  /// A document has `1 / endProbability` sentences on average, and as many times the story could end.
  package var documentEntropy: Double {
    let sentences = 1 / endProbability
    let end =
      -endProbability * log(endProbability) - (1 - endProbability) * log(1 - endProbability)
    return persons.reduce(0) { sum, person in
      let opening = person.grammar.entropy(of: "opening")
      let sentence = person.grammar.entropy(of: "sentence")
      return sum + person.probability
        * (-log(person.probability) + opening + (sentences - 1) * sentence + sentences * end)
    }
  }

  /// The expected number of byte tokens of a document: `endOfText`, the sentences, and the spaces
  /// between them.
  package var documentTokens: Double {
    let sentences = 1 / endProbability
    return persons.reduce(1 + sentences - 1) { sum, person in
      let opening = person.grammar.length(of: "opening")
      let sentence = person.grammar.length(of: "sentence")
      return sum + person.probability * (opening + (sentences - 1) * sentence)
    }
  }

  /// Returns `count` documents.
  package func documents(_ count: Int, seed: UInt64) -> [String] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in document(using: &random) }
  }

  private func document(using random: inout SplitMix64) -> String {
    var remaining = random.uniform()
    let chosen = persons.firstIndex { person in
      remaining -= person.probability
      return remaining < 0
    }
    let grammar = persons[chosen ?? persons.count - 1].grammar
    var text = ""
    grammar.generate("opening", using: &random, into: &text)
    while random.uniform() >= endProbability {
      text += " "
      grammar.generate("sentence", using: &random, into: &text)
    }
    return text
  }

  private typealias Pronouns = (subject: String, object: String, possessive: String)

  private static let she: Pronouns = ("she", "her", "her")
  private static let he: Pronouns = ("he", "him", "his")

  private static let people: [(weight: Int, name: String, pronouns: Pronouns)] = [
    (4, "anna", she), (4, "peter", he), (3, "clara", she), (3, "hugo", he), (2, "martha", she),
    (2, "simon", he), (1, "vera", she), (1, "oscar", he),
  ]

  private static func grammar(name: String, pronouns: Pronouns) -> Grammar {
    Grammar([
      "opening": [(1, "\(name) {acts}.")],
      "sentence": [
        (6, "{person} {acts}."), (4, "{one} {acts}."), (4, "{many} {act}."),
        (2, "{time} {person} {acts}."), (2, "{time} {many} {act}."),
      ],
      "person": [(3, pronouns.subject), (1, name)],
      "one": [
        (5, "the {noun}"), (3, "a {noun}"), (2, "the {adjective} {noun}"),
        (2, "\(pronouns.possessive) {noun}"),
      ],
      "many": [(4, "the {nouns}"), (3, "many {nouns}"), (2, "the {adjective} {nouns}")],
      "thing": [(4, "{one}"), (3, "{many}"), (2, pronouns.object)],
      "acts": [
        (3, "{rests}"), (3, "{rests} {place}"), (5, "{does} {thing}"),
        (1, "{does} {thing} {place}"),
      ],
      "act": [
        (3, "{rest}"), (3, "{rest} {place}"), (5, "{do} {thing}"), (1, "{do} {thing} {place}"),
      ],
      "noun": weighted("dog cat bird horse child fox mouse goose farmer king"),
      "nouns": weighted("dogs cats birds horses children foxes mice geese farmers kings"),
      "adjective": weighted("old little brown happy quiet wild"),
      "rests": weighted("sleeps sings waits runs dances smiles"),
      "rest": weighted("sleep sing wait run dance smile"),
      "does": weighted("sees follows loves finds hears calls feeds watches"),
      "do": weighted("see follow love find hear call feed watch"),
      "place": [
        (4, "in the {spot}"), (3, "near the {spot}"), (2, "behind the {spot}"),
      ],
      "spot": weighted("garden house river forest tower barn"),
      "time": weighted("today then often now sometimes"),
    ])
  }

  /// Words with weights that fall as 1, 1/2, 1/3 and so on, as in natural text.
  private static func weighted(_ words: String) -> [(weight: Int, text: String)] {
    words.split(separator: " ").enumerated().map { (5040 / ($0 + 1), String($1)) }
  }
}

extension Corpus {
  /// SHA-256 of the text of ``micro()``.
  public static let microSHA256 = "e34a8f05d37b35475a323384e44e77b0b1e7e93c381dffad1104a86fe7a3e449"

  /// Generated stories whose entropy rate is known: 1800 documents, about 360 kB.
  public static func micro() -> Corpus {
    let stories = MicroCorpus()
    return Corpus(
      name: "micro", documents: stories.documents(1800, seed: 1),
      entropyRate: stories.documentEntropy / stories.documentTokens)
  }
}
