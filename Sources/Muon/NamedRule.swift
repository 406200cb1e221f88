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
