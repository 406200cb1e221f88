import Autograd

/// The update rules that can be decoded, and named on the command line.
///
/// A value: whoever knows more rules adds them to a copy, and hands that to the decoder under ``Swift/CodingUserInfoKey/ruleRegistry``.
public struct RuleRegistry: Sendable {
  /// The rules, in the order in which they were added.
  public private(set) var rules: [any UpdateRule.Type]

  /// The rules of this package: Muon, AdamW, Lion, SGD.
  public static let builtIn = RuleRegistry(rules: [
    Muon.self, AdamW.self, Lion.self, SGD.self,
  ])

  /// Adds a rule; one of the same name makes way for it.
  public mutating func add(_ rule: any UpdateRule.Type) {
    rules.removeAll { $0.name == rule.name }
    rules.append(rule)
  }

  /// The names of the rules, such as `muon`.
  public var names: [String] { rules.map { $0.name } }

  /// The rule of a name; nil when there is none.
  ///
  /// ``LoadBalance`` is always known, and never among ``rules``: it is for the biases of routers, and no optimizer.
  public subscript(name: String) -> (any UpdateRule.Type)? {
    name == LoadBalance.name ? LoadBalance.self : rules.first { $0.name == name }
  }
}

extension CodingUserInfoKey {
  /// Where a decoder has the ``RuleRegistry`` by which rules are decoded; without one, the rules of this package are.
  public static let ruleRegistry = CodingUserInfoKey("ruleRegistry")
}

extension CodingUserInfoKey {
  private init(_ name: StaticString) {
    guard let key = CodingUserInfoKey(rawValue: "\(name)") else { fail("no key \(name)") }
    self = key
  }
}

extension Decoder {
  /// The rules that this decoder knows.
  public var ruleRegistry: RuleRegistry {
    userInfo[.ruleRegistry] as? RuleRegistry ?? .builtIn
  }
}

/// Any update rule as data: its hyperparameters, and its name under the key `rule`.
///
/// ```json
/// {"rule": "adamw", "learning_rate": 0.004, "betas": [0.9, 0.95], "epsilon": 1e-10, "weight_decay": 0}
/// ```
public struct NamedRule: Codable, Sendable {
  /// The rule.
  public var rule: any UpdateRule

  private enum CodingKeys: String, CodingKey { case rule }

  /// Wraps a rule.
  public init(_ rule: any UpdateRule) {
    self.rule = rule
  }

  /// The rule's name in records and configuration files, such as `muon`.
  public var name: String { type(of: rule).name }

  /// Decodes a rule of the kind that the key `rule` names, one of the decoder's ``RuleRegistry``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .rule)
    let registry = decoder.ruleRegistry
    guard let type = registry[name] else {
      let known = registry.names.joined(separator: ", ")
      throw DecodingError.dataCorruptedError(
        forKey: .rule, in: container,
        debugDescription: "no update rule is called \"\(name)\"; known: \(known)")
    }
    rule = try type.init(from: decoder)
  }

  /// Encodes the name and the hyperparameters side by side.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .rule)
    try rule.encode(to: encoder)
  }
}

extension NamedRule: Hashable {
  /// Whether both are the same kind of rule with the same hyperparameters.
  public static func == (left: NamedRule, right: NamedRule) -> Bool {
    AnyHashable(left.rule) == AnyHashable(right.rule)
  }

  /// Hashes the rule.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(AnyHashable(rule))
  }
}
