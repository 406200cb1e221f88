import Muon
import Runs
import Text
import TextTable

extension Tables {
  /// What an update did to matrices: of each measure, the least, the middle and the greatest among them.
  static func diagnostics(of matrices: [LogEvent.Diagnostics]) -> String {
    typealias Row = (measure: String, summary: [Double])
    typealias Event = LogEvent.Diagnostics
    func row(_ measure: String, _ value: (LogEvent.Diagnostics) -> Float?) -> Row? {
      let values = matrices.compactMap(value).map(Double.init).filter { $0.isFinite }.sorted()
      guard let least = values.first, let middle = values.middle, let greatest = values.last
      else { return nil }
      return (measure, [least, middle, greatest])
    }
    let rows: [Row?] = [
      row("weight norm") { $0.weightNorm },
      row("gradient norm") { $0.gradientNorm },
      row("update RMS") { $0.updateRMS },
      row("direction: stable rank") { $0.stableRank },
      row("direction: median / largest singular value") { $0.singularValues?.middle },
      row("direction: least / largest singular value") { $0.singularValues?.last },
      row("orthogonalized: largest singular value") { $0.orthogonalizedSingularValues?.first },
      row("orthogonalized: median singular value") { $0.orthogonalizedSingularValues?.middle },
      row("orthogonalized: least singular value") { $0.orthogonalizedSingularValues?.last },
    ]
    let table = TextTable<Row> { row in
      [Column(title: "of \(matrices.count) matrices", value: row.measure)]
        + zip(["min", "median", "max"], row.summary).map { title, value in
          Column(title: title, value: Format.significant(value, 3), align: .right)
        }
    }
    return table.string(for: rows.compactMap(\.self), style: Style.simple).trimmedLines
  }
}

extension Array {
  /// The element in the middle, the first of the two in the middle of an even number; nil without any.
  fileprivate var middle: Element? { isEmpty ? nil : self[(count - 1) / 2] }
}
