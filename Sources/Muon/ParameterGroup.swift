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

/// A parameter group as data: its name, the names of its parameters, and its rule written out.
///
/// The rule's keys lie beside `name` and `parameters`, not under a key of their own.
public struct GroupRecord: Codable, Hashable, Sendable {
  /// The group's name.
  public var name: String
  /// The names of its parameters.
  public var parameters: [String]
  /// How they move.
  public var rule: NamedRule

  private enum CodingKeys: String, CodingKey { case name, parameters }

  /// Creates a record.
  public init(name: String, parameters: [String], rule: NamedRule) {
    self.name = name
    self.parameters = parameters
    self.rule = rule
  }

  /// Decodes a record.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    parameters = try container.decode([String].self, forKey: .parameters)
    rule = try NamedRule(from: decoder)
  }

  /// Encodes the record.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(parameters, forKey: .parameters)
    try rule.encode(to: encoder)
  }
}

/// What happens to one parameter: a row of the routing table.
public struct Route: Hashable, Sendable {
  /// The parameter's name.
  public let parameter: String
  /// Its shape.
  public let shape: Shape
  /// The group it is in.
  public let group: String
  /// The name of the rule that updates it.
  public let rule: String
  /// The learning rate before schedule and scale.
  public let learningRate: Double
  /// The weight decay.
  public let weightDecay: Double
  /// The factor on the learning rate for this shape.
  public let scaleFactor: Double
}
