import Autograd

/// How well tokens are predicted that training has seen often, and those that it has seen seldom.
///
/// The tokens of the vocabulary are ordered by how often they occur in the training text, and cut into groups of which
/// each makes up the same part of that text: the first has a few words that are everywhere, the last thousands that are
/// rare.
public struct FrequencyGroups: Sendable {
  /// A part of the vocabulary.
  public struct Group: Codable, Hashable, Sendable {
    /// The number of tokens in it.
    public let tokens: Int
    /// How often the rarest and the most frequent of them occur in the training text.
    public let leastCount, mostCount: Int
    /// How many targets of the validation set are among them.
    public let targets: Int
    /// The mean loss of these targets in nats; nil without any.
    public let loss: Double?
    /// The share of these targets that the model held for the likeliest token; nil without any.
    public let accuracy: Double?

    enum CodingKeys: String, CodingKey {
      case tokens, targets, loss, accuracy
      case leastCount = "least_count"
      case mostCount = "most_count"
    }
  }

  /// For every token its group.
  private let groupOfToken: [Int]
  private let counts: [Int]
  /// The number of groups.
  public let count: Int

  /// Cuts a vocabulary into groups.
  ///
  /// - Parameters:
  ///   - text: The tokens of the training text.
  ///   - vocabularySize: The number of tokens there can be.
  ///   - count: The number of groups, at least 1.
  public init(of text: some Sequence<TokenID>, vocabularySize: Int, count: Int = 10) {
    require(count >= 1, "FrequencyGroups: \(count) groups, at least 1")
    var counts = [Int](repeating: 0, count: vocabularySize)
    for token in text { counts[Int(token)] += 1 }
    let total = counts.reduce(0, +)
    // Most frequent first, equally frequent ones in the order of the vocabulary.
    let order = counts.indices.sorted {
      counts[$0] == counts[$1] ? $0 < $1 : counts[$0] > counts[$1]
    }
    var groups = [Int](repeating: count - 1, count: vocabularySize)
    var before = 0
    for token in order where before < total {
      groups[token] = min(count - 1, before * count / total)
      before += counts[token]
    }
    (self.counts, self.count, groupOfToken) = (counts, count, groups)
  }

  /// Sums up predictions by the groups of their targets, most frequent first.
  public func summary(of predictions: [TokenPrediction], targets: [TokenID]) -> [Group] {
    require(
      predictions.count == targets.count,
      "FrequencyGroups: \(predictions.count) predictions of \(targets.count) targets")
    var sums = [(targets: Int, loss: Double, right: Int)](repeating: (0, 0, 0), count: count)
    for (prediction, target) in zip(predictions, targets) {
      let group = groupOfToken[Int(target)]
      sums[group].targets += 1
      sums[group].loss += prediction.loss
      sums[group].right += prediction.isLikeliest ? 1 : 0
    }
    return sums.enumerated().map { group, sum in
      let members = counts.indices.filter { groupOfToken[$0] == group }.map { counts[$0] }
      let number = Double(sum.targets)
      return Group(
        tokens: members.count, leastCount: members.min() ?? 0, mostCount: members.max() ?? 0,
        targets: sum.targets, loss: sum.targets > 0 ? sum.loss / number : nil,
        accuracy: sum.targets > 0 ? Double(sum.right) / number : nil)
    }
  }
}
