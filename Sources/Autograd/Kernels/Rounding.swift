extension Int {
  /// The least multiple of `step` that is not below this number.
  func rounded(upTo step: Int) -> Int {
    (self + step - 1) / step * step
  }

  /// How many packed elements this many values along the inner extent take: bfloat16 go in pairs.
  func elements(in precision: Precision) -> Int {
    switch precision {
    case .float32: self
    case .bfloat16: (self + 1) / 2
    }
  }

  /// This many floats, rounded up to whole cache lines of 64 bytes.
  var wholeCacheLines: Int { rounded(upTo: 16) }
}
