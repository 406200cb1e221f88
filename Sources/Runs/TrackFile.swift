import Foundation
import NanoGPT
import Text

/// A file with a track: in full, or as what differs from a track that is known by name.
///
/// ```toml
/// base = "kjv"                  # everything that this file does not say
/// data = "../data/mine-1024"    # prepared data, seen from this file
///
/// [track]
/// batch = 32
///
/// [recipes.muon]
/// steps = 120
/// ```
package struct TrackFile {
  /// What the file describes, all keys filled in.
  package let definition: TrackDefinition
  /// The directory of prepared data that it names; nil for those of the track's corpus.
  package let data: URL?

  /// Reads a TOML file.
  ///
  /// - Throws: ``UsageError`` for its content, `DataError` for a file or data that cannot be read.
  package init(contentsOf url: URL) throws {
    let hint = "`speedrun run --print-config` prints a track to start from"
    let tree = try readTOML(url, hint: hint) { (text) throws(UsageError) in try Tree(toml: text) }
    do {
      try self.init(tree, in: url.deletingLastPathComponent())
    } catch let error as UsageError {
      throw UsageError("\(url.relativePath): \(error.message)", hint: error.hint ?? hint)
    }
  }

  /// Reads the content of a file that lies in `directory`.
  package init(_ file: Tree, in directory: URL) throws {
    var own = file
    (own[["base"]], own[["data"]]) = (nil, nil)
    var definition: TrackDefinition
    if let name = try Self.text("base", of: file) {
      let base = try Registry.current.track(named: name)
      let given = Set((own.object?["track"]?.object ?? [:]).keys)
      definition = try TrackDefinition(base.tree().merging(own))
        .withoutClaims(of: base, given: given)
    } else {
      definition = try Registry.current.completed(TrackDefinition(own))
    }
    data = try Self.text("data", of: file).map {
      URL(fileURLWithPath: $0, isDirectory: true, relativeTo: directory)
    }
    if let data {
      // What the file itself says about the track stays.
      try definition.track.adopt(corpusIn: data)
      definition = try TrackDefinition(definition.tree().merging(own))
    }
    self.definition = definition
  }

  private static func text(_ key: String, of file: Tree) throws(UsageError) -> String? {
    guard let value = file.object?[key] else { return nil }
    guard let text = value.string else { throw UsageError("\(key) is not a text in quotes") }
    return text
  }
}

extension Tree {
  /// This with the values of another: its tables go into those of the same name, everything else replaces.
  func merging(_ other: Tree) -> Tree {
    guard let mine = object, let others = other.object else { return other }
    return .object(mine.merging(others) { $0.merging($1) })
  }
}
