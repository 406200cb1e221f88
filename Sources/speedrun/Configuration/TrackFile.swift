import Foundation
import Muon
import NanoGPT
import TOMLKit

/// A track and a recipe for each contestant: what a TOML file describes in full.
package struct TrackFile: Codable, Hashable, Sendable {
  package var track: Track
  /// At least the recipe of the contestant that runs.
  package var recipes: [Contestant: Recipe]
}

extension TrackFile {
  init(track: Track, recipes: [Recipe]) {
    self.track = track
    self.recipes = Dictionary(uniqueKeysWithValues: recipes.map { ($0.contestant, $0) })
  }

  /// Finds a built-in track by its name.
  package init(named name: String) throws(UsageError) {
    guard let match = Self.builtIn.first(where: { $0.track.name == name }) else {
      let names = Self.builtIn.map { $0.track.name }
      throw UsageError(
        "no track is called '\(name)'",
        hint: "the tracks are \(names.joined(separator: ", ")); --track-file FILE reads your own")
    }
    self = match
  }

  /// Reads a TOML file.
  package init(contentsOf url: URL) throws {
    let hint = "`speedrun run --print-config` prints a track to start from"
    self = try readTOML(url, hint: hint) { (text) throws(UsageError) in
      try TrackFile(toml: text)
    }
  }

  /// Reads TOML, whose keys must all be known.
  package init(toml: String) throws(UsageError) {
    let table = try parsedTOML(toml)
    try self.init(table: table)
  }

  /// Decodes a table after checking every key and type against a complete one.
  init(table: TOMLTable) throws(UsageError) {
    try TableCheck.conform(table, to: try Self.template.table())
    do {
      self = try TOMLDecoder(strictDecoding: true).decode(TrackFile.self, from: table)
    } catch DecodingError.keyNotFound(let key, let context) {
      let path = context.codingPath.map(\.stringValue)
      let full = path.last == key.stringValue ? path : path + [key.stringValue]
      throw UsageError("the key '\(full.joined(separator: "."))' is missing")
    } catch DecodingError.dataCorrupted(let context) {
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      throw UsageError("\(path): \(context.debugDescription)")
    } catch {
      throw UsageError("not a track: \(error)")
    }
    if let problem { throw UsageError(problem) }
  }

  /// What is wrong with these values, in words; nil when nothing is.
  package var problem: String? {
    if let problem = track.problem { return "track: \(problem)" }
    for contestant in Contestant.allCases {
      if let problem = recipes[contestant]?.problem { return "recipes.\(contestant).\(problem)" }
    }
    return nil
  }

  /// The whole as TOML that ``init(toml:)`` reads back.
  package func toml() throws(UsageError) -> String {
    let text = try table().convert(to: .toml, options: [])
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.contains("\"") ? String(line) : Self.withShortNumbers(line)
    }
    return lines.joined(separator: "\n")
  }

  /// The line with every number in the fewest digits that mean the same: TOMLKit writes 17.
  private static func withShortNumbers(_ line: Substring) -> String {
    String(line).replacing(/[0-9]+\.[0-9]+(e[+-]?[0-9]+)?/) { match in
      Double(match.output.0).map { "\($0)" } ?? String(match.output.0)
    }
  }

  func table() throws(UsageError) -> TOMLTable {
    // TOMLKit's encoder traps on lists of lists: Newton-Schulz coefficients go in by hand.
    var flat = self
    var coefficients: [Contestant: TOMLArray] = [:]
    for contestant in Contestant.allCases {
      let lists = recipes[contestant]?.muon?.newtonSchulz.coefficients
      coefficients[contestant] = lists.map { TOMLArray($0.map { TOMLArray([$0.a, $0.b, $0.c]) }) }
      flat.recipes[contestant]?.muon?.newtonSchulz.coefficients = []
    }
    let table: TOMLTable
    do {
      table = try TOMLTable(flat)
    } catch {
      throw UsageError("this track cannot be written as TOML: \(error)")
    }
    for (contestant, list) in coefficients {
      table.set(
        list, at: ["recipes", contestant.rawValue, "muon", "newton_schulz", "coefficients"])
    }
    return table
  }

  /// A track with every key there is, those included that are left out where they say the usual.
  static var template: TrackFile {
    var complete = kjv
    complete.recipes[.muon]?.muon = Muon(
      learningRate: 0.03, weightDecay: 0.1, decay: .coupled,
      momentumWarmup: MomentumWarmup(from: 0.85, steps: 100), nesterov: false,
      orthogonalization: .singularValues)
    return complete
  }
}
