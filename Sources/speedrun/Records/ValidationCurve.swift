import Foundation
import NanoGPT

/// The validations of one run, in the order of their steps.
package struct ValidationCurve: Equatable, Sendable {
  /// One validation: the mean loss, and the training time until then.
  package struct Point: Equatable, Sendable {
    package let step: Int
    /// In nats per token; infinite where it was not a number.
    package let loss: Double
    package let trainSeconds: Double

    package init(step: Int, loss: Double, trainSeconds: Double) {
      (self.step, self.loss, self.trainSeconds) = (step, loss, trainSeconds)
    }
  }

  package let points: [Point]

  package init(_ points: [Point]) {
    self.points = points
  }
}

extension ValidationCurve {
  /// Reads the `log.jsonl` of the run in `directory`.
  package init(in directory: URL) throws(DataError) {
    let url = directory.appendingPathComponent("log.jsonl")
    let bytes = try Files.read(url, hint: "the log of a run lies beside its run.json")
    var points: [Point] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let event = try? JSONDecoder().decode(Event.self, from: Data(line)) else {
        throw .badData(
          path: url.path, reason: "line \(index + 1) is not an event of a run",
          hint: "remove the run's directory, and run it again")
      }
      if case .validation(let point) = event { points.append(point) }
    }
    self.init(points)
  }

  /// What a line of the log means here.
  private enum Event: Decodable {
    case validation(Point)
    case other

    enum CodingKeys: String, CodingKey {
      case event, step
      case loss = "val_loss"
      case trainSeconds = "train_seconds"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      guard try container.decode(String.self, forKey: .event) == "val" else {
        self = .other
        return
      }
      let point = Point(
        step: try container.decode(Int.self, forKey: .step),
        loss: try container.decode(Double?.self, forKey: .loss) ?? .infinity,
        trainSeconds: try container.decode(Double.self, forKey: .trainSeconds))
      guard point.step == 0 || point.trainSeconds > 0 else {
        throw DecodingError.dataCorruptedError(
          forKey: .trainSeconds, in: container, debugDescription: "training took no time")
      }
      self = .validation(point)
    }
  }
}
