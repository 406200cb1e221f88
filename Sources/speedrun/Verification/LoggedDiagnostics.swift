import Muon

/// The diagnostics in a log: after the updates they look at, one event for each matrix, in the model's order.
struct LoggedDiagnostics {
  /// An event, as far as it can be compared with that of the same run made again.
  struct Event: Sendable {
    let step: Int
    let matrix: String
    /// Every number in it, in the order of its keys; nil where there is none.
    let numbers: [Double?]
    let line: Int
  }

  /// The names of the matrices.
  let matrices: [String]
  private(set) var events: [Event] = []
  /// Whether the rule orthogonalizes, so that there are singular values from before and after.
  private let orthogonalizes: Bool
  private var interval: Int?

  /// What a run must be asked for to see the same; nil without any.
  var every: Int? { events.isEmpty ? nil : interval ?? Self.once }

  private static let once = 1_000_000_000

  init(of matrices: [String], by rule: any UpdateRule) {
    self.matrices = matrices
    orthogonalizes = rule is any OrthogonalizingRule
  }

  /// Reads the events after the training step of this number, if there are any.
  ///
  /// They begin at step 0, and the second time says how often there must be some.
  mutating func read(_ lines: inout LogLines, at step: Int) throws(LogLines.Flaw) {
    let isThere = lines.nextKind == "diagnostics"
    if let last = events.last?.step {
      if isThere, interval == nil { interval = step - last }
    } else if step > 0 {
      // None at step 0, none at all: the next event, whatever it is, should be another.
      return
    }
    guard isThere || interval.map(step.isMultiple) == true else { return }
    if let interval, !step.isMultiple(of: interval) {
      lines.say("diagnostics of step \(step), though they are every \(interval) steps")
    }
    for matrix in matrices {
      let event = try lines.next("diagnostics", at: step, keys: Self.keys)
      try read(event, of: matrix, at: step, &lines)
      lines.advance()
    }
  }

  private mutating func read(
    _ event: RawJSON, of matrix: String, at step: Int, _ lines: inout LogLines
  ) throws(LogLines.Flaw) {
    if event["matrix"]?.text != matrix {
      lines.say("matrix is \(event["matrix"]?.canonical ?? "missing"); \"\(matrix)\" comes next")
    }
    var numbers: [Double?] = []
    for key in Self.numberKeys { numbers.append(try event.number(key, orNull: true)) }
    let values = try quantiles("singular_values", of: event)
    if let largest = values?.first, largest != 1,
      values != Array(repeating: 0, count: Spectrum.quantileCount)
    {
      lines.say("singular_values begin with \(largest); divided by the largest they begin with 1")
    }
    let after = try quantiles("orthogonalized_singular_values", of: event)
    if after == nil, orthogonalizes, values != nil {
      lines.say("orthogonalized_singular_values is null, though singular_values are not")
    }
    if after != nil, !orthogonalizes {
      lines.say("orthogonalized_singular_values, though nothing is orthogonalized")
    }
    numbers += (values ?? []) + (after ?? [])
    events.append(Event(step: step, matrix: matrix, numbers: numbers, line: lines.number))
  }

  /// Seventeen numbers, none above the one before; nil for null.
  private func quantiles(_ key: String, of event: RawJSON) throws(LogLines.Flaw) -> [Double]? {
    guard let value = event[key] else { throw LogLines.Flaw(message: "\(key) is missing") }
    if value.isNull { return nil }
    guard case .array(let elements) = value, elements.count == Spectrum.quantileCount else {
      throw LogLines.Flaw(message: "\(key) is no list of \(Spectrum.quantileCount)")
    }
    let numbers = elements.compactMap(\.number)
    guard numbers.count == elements.count, numbers.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw LogLines.Flaw(message: "\(key) is no list of numbers of at least 0")
    }
    guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 >= $1 }) else {
      throw LogLines.Flaw(message: "\(key) does not fall from number to number")
    }
    return numbers
  }

  private static let numberKeys = [
    "update_rms", "weight_norm", "gradient_norm", "largest_singular_value", "stable_rank",
  ]
  private static let keys = Set(
    numberKeys + ["matrix", "singular_values", "orthogonalized_singular_values"])
}
