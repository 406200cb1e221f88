import Autograd

/// Several small MLPs, of which each token takes a few, and one that all tokens take.
///
///     y = shared(x) + sum over the chosen experts e of gate_e expert_e(x)
///
/// DeepSeekMoE (2024), arXiv:2401.06066. Tokens are gathered by expert, so the work follows the chosen experts, not
/// all of them.
public struct MixtureOfExperts: Sendable {
  /// Chooses the experts of a token.
  public let router: Router
  /// Those that are chosen from.
  public let experts: [MLP]
  /// The one of all tokens.
  public let shared: MLP
  private let precision: Precision

  init(
    _ configuration: GPTConfiguration.Experts, width: Int, precision: Precision,
    in scope: ParameterScope
  ) {
    func mlp(in scope: ParameterScope) -> MLP {
      MLP(width: width, hidden: configuration.width, precision: precision, in: scope)
    }
    self.precision = precision
    router = Router(
      width: width, experts: configuration.count, active: configuration.active,
      in: scope.child("router"))
    experts = (0..<configuration.count).map { mlp(in: scope.child("experts").child($0)) }
    shared = mlp(in: scope.child("shared"))
  }

  /// Applies the layer to `[positions, modelDimension]`; the shape stays.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let choice = router(x)
    func products(_ x: Tensor, _ layer: (MLP) -> Linear) -> Tensor {
      x.linear(
        experts.map { layer($0).weight.value }, rowsOfEach: choice.loads, precision: precision)
    }
    let hidden = products(x.gathering(choice.rows)) { $0.expansion }.squaredReLU()
    let answers = products(hidden) { $0.projection }
    return shared(x)
      + answers.scattering(to: choice.rows, of: x.shape[0], weights: choice.gates)
  }

  var matrices: [Parameter] { [router.weight] + (experts + [shared]).flatMap(\.matrices) }
}

/// Chooses the experts of every token: see `Tensor.choosingExperts(_:bias:)`.
///
/// Its products are in float32 whatever the model's are: a rounded score may choose another expert.
public struct Router: Sendable {
  /// From a token's features to a score of every expert: `[experts, modelDimension]`.
  public let weight: Parameter
  /// What the choice adds to each expert's affinity, zero at first: `[experts]`.
  ///
  /// Its gradient is the number of tokens that went to each expert, by which a rule evens out the load.
  public let bias: Parameter
  private let active: Int

  init(width: Int, experts: Int, active: Int, in scope: ParameterScope) {
    self.active = active
    weight = scope.parameter("weight", [experts, width], .hidden)
    bias = scope.parameter("bias", [experts], .zeros)
  }

  /// Chooses for every row of `[positions, modelDimension]`.
  public func callAsFunction(_ x: Tensor) -> ExpertChoice {
    x.linear(weight.value).choosingExperts(active, bias: bias.value)
  }
}
