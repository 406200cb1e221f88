import ArgumentParser
import Muon

/// Which optimizer a run puts to the test: the rule that moves the matrices inside the blocks, by its name.
package struct Contestant: RawRepresentable, CaseIterable, Codable, Hashable, Sendable {
  package let rawValue: String

  package static let allCases = NamedRule.known.map { Contestant($0) }
  package static let muon = Contestant(Muon.self)
  package static let adamw = Contestant(AdamW.self)

  /// The contestant of this name; nil when no rule has it.
  package init?(rawValue: String) {
    guard Self.allCases.contains(where: { $0.rawValue == rawValue }) else { return nil }
    self.rawValue = rawValue
  }

  /// The contestant that a rule is.
  package init(_ rule: any UpdateRule.Type) {
    rawValue = rule.name
  }

  /// Who to run next, to compare: AdamW, and Muon after AdamW.
  var opponent: Contestant { self == .adamw ? .muon : .adamw }
}

extension Contestant: CustomStringConvertible {
  package var description: String { rawValue }
}

extension Contestant: ExpressibleByArgument {}

/// As a key of a dictionary it is coded as its name.
extension Contestant: CodingKeyRepresentable {}
