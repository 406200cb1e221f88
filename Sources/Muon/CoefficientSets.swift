extension NewtonSchulz {
  /// One polynomial `a x + b x^3 + c x^5`; coded as a list of three numbers.
  public struct Coefficients: Hashable, Sendable {
    /// The factor of `x`.
    public var a: Double
    /// The factor of `x^3`.
    public var b: Double
    /// The factor of `x^5`.
    public var c: Double

    /// Creates a polynomial.
    public init(_ a: Double, _ b: Double, _ c: Double) {
      (self.a, self.b, self.c) = (a, b, c)
    }
  }

  /// Five steps of Keller Jordan's polynomial: steep at zero, never quite settling around 1.
  public static let jordan = jordan(steps: 5)

  /// Keller Jordan's polynomial, applied `steps` times.
  public static func jordan(steps: Int) -> NewtonSchulz {
    NewtonSchulz(
      coefficients: Array(repeating: Coefficients(3.4445, -4.7750, 2.0315), count: steps))
  }

  /// Five steps, each with the best polynomial for what the one before it left: Polar Express.
  public static let polarExpress = polarExpress(steps: 5)

  /// Polar Express for `steps` steps; the last of its five polynomials repeats.
  ///
  /// The coefficients, as modded-nanogpt has them, include a safety factor of 1.02.
  public static func polarExpress(steps: Int) -> NewtonSchulz {
    let five = [
      Coefficients(8.156554524902461, -22.48329292557795, 15.878769915207462),
      Coefficients(4.042929935166739, -2.808917465908714, 0.5000178451051316),
      Coefficients(3.8916678022926607, -2.772484153217685, 0.5060648178503393),
      Coefficients(3.285753657755655, -2.3681294933425376, 0.46449024233003106),
      Coefficients(2.3465413258596377, -1.7097828382687081, 0.42323551169305323),
    ]
    return NewtonSchulz(
      coefficients: (0..<steps).map { five[min($0, five.count - 1)] }, normFactor: 1.02,
      epsilon: 1e-6)
  }

  /// Twelve steps of the classical polynomial with fixed point 1: exact, and slower.
  public static let convergent = convergent(steps: 12)

  /// The classical polynomial with fixed point 1, applied `steps` times.
  public static func convergent(steps: Int) -> NewtonSchulz {
    NewtonSchulz(coefficients: Array(repeating: Coefficients(2, -1.5, 0.5), count: steps))
  }

  /// The sets that configuration files and flags know by name.
  public static let named: [(name: String, set: NewtonSchulz)] = [
    ("jordan", .jordan), ("polar-express", .polarExpress), ("convergent", .convergent),
  ]

  /// Finds a set by its name: `jordan`, `polar-express` or `convergent`.
  public init?(named name: String) {
    guard let match = Self.named.first(where: { $0.name == name }) else { return nil }
    self = match.set
  }
}

extension NewtonSchulz.Coefficients: Codable {
  /// Decodes a list of three numbers.
  public init(from decoder: any Decoder) throws {
    let numbers = try [Double](from: decoder)
    guard numbers.count == 3 else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "\(numbers.count) coefficients where a step has 3"))
    }
    self.init(numbers[0], numbers[1], numbers[2])
  }

  /// Encodes a list of three numbers.
  public func encode(to encoder: any Encoder) throws {
    try [a, b, c].encode(to: encoder)
  }
}

extension NewtonSchulz {
  enum CodingKeys: String, CodingKey {
    case coefficients
    case normFactor = "norm_factor"
    case epsilon
  }

  /// Decodes a set written out in full, or its name.
  public init(from decoder: any Decoder) throws {
    if let name = try? decoder.singleValueContainer().decode(String.self) {
      guard let set = NewtonSchulz(named: name) else {
        let known = Self.named.map(\.name).joined(separator: ", ")
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "no coefficient set is called \"\(name)\"; known: \(known)"))
      }
      self = set
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      coefficients: try container.decode([Coefficients].self, forKey: .coefficients),
      normFactor: try container.decode(Double.self, forKey: .normFactor),
      epsilon: try container.decode(Double.self, forKey: .epsilon))
  }
}
