import Autograd
import NanoGPT
import Statistics

/// A benchmark beside an earlier one of the same work.
package struct BenchmarkComparison: Codable, Sendable {
  /// Both times of a part, in milliseconds: medians, and means of the instrumented parts.
  package struct Row: Codable, Sendable {
    package let name: String
    package let before: Double
    package let now: Double
    /// Now through before: below 1 is faster.
    package let ratio: Double

    enum CodingKeys: String, CodingKey {
      case name, ratio
      case before = "before_ms"
      case now = "now_ms"
    }

    init(_ name: String, _ before: Double, _ now: Double) {
      (self.name, self.before, self.now) = (name, before, now)
      ratio = now / before
    }
  }

  package let file: String
  /// In what both differ, such as the number of threads.
  package let differences: [String]
  package let rows: [Row]

  /// Compares a report with an earlier one, which was read from `file`.
  package init(of now: BenchmarkReport, with before: BenchmarkReport, file: String) {
    self.file = file
    differences = Self.differences(of: now.configuration, from: before.configuration)
    let headline = [
      Row("forward + backward", before.forwardBackward.median, now.forwardBackward.median),
      Row("optimizer", before.optimizerStep.median, now.optimizerStep.median),
      Row("whole step", before.step.median, now.step.median),
      // Tells a slower program from a slower machine.
      Row(
        "1 GFLOP at the peak", 1000 / before.peakGigaflopsPerSecond,
        1000 / now.peakGigaflopsPerSecond),
    ]
    let parts = now.split.parts.compactMap { part in
      before.split.parts.first { $0.name == part.name }.map {
        Row(part.name, $0.milliseconds, part.milliseconds)
      }
    }
    rows = headline + parts
  }

  /// Throws unless `earlier`, read from the file at `path`, did the same work.
  package static func check(
    _ earlier: BenchmarkConfiguration, from path: String, against now: BenchmarkConfiguration
  ) throws(DataError) {
    guard (earlier.model, earlier.batch, earlier.optimizer) != (now.model, now.batch, now.optimizer)
    else { return }
    throw .badData(
      path: path, reason: "measured another configuration than \(now.text) with \(now.optimizer)",
      hint: "run with --configuration \(earlier.text) --optimizer \(earlier.optimizer)")
  }

  private static func differences(
    of now: BenchmarkConfiguration, from before: BenchmarkConfiguration
  ) -> [String] {
    let pairs = [
      ("threads", "\(before.threads)", "\(now.threads)"),
      ("lanes", "\(before.lanes)", "\(now.lanes)"),
      ("precision", before.precision.rawValue, now.precision.rawValue),
      (
        "Newton-Schulz precision", before.newtonSchulzPrecision.rawValue,
        now.newtonSchulzPrecision.rawValue
      ),
    ]
    return pairs.filter { $1 != $2 }.map { "\($0) \($1) then, \($2) now" }
  }

  /// The differences in parentheses, if any.
  var difference: String {
    differences.isEmpty ? "" : " (\(differences.joined(separator: "; ")))"
  }
}
