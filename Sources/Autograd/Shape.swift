/// The extents of a tensor, outermost first, rank 0 to 4; elements are row-major.
public struct Shape: Hashable, Sendable {
  /// The number of extents.
  public let rank: Int
  /// The number of elements: the product of the extents, 1 for a scalar.
  public let count: Int
  // Four inline fields instead of an array: a shape is made for every tensor, and costs no allocation.
  private let first: Int
  private let second: Int
  private let third: Int
  private let fourth: Int

  /// Creates a shape from its extents, outermost first.
  public init(_ extents: [Int]) {
    require(extents.count <= 4, "Shape: rank \(extents.count) of \(extents), at most 4")
    require(extents.allSatisfy { $0 >= 0 }, "Shape: negative extent in \(extents)")
    rank = extents.count
    count = extents.reduce(1, *)
    first = extents.isEmpty ? 1 : extents[0]
    second = extents.count > 1 ? extents[1] : 1
    third = extents.count > 2 ? extents[2] : 1
    fourth = extents.count > 3 ? extents[3] : 1
  }

  /// Returns the extent of dimension `index`; a negative index counts from the end.
  public subscript(index: Int) -> Int {
    let position = index < 0 ? index + rank : index
    require(
      position >= 0 && position < rank, "Shape: dimension \(index) of rank \(rank) shape \(self)")
    switch position {
    case 0: return first
    case 1: return second
    case 2: return third
    default: return fourth
    }
  }

  /// The extents, outermost first.
  public var extents: [Int] {
    (0..<rank).map { self[$0] }
  }

  /// The innermost extent, 1 for a scalar: the length of a row.
  public var columns: Int {
    rank == 0 ? 1 : self[-1]
  }

  /// The number of rows: the product of all extents but the innermost.
  public var rows: Int {
    columns == 0 ? 0 : count / columns
  }

  /// Returns the same shape with another innermost extent.
  func replacingColumns(with columns: Int) -> Shape {
    Shape(extents.dropLast() + [columns])
  }
}

extension Shape: ExpressibleByArrayLiteral {
  /// Creates a shape from its extents, outermost first.
  public init(arrayLiteral extents: Int...) {
    self.init(extents)
  }
}

extension Shape: CustomStringConvertible {
  /// The extents as a list, such as `[256, 1024]`.
  public var description: String {
    "\(extents)"
  }
}

/// Stops the program with a message when a caller broke a rule, in release builds too.
///
/// The standard library's `precondition` traps without its message when optimized, and a shape error
/// without the shapes helps nobody. The message says what was asked for and what was given, both values.
@inline(__always)
package func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #file,
  line: UInt = #line
) {
  if !condition { fail(message(), file: file, line: line) }
}

/// Stops the program with a message: a caller broke a rule, or memory has run out.
package func fail(_ message: String, file: StaticString = #file, line: UInt = #line) -> Never {
  fatalError(message, file: file, line: line)
}
