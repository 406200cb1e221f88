import ArgumentParser

/// Which optimizer a run puts to the test: what it does with the matrices inside the blocks.
package enum Contestant: String, CaseIterable, Codable, Sendable, ExpressibleByArgument {
  case muon
  case adamw

  /// The other one.
  var opponent: Contestant { self == .muon ? .adamw : .muon }
}
