import Text

/// A curve of validation losses as text, with a line for the target.
package struct Chart {
  /// Step and loss of each validation, in order.
  private let points: [(step: Int, loss: Double)]
  private let target: Double?
  /// Columns of the plot itself, and rows.
  private let width: Int
  private let height: Int

  package init(
    points: [(step: Int, loss: Double)], target: Double?, width: Int = 60, height: Int = 10
  ) {
    self.points = points.filter(\.loss.isFinite)
    (self.target, self.width, self.height) = (target, width, height)
  }

  /// The rows from top to bottom, axis labels included; none for fewer than two points.
  package var lines: [String] {
    guard let first = points.first, let last = points.last, points.count > 1 else { return [] }
    let values = points.map(\.loss) + (target.map { [$0] } ?? [])
    let low = values.min() ?? 0
    let high = max(values.max() ?? 1, low + 1e-9)
    var canvas = Braille(width: width, height: height)
    func row(_ loss: Double) -> Int {
      Int(((high - loss) / (high - low) * Double(canvas.rows - 1)).rounded())
    }
    if let target {
      for column in stride(from: 0, to: canvas.columns, by: 4) { canvas.set(column, row(target)) }
    }
    let steps = Double(max(1, last.step - first.step))
    for column in 0..<canvas.columns {
      let share = Double(column) / Double(canvas.columns - 1)
      canvas.set(column, row(loss(at: Double(first.step) + share * steps)))
    }
    let labels = Dictionary(
      [(0, high), (height - 1, low)] + (target.map { [(row($0) / 4, $0)] } ?? []),
      uniquingKeysWith: { $1 })
    let targetRow = target.map { row($0) / 4 }
    let body = canvas.lines.enumerated().map { index, line in
      let label = labels[index].map { Format.fixed($0, 3) }
      return Format.padded(label ?? "", to: 8, .right) + (label == nil ? " │" : " ┤") + line
        + (index == targetRow ? " target" : "")
    }
    let left = "step \(first.step)"
    let right = Format.padded(
      String(last.step), to: max("\(last.step)".count + 1, width - left.count), .right)
    return body + [Format.padded("", to: 10) + left + right]
  }

  /// The loss between two validations, on a straight line.
  private func loss(at step: Double) -> Double {
    let after = points.firstIndex { Double($0.step) >= step } ?? points.count - 1
    guard after > 0 else { return points[0].loss }
    let (left, right) = (points[after - 1], points[after])
    let share = (step - Double(left.step)) / Double(right.step - left.step)
    return left.loss + share * (right.loss - left.loss)
  }
}

/// A canvas of dots, two by four to a character.
private struct Braille {
  let columns: Int
  let rows: Int
  private var cells: [[UInt32]]

  init(width: Int, height: Int) {
    (columns, rows) = (2 * width, 4 * height)
    cells = Array(repeating: Array(repeating: 0, count: width), count: height)
  }

  mutating func set(_ column: Int, _ row: Int) {
    let dots: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    cells[row / 4][column / 2] |= dots[row % 4][column % 2]
  }

  var lines: [String] {
    cells.map { row in
      let scalars = row.map { $0 == 0 ? " " : Unicode.Scalar(0x2800 + $0) ?? " " }
      return String(String.UnicodeScalarView(scalars))
    }
  }
}
