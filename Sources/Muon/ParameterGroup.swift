import Autograd

/// Parameters that one rule updates.
public struct ParameterGroup: Sendable {
  /// What the group is called in tables and records, such as `hidden`.
  public let name: String
  /// The parameters.
  public let parameters: [Parameter]
  /// The rule that updates them.
  public let rule: any UpdateRule

  /// Creates a group.
  public init(_ name: String, _ parameters: [Parameter], rule: any UpdateRule) {
    self.name = name
    self.parameters = parameters
    self.rule = rule
  }

  /// The group as data, for the record of a run.
  public var record: GroupRecord {
    GroupRecord(name: name, parameters: parameters.map(\.name), rule: NamedRule(rule))
  }
}
