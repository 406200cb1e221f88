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
