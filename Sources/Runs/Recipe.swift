import Autograd
import Muon
import NanoGPT

/// How an optimizer runs a track: the number of steps, the schedule, and every hyperparameter.
///
/// The matrices inside the blocks go to the rule ``hidden``; embedding and head always go to AdamW. What evens out the
/// load of experts is the track's, not the recipe's.
public struct Recipe: Hashable, Sendable {
  /// The number of training steps.
  public var steps: Int
  /// The factor on all learning rates.
  public var schedule: Schedule
  /// What moves the matrices inside the blocks.
  public var hidden: NamedRule
  /// What moves the embedding.
  public var embed: AdamW
  /// What moves the head.
  public var head: AdamW

  /// Creates a recipe of its rules, with every hyperparameter in them.
  public init(
    steps: Int, schedule: Schedule, hidden: any UpdateRule, embed: AdamW, head: AdamW
  ) {
    self.steps = steps
    self.schedule = schedule
    self.hidden = NamedRule(hidden)
    self.embed = embed
    self.head = head
  }

  /// The name of the rule that moves the matrices inside the blocks: what a run puts to the test.
  public var optimizer: String { hidden.name }

  /// The rule of the hidden matrices as Muon; nil when it is another.
  package var muon: Muon? {
    get { hidden.rule as? Muon }
    set { if let newValue { hidden = NamedRule(newValue) } }
  }

  /// The parameter groups, covering the whole model.
  public func groups(for model: any TrainableModel) -> [ParameterGroup] {
    let parameters = [
      model.hiddenMatrices, [model.embedding], [model.head.weight], model.routers.map(\.bias),
    ]
    return zip(rules(for: (model as? any LanguageModel)?.configuration), parameters)
      .map { ParameterGroup($0.group, $1, rule: $0.rule.rule) }
  }

  /// The names of the groups that such a model has, and their rules; nil is a model of images.
  package func rules(
    for model: GPTConfiguration?
  ) -> [(group: String, rule: NamedRule)] {
    guard let experts = model?.mixture else { return rules }
    let balance = LoadBalance(learningRate: experts.balanceRate)
    return rules + [(LoadBalance.name, NamedRule(balance))]
  }

  /// The names of the groups and their rules: hidden matrices, embedding, head.
  package var rules: [(group: String, rule: NamedRule)] {
    [(hidden.name, hidden), ("embed", NamedRule(embed)), ("head", NamedRule(head))]
  }

  /// How many of so many matrices Newton-Schulz orthogonalizes in an update.
  package func newtonSchulzCalls(of matrices: Int) -> Int {
    muon?.orthogonalization == .newtonSchulz ? matrices : 0
  }

  /// The momentum of Muon at a step; nil without Muon.
  package func momentum(at progress: TrainingProgress) -> Double? {
    muon?.momentum(at: progress)
  }

  /// What is wrong with these values, in words; nil when nothing is.
  package var problem: String? {
    if steps < 1 { return "steps \(steps) is not at least 1" }
    if steps > 1_000_000_000 { return "steps \(steps) is above 1000000000" }
    if let problem = schedule.problem(over: steps) { return "schedule.\(problem)" }
    for (name, rule) in rules {
      if let problem = rule.rule.problem { return "\(name).\(problem)" }
    }
    if let warmup = muon?.momentumWarmup, warmup.steps > steps {
      return "muon.momentum_warmup.steps \(warmup.steps) is above the run's \(steps) steps, so the "
        + "momentum would not reach its value; take more steps, or lower it"
    }
    return nil
  }
}

extension Recipe {
  /// Every number, word and list in it with the key that `--set` has for it, sorted.
  package var leaves: [(key: String, value: Tree)] {
    (try? TreeEncoder.tree(self))?.leaves ?? []
  }

  /// The same as texts by their keys.
  package var settings: [String: String] {
    Dictionary(leaves.map { ($0.key, Setting.text(of: $0.value)) }) { first, _ in first }
  }
}

extension Recipe: Codable {
  /// A fixed key, or the name of the hidden matrices' rule.
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }

    static let steps = Key(stringValue: "steps")
    static let schedule = Key(stringValue: "schedule")
    static let embed = Key(stringValue: "embed")
    static let head = Key(stringValue: "head")
  }

  /// Decodes a table in which the rule stands under its name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    steps = try container.decode(Int.self, forKey: .steps)
    schedule = try container.decode(Schedule.self, forKey: .schedule)
    embed = try container.decode(AdamW.self, forKey: .embed)
    head = try container.decode(AdamW.self, forKey: .head)
    let names = Set(container.allKeys.map(\.stringValue))
    guard let type = decoder.ruleRegistry.rules.first(where: { names.contains($0.name) }) else {
      let known = decoder.ruleRegistry.names.joined(separator: ", ")
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath,
          debugDescription: "the table of the rule is missing, one of \(known)"))
    }
    hidden = NamedRule(try container.decode(type, forKey: Key(stringValue: type.name)))
  }

  /// Encodes a table in which the rule stands under its name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(steps, forKey: .steps)
    try container.encode(schedule, forKey: .schedule)
    try container.encode(hidden.rule, forKey: Key(stringValue: hidden.name))
    try container.encode(embed, forKey: .embed)
    try container.encode(head, forKey: .head)
  }
}
