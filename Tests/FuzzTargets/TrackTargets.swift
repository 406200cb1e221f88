import Experiments
import Foundation
import Runs

extension FuzzTarget {
  /// What people write in files of TOML.
  static let tracks = [
    FuzzTarget("track") { bytes in
      let text = try text(of: bytes)
      let definition = try TrackFile(try Tree(toml: text), in: nowhere).definition
      check("a track") { try TrackDefinition(toml: definition.toml()) == definition }
    },
    FuzzTarget("plan") { bytes in
      let text = try text(of: bytes)
      // The source of a record, so that no file that a plan may name is read.
      let source = TrackSource(.micro, options: ["--track", "micro"])
      let request = try Request(plan: text, in: nowhere, on: source)
      _ = (request.trialCount, try request.warnings, request.defaultDirectory)
    },
  ]

  private static func text(of bytes: [UInt8]) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw UsageError("no text") }
    return text
  }
}
