import Autograd
import Foundation

/// A probabilistic grammar without recursion, whose entropy is known exactly.
///
/// Each rule is a list of alternatives with weights. An alternative is text in which `{name}` stands
/// for a rule. Sums over the finite tree of choices give the expected length and the entropy; the
/// latter is that of the text as long as a text can be derived in one way only.
package struct Grammar {
  package enum Part: Equatable {
    case text(String)
    case rule(String)
  }

  package struct Alternative {
    package let probability: Double
    package let parts: [Part]
  }

  package let rules: [String: [Alternative]]

  /// Creates a grammar from alternatives and their weights, by rule.
  package init(_ rules: [String: [(weight: Int, text: String)]]) {
    self.rules = rules.mapValues { alternatives in
      let total = alternatives.reduce(0) { $0 + $1.weight }
      return alternatives.map { alternative in
        Alternative(
          probability: Double(alternative.weight) / Double(total),
          parts: Self.parts(of: alternative.text))
      }
    }
  }

  /// The entropy of the texts of `rule`, in nats: that of its own choice, and the expected entropy of
  /// the choices that follow.
  package func entropy(of rule: String) -> Double {
    expectation(of: rule) { alternative in -log(alternative.probability) }
  }

  /// The expected length of the texts of `rule`, in bytes.
  package func length(of rule: String) -> Double {
    expectation(of: rule) { alternative in
      alternative.parts.reduce(0) { sum, part in
        if case .text(let text) = part { sum + Double(text.utf8.count) } else { sum }
      }
    }
  }

  /// Appends a random text of `rule`.
  package func generate(_ rule: String, using random: inout SplitMix64, into text: inout String) {
    var remaining = random.uniform()
    let alternatives = alternatives(of: rule)
    let chosen = alternatives.firstIndex { alternative in
      remaining -= alternative.probability
      return remaining < 0
    }
    for part in alternatives[chosen ?? alternatives.count - 1].parts {
      switch part {
      case .text(let literal): text += literal
      case .rule(let name): generate(name, using: &random, into: &text)
      }
    }
  }

  /// The expected sum of `value` over all alternatives chosen to derive a text of `rule`.
  private func expectation(of rule: String, _ value: (Alternative) -> Double) -> Double {
    alternatives(of: rule).reduce(0) { sum, alternative in
      let rest = alternative.parts.reduce(0.0) { sum, part in
        if case .rule(let name) = part { sum + expectation(of: name, value) } else { sum }
      }
      return sum + alternative.probability * (value(alternative) + rest)
    }
  }

  private func alternatives(of rule: String) -> [Alternative] {
    guard let alternatives = rules[rule] else { fail("Grammar: no rule named \(rule)") }
    return alternatives
  }

  /// Splits `"the {noun} runs"` into `"the "`, the rule `noun`, `" runs"`.
  private static func parts(of text: String) -> [Part] {
    text.split(separator: "{", omittingEmptySubsequences: false).enumerated()
      .flatMap { index, piece -> [Part] in
        guard index > 0 else { return [.text(String(piece))] }
        let halves = piece.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
        require(halves.count == 2, "Grammar: a brace is not closed in \(text)")
        return [.rule(String(halves[0])), .text(String(halves[1]))]
      }
      .filter { $0 != .text("") }
  }
}
