import Autograd

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
