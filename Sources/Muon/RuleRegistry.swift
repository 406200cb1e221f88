import Autograd

/// The update rules that can be decoded, and named on the command line.
///
/// A value: whoever knows more rules adds them to a copy, and hands that to the decoder under ``Swift/CodingUserInfoKey/ruleRegistry``.
public struct RuleRegistry: Sendable {
  /// The rules, in the order in which they were added.
  public private(set) var rules: [any UpdateRule.Type]

  /// The rules of this package: Muon, AdamW, Lion.
  public static let builtIn = RuleRegistry(rules: [Muon.self, AdamW.self, Lion.self])

  /// Adds a rule; one of the same name makes way for it.
  public mutating func add(_ rule: any UpdateRule.Type) {
    rules.removeAll { $0.name == rule.name }
    rules.append(rule)
  }

  /// The names of the rules, such as `muon`.
  public var names: [String] { rules.map { $0.name } }

  /// The rule of a name; nil when there is none.
  public subscript(name: String) -> (any UpdateRule.Type)? { rules.first { $0.name == name } }
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
