import Autograd
import Foundation
import Muon
import TestSupport
import Testing

/// Ten updates of PyTorch, see Tests/Goldens/make_optimizer_goldens.py.
struct OptimizerGoldens: Decodable {
  let factors: [Double]
  let matrices: [String: Matrix]
  let cases: [Case]

  struct Matrix: Decodable {
    let shape: [Int]
    let weights: Data
    let gradients: [Data]
  }

  struct Case: Decodable {
    let matrix: String
    let rule: Rule
    let result: Data
  }

  /// A rule as the script writes it: Muon's coefficients are Jordan's.
  struct Rule: Decodable {
    let value: any UpdateRule

    enum CodingKeys: String, CodingKey {
      case rule, scale, momentum
      case learningRate = "learning_rate"
      case weightDecay = "weight_decay"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      value =
        switch try container.decode(String.self, forKey: .rule) {
        case "muon":
          Muon(
            learningRate: try container.decode(Double.self, forKey: .learningRate),
            weightDecay: try container.decode(Double.self, forKey: .weightDecay),
            momentum: try container.decode(Double.self, forKey: .momentum),
            scale: try container.decode(Muon.Scale.self, forKey: .scale))
        default: try AdamW(from: decoder)
        }
    }
  }
}

@Suite struct GoldenTests {
  @Test func tenUpdatesAreThoseOfPyTorch() throws {
    let goldens = try JSONDecoder().decode(
      OptimizerGoldens.self, from: Data(contentsOf: golden("optimizer_goldens.json")))
    #expect(goldens.cases.count == 15)
    for item in goldens.cases {
      let matrix = try #require(goldens.matrices[item.matrix])
      let shape = Shape(matrix.shape)
      let result = weights(
        Tensor(floats(matrix.weights), shape: shape),
        afterGradients: matrix.gradients.map { Tensor(floats($0), shape: shape) },
        by: item.rule.value, factor: { goldens.factors[$0] })
      let difference = largestDifference(result, Tensor(floats(item.result), shape: shape))
      #expect(difference < 5e-6, "\(item.matrix) \(item.rule.value)")
    }
  }
}

/// The little-endian float32 numbers of a golden.
func floats(_ data: Data) -> [Float] {
  data.withUnsafeBytes { bytes in
    stride(from: 0, to: bytes.count, by: 4).map {
      Float(
        bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
    }
  }
}
