import Autograd
import Testing

/// Expects two lists of numbers to agree within `absolute + relative * |expected|`, element by element.
public func expectClose(
  _ actual: [Float], _ expected: [Double], relative: Double = 1e-5, absolute: Double = 1e-6,
  _ what: @autoclosure () -> String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what()): \(actual.count) elements, expected \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  let wrong = actual.indices.filter {
    !(abs(Double(actual[$0]) - expected[$0]) <= absolute + relative * abs(expected[$0]))
  }
  if let first = wrong.first {
    Issue.record(
      """
      \(what()): element \(first) is \(actual[first]), expected \(expected[first]); \
      \(wrong.count) of \(actual.count) differ
      """, sourceLocation: sourceLocation)
  }
}

/// The largest `|a - b|` over the largest `|b|`: one number for how far two lists are apart.
public func relativeDifference(_ a: [Float], _ b: [Float]) -> Double {
  precondition(a.count == b.count, "relativeDifference: \(a.count) and \(b.count) elements")
  let largest = b.reduce(0) { max($0, abs(Double($1))) }
  let difference = zip(a, b).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
  return difference == 0 ? 0 : difference / largest
}
