/// What the memory of a benchmark holds, in bytes.
package struct MemoryUse: Codable, Sendable {
  package let weights: Int
  /// One for each weight in every lane.
  package let gradients: Int
  /// What lanes compute with: activations and their gradients, weights laid out for products.
  package let laneBuffers: Int
  /// What the rules remember, and what they compute with.
  package let optimizer: Int
  /// The most the whole process has had resident: what is above the sum of the others is the program and
  /// its libraries.
  package let peakResident: Int

  enum CodingKeys: String, CodingKey {
    case weights, gradients, optimizer
    case laneBuffers = "lane_buffers"
    case peakResident = "peak_rss"
  }

  /// What has a name here, largest first, and the rest.
  package var items: [(name: String, bytes: Int)] {
    let known = [
      ("lanes' buffers", laneBuffers), ("lanes' gradients", gradients), ("optimizer", optimizer),
      ("weights", weights),
    ]
    let rest = peakResident - known.reduce(0) { $0 + $1.1 }
    return known.sorted { $0.1 > $1.1 } + [("program and the rest", rest)]
  }
}
