/// Windows of tokens and, at each position, the token that follows.
public struct Batch: Sendable, Equatable {
  /// The windows: `count` rows of the same length.
  public let inputs: [[TokenID]]
  /// The next token at every position of `inputs`: the same shape, shifted by one.
  public let targets: [[TokenID]]

  /// The number of windows.
  public var count: Int { inputs.count }

  /// The number of tokens predicted.
  public var tokens: Int { targets.reduce(0) { $0 + $1.count } }

  /// Cuts windows `windows` of length `contextLength` out of `tokens`: window w predicts the tokens
  /// `w * contextLength + 1 ... (w + 1) * contextLength`.
  init(windows: some Sequence<Int>, of tokens: [TokenID], contextLength: Int) {
    var inputs: [[TokenID]] = []
    var targets: [[TokenID]] = []
    for window in windows {
      let start = window * contextLength
      inputs.append(Array(tokens[start..<start + contextLength]))
      targets.append(Array(tokens[start + 1...start + contextLength]))
    }
    self.inputs = inputs
    self.targets = targets
  }
}
