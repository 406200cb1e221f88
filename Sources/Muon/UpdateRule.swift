import Autograd

/// How a parameter moves, given its gradient: a value with every hyperparameter in it.
///
/// A rule has no memory. What it must remember about a parameter is in a ``RuleState``, which the
/// ``Optimizer`` keeps. A rule that moves every element on its own is easiest written as an ``ElementwiseRule``; to be read
/// back from records and configuration files it needs its place in a ``RuleRegistry``.
public protocol UpdateRule: Codable, Hashable, Sendable {
  /// The name in records and configuration files, such as `muon`.
  static var name: String { get }

  /// The part of a training step that its time is counted under.
  static var part: OperationPart { get }

  /// The learning rate before any schedule.
  var learningRate: Double { get }

  /// How strongly weights decay; most rules decouple the decay from the gradient: see
  /// ``shrinkage(at:)``.
  var weightDecay: Double { get }

  /// What is wrong with the hyperparameters, in words; nil when nothing is.
  var problem: String? { get }

  /// Why the rule cannot update a parameter of this shape, in words; nil when it can.
  func problem(with shape: Shape) -> String?

  /// The factor on the learning rate for a parameter of this shape.
  func scaleFactor(for shape: Shape) -> Double

  /// What an update multiplies the weights by, before it moves them.
  func shrinkage(at step: UpdateStep) -> Float

  /// The memory for a parameter of this shape, before the first update.
  func makeState(for shape: Shape) -> RuleState

  /// Estimates the work on `elements` elements of a parameter of this shape, in floating-point operations
  /// of a matrix product: only the order of magnitude matters.
  func operations(elements: Int, of shape: Shape) -> Double

  /// Moves some elements of a parameter, and brings their state up to date.
  ///
  /// - Parameters:
  ///   - parameter: What to move.
  ///   - elements: Which elements: all of them, unless the rule is an ``ElementwiseRule``.
  ///   - gradient: The gradient of the whole parameter, of its shape.
  ///   - state: What ``makeState(for:)`` returned, after the updates so far.
  ///   - step: Which update this is.
  func update(
    _ parameter: Parameter, elements: Range<Int>, gradient: Tensor, state: RuleState,
    at step: UpdateStep)
}

extension UpdateRule {
  /// By default, every shape is accepted: nil.
  public func problem(with shape: Shape) -> String? { nil }

  /// By default that of rules without a part of their own.
  public static var part: OperationPart { .otherRules }

  /// By default no decay.
  public var weightDecay: Double { 0 }

  /// By default ``commonProblem``.
  public var problem: String? { commonProblem }

  /// By default no memory.
  public func makeState(for shape: Shape) -> RuleState { RuleState([:]) }

  /// By default as much as a few passes over the elements take.
  public func operations(elements: Int, of shape: Shape) -> Double { 20 * Double(elements) }

  /// By default 1.
  public func scaleFactor(for shape: Shape) -> Double { 1 }

  /// What is wrong with learning rate and decay, which every rule has, in words; nil when nothing is.
  public var commonProblem: String? {
    if !(learningRate >= 0 && learningRate.isFinite) {
      return "learning_rate \(learningRate) is not a number of at least 0"
    }
    if !(weightDecay >= 0 && weightDecay.isFinite) {
      return "weight_decay \(weightDecay) is not a number of at least 0"
    }
    return nil
  }

  /// Whether its updates leave weights as they are: the learning rate is 0, or so small that it is 0 in float32.
  public var isStill: Bool { Float(learningRate) == 0 }

  /// By default decoupled decay: `1 - lr * weightDecay`, with the scheduled learning rate.
  public func shrinkage(at step: UpdateStep) -> Float { decoupledShrinkage(at: step) }

  /// Decoupled decay.
  func decoupledShrinkage(at step: UpdateStep) -> Float {
    Float(1 - step.factor * learningRate * weightDecay)
  }
}

/// Which update a rule makes: its place in the run, and what the schedule says.
public struct UpdateStep: Hashable, Sendable {
  /// How far the run has come.
  public let progress: TrainingProgress
  /// The schedule's factor on the learning rate.
  public let factor: Double
  /// How many updates the state will have seen after this one: 1 at the first.
  public let number: Int

  /// Creates a step.
  public init(progress: TrainingProgress, factor: Double, number: Int) {
    self.progress = progress
    self.factor = factor
    self.number = number
  }
}

extension OperationPart {
  /// Orthogonalizing, and moving the weights.
  public static let newtonSchulz = OperationPart("Newton-Schulz")
  /// The momentum of Muon.
  public static let momentum = OperationPart("momentum")
  /// AdamW, all of it.
  public static let adamW = OperationPart("AdamW")
  /// Rules without a part of their own.
  public static let otherRules = OperationPart("other rules")
}
