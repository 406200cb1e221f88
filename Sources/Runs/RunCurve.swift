import Foundation
import NanoGPT
import Text

/// What a run's `log.jsonl` says by itself, a row for every number of steps made: losses, seconds, learning rates.
package struct RunCurve: Sendable {
  /// What is known of the weights after so many steps.
  package struct Row: Equatable, Sendable {
    /// The training steps before.
    package let step: Int
    /// The loss of the next batch; nil after the last step, and where it is not a number.
    package var trainLoss: Double?
    /// The loss on the whole validation set, where it was judged.
    package var validationLoss: Double?
    /// The loss on a part of it, where there was a glance.
    package var glanceLoss: Double?
    /// The seconds of training until then.
    package var seconds: Double
    /// What the schedule multiplies the learning rates of the next step by.
    package var learningRateFactor: Double?
  }

  /// Ascending by step.
  package private(set) var rows: [Row] = []

  /// Reads the log of the run in a directory, which may still be running.
  package init(ofRunIn directory: URL) throws(DataError) {
    let url = directory.appendingPathComponent(RunDirectory.logName)
    try self.init(try Files.read(url, hint: Self.hint), path: url.relativePath)
  }

  /// Reads the content of the log at `path`.
  package init(_ jsonl: [UInt8], path: String) throws(DataError) {
    let lines = jsonl.split(separator: UInt8(ascii: "\n"))
    let decoder = JSONDecoder()
    var time = Duration.zero
    for (index, line) in lines.enumerated() {
      do {
        note(try decoder.decode(LogEvent.self, from: Data(line)), &time)
      } catch {
        throw .badData(
          path: path,
          reason: "line \(index + 1) is not an event of a run\(JSON.place(of: error))",
          hint: Self.hint)
      }
    }
  }

  private static let hint = "name the directory of a run, such as one in results/runs"

  private mutating func note(_ event: LogEvent, _ time: inout Duration) {
    switch event {
    case .train(let event):
      change(event.step, at: time) {
        ($0.trainLoss, $0.learningRateFactor) = (event.loss, event.learningRateFactor)
      }
      time += event.measured.time
    case .validation(let event):
      change(event.step, at: time) { $0.validationLoss = event.loss }
    case .glance(let event):
      change(event.step, at: time) { $0.glanceLoss = event.loss }
    case .diagnostics: break
    }
  }

  /// Events come in the order of their steps: what is noted is of the last row, or begins the next.
  private mutating func change(_ step: Int, at time: Duration, _ body: (inout Row) -> Void) {
    if rows.last?.step != step { rows.append(Row(step: step, seconds: time.seconds)) }
    body(&rows[rows.count - 1])
  }

  /// The rows as comma-separated values below a line with their names; what is not known is empty.
  package var csv: String {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let lines = rows.map { row in
      [
        "\(row.step)", text(row.trainLoss), text(row.validationLoss), text(row.glanceLoss),
        text(row.seconds), text(row.learningRateFactor),
      ].joined(separator: ",")
    }
    return (["step,train_loss,val_loss,glance_loss,seconds,lr_factor"] + lines)
      .joined(separator: "\n") + "\n"
  }
}
