import NanoGPT
import Text

/// How the time of a step grows with the width of the model and the batch: a table in Markdown.
package struct ScalingTable: Sendable {
  /// A configuration with one thread and with several.
  package struct Row: Sendable {
    package let one: ScalingMeasurement
    package let several: ScalingMeasurement

    package init(one: ScalingMeasurement, several: ScalingMeasurement) {
      (self.one, self.several) = (one, several)
    }
  }

  package let threads: Int
  package let rows: [Row]

  package init(threads: Int, rows: [Row]) {
    (self.threads, self.rows) = (threads, rows)
  }

  /// Measures widths of 128 to 512 in heads of 64, with batches of 4 to 64.
  init(_ reference: BenchmarkConfiguration, progress: (String) -> Void) throws {
    var rows: [Row] = []
    for width in [128, 256, 384, 512] {
      for batch in [4, 16, 64] {
        progress("d = \(width), B = \(batch) ...")
        var configuration = reference
        configuration.model.modelDimension = width
        configuration.model.heads = width / 64
        configuration.batch = batch
        let several = try ScalingMeasurement(configuration)
        configuration.threads = 1
        rows.append(Row(one: try ScalingMeasurement(configuration), several: several))
      }
    }
    self.init(threads: reference.threads, rows: rows)
  }

  /// A line per configuration; times in milliseconds, what operations and peak predict in parentheses.
  package var markdown: String {
    let header =
      "| d | B | GFLOP | 1 thread, ms | \(Format.count(threads, "thread")), ms | times as fast | optimizer's share |"
    let lines = rows.map { row in
      let (one, several) = (row.one, row.several)
      let configuration = several.configuration
      let cells = [
        "\(configuration.model.modelDimension)", "\(configuration.batch)",
        Format.fixed((several.operations + several.optimizerOperations) * 1e-9, 1),
        Self.time(one), Self.time(several),
        Format.fixed(one.stepSeconds / several.stepSeconds, 2),
        "\(Format.percent(several.optimizerShare)) "
          + "(\(Format.percent(several.predictedOptimizerShare)))",
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
    return ([header, "|--:|--:|--:|--:|--:|--:|--:|"] + lines).joined(separator: "\n")
  }

  private static func time(_ measurement: ScalingMeasurement) -> String {
    let (measured, predicted) = (measurement.stepSeconds, measurement.predictedSeconds)
    return "\(Format.fixed(measured * 1000, 1)) (\(Format.fixed(predicted * 1000, 1)))"
  }
}
