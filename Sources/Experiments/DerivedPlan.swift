import Autograd
import Foundation
import Runs
import Text

/// The plan of a search for one optimizer's hyperparameters, made from the recipe it has.
///
/// 32 trials: points spread over wide ranges around the recipe, then twice closer around the best, then the best
/// three with two more seeds each.
package struct DerivedPlan {
  /// As a plan file has it.
  package let text: String

  /// - Parameters:
  ///   - optimizer: The name of its rule.
  ///   - source: The track.
  ///   - precision: The arithmetic of the trials.
  /// - Throws: ``UsageError`` when the track has no recipe for it, or the source is no track that a plan can name.
  package init(
    for optimizer: String, on source: TrackSource, precision: Precision
  ) throws(UsageError) {
    let definition = source.definition
    let recipe = try definition.recipe(for: optimizer)
    var parameters: [Parameter] = []
    for (key, value) in recipe.leaves {
      guard let parameter = Parameter(key, value, steps: recipe.steps) else { continue }
      parameters.append(parameter)
    }
    let named = zip(["track", "track_file"], ["--track", "--track-file"]).first {
      source.options.first == $1
    }
    guard let named else {
      throw UsageError("no plan can be made for \(source.options.joined(separator: " "))")
    }
    let name = source.options[1]
    func stage(_ title: String, _ points: Int, _ lines: [String]) -> [String] {
      ["", "[[arms.stages]]", "name = \"\(title)\"", "points = \(points)"] + lines
    }
    let lines =
      [
        "# Made from the recipe of \(optimizer) on \(definition.track.name).", "",
        "\(named.0) = \"\(name)\"", "precision = \"\(precision.rawValue)\"", "seeds = [0]", "",
        "[[arms]]", "name = \"\(optimizer)\"", "optimizer = \"\(optimizer)\"",
        // Only the loss after the last step counts.
        "set.val_every = 1000000", "set.val_every_late = 1000000",
      ]
      + recipe.leaves.map {
        "set." + Setting(key: $0.key, value: Setting.text(of: $0.value)).toml
      }
      + stage("everywhere", 12, parameters.map { "ranges.\($0.key) = \($0.range)" })
      + stage("closer", 8, parameters.compactMap { $0.around(0.5) })
      + stage("closest", 6, parameters.compactMap { $0.around(0.25) })
      + ["", "[[arms.stages]]", "name = \"more seeds\"", "best = 3", "seeds = [1, 2]"]
    text = lines.joined(separator: "\n") + "\n"
  }

  /// The steps with which seeds should reach a target, when a schedule of so many ends at a loss: never fewer, and at
  /// most twice as many.
  ///
  /// The loss at the end falls by 0.25 (on sprint) to 0.45 (on kjv) for every unit of the logarithm of the steps, and
  /// seeds end within 0.02 of their mean.
  package static func steps(toReach target: Double, where steps: Int, endAt loss: Double) -> Int {
    let factor = exp((loss - target + 0.02) / 0.25)
    return Int((Double(steps) * min(max(factor, 1), 2)).rounded())
  }

  /// A hyperparameter and where it is searched.
  private struct Parameter {
    let key: String
    /// As a list of two, or of a list a list of such.
    let range: String
    /// How far it is from the recipe's value to the ends, as a factor; nil where factors make no sense.
    private let factor: Double?

    /// Nil of what is not searched: the number of steps, and words.
    init?(_ key: String, _ value: Tree, steps: Int) {
      self.key = key
      let name = key.split(separator: ".").last ?? ""
      let isOfRule = !key.hasPrefix("embed.") && !key.hasPrefix("head.")
      func text(_ lower: Double, _ upper: Double) -> String {
        "[\(Setting.short(lower)), \(Setting.short(upper))]"
      }
      /// A momentum as the number of steps that it remembers.
      func momentum(_ value: Double) -> String {
        let gap = max(1 - value, 0.001)
        return text(max(0, 1 - 3 * gap), 1 - gap / 3)
      }
      switch (name, value.number) {
      case ("learning_rate", let rate?) where rate > 0:
        (range, factor) = (text(rate / 4, rate * 4), 4)
      case ("weight_decay", let decay?) where isOfRule:
        (range, factor) = decay > 0 ? (text(decay / 10, decay * 10), 10) : (text(0, 0.3), nil)
      case ("momentum", let value?), ("beta1", let value?), ("beta2", let value?):
        (range, factor) = (momentum(value), nil)
      case ("warmup_steps", _): (range, factor) = (text(0, Double(max(1, steps / 8))), nil)
      case ("cooldown", _): (range, factor) = (text(0.4, 1), nil)
      case ("betas", nil) where isOfRule:
        let betas = value.array?.compactMap(\.number) ?? []
        guard !betas.isEmpty else { return nil }
        (range, factor) = ("[\(betas.map(momentum).joined(separator: ", "))]", nil)
      default: return nil
      }
    }

    /// The line of a stage closer to the best: the exponent says how much.
    func around(_ exponent: Double) -> String? {
      guard let factor else { return nil }
      let half = pow(factor, exponent)
      return "around.\(key) = [\(Setting.short(1 / half)), \(Setting.short(half))]"
    }
  }
}
