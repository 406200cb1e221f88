import Muon
import Text
import TextTable

extension Tables {
  /// What an update did to matrices: of each measure, the least, the middle and the greatest among them.
  static func diagnostics(of matrices: [UpdateDiagnosis]) -> String {
    typealias Row = (measure: String, summary: [Double])
    func row(_ measure: String, _ value: (UpdateDiagnosis) -> Double?) -> Row? {
      let values = matrices.compactMap(value).filter { $0.isFinite }.sorted()
      guard let least = values.first, let middle = values.middle, let greatest = values.last
      else { return nil }
      return (measure, [least, middle, greatest])
    }
    let rows = [
      row("weight norm") { $0.weightNorm },
      row("gradient norm") { $0.gradientNorm },
      row("update RMS") { $0.updateRMS },
      row("direction: stable rank") { $0.direction?.stableRank },
      row("direction: median / largest singular value") { $0.direction?.ratios.middle },
      row("direction: least / largest singular value") { $0.direction?.ratios.last },
      row("orthogonalized: largest singular value") { $0.orthogonalized?.largest },
      row("orthogonalized: median singular value") { $0.orthogonalized?.quantiles.middle },
      row("orthogonalized: least singular value") { $0.orthogonalized?.quantiles.last },
    ].compactMap { $0 }
    let table = TextTable<Row> { row in
      [Column(title: "of \(matrices.count) matrices", value: row.measure)]
        + zip(["min", "median", "max"], row.summary).map { title, value in
          Column(title: title, value: Format.significant(value, 3), align: .right)
        }
    }
    return table.string(for: rows, style: Style.simple).trimmedLines
  }
}

extension [Double] {
  /// The element in the middle, the first of the two in the middle of an even number; nil without any.
  fileprivate var middle: Double? { isEmpty ? nil : self[(count - 1) / 2] }
}
