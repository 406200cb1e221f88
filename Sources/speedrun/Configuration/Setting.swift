import TOMLKit

/// One `--set key=value`: a key of the contestant's recipe or of the track, and its new value.
package struct Setting: Hashable, Sendable {
  package let key: String
  package let value: String

  /// `key=value`.
  package var text: String { "\(key)=\(value)" }

  /// Reads `key=value`.
  package init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw UsageError(
        "--set \(text): not of the form key=value", hint: "for example --set steps=200")
    }
    (key, value) = (parts[0], parts[1])
  }

  package init(key: String, value: String) {
    (self.key, self.value) = (key, value)
  }

  /// As an option that a shell passes on unchanged.
  package var option: String {
    let isPlain = text.wholeMatch(of: /[A-Za-z0-9_.,:=+-]+/) != nil
    return "--set " + (isPlain ? text : "'\(text)'")
  }

  /// As a line of TOML.
  package var toml: String {
    let isValue = (try? TOMLTable(string: "value = \(value)")) != nil
    return "\(key) = " + (isValue ? value : "\"\(value)\"")
  }
}

extension TrackFile {
  /// The contestant's recipe.
  func recipe(for contestant: Contestant) throws(UsageError) -> Recipe {
    guard let recipe = recipes[contestant] else {
      throw UsageError(
        "track \(track.name) has no recipe for \(contestant)",
        hint: "add [recipes.\(contestant)] to the file")
    }
    return recipe
  }

  /// Returns the file with settings applied, the keys being of `contestant`'s recipe or of the track.
  package func applying(
    _ settings: [Setting], for contestant: Contestant
  ) throws(UsageError) -> TrackFile {
    _ = try recipe(for: contestant)
    guard !settings.isEmpty else { return self }
    let table = try table()
    let template = try Self.template.table()
    let roots = [["recipes", contestant.rawValue], ["track"]]
    for setting in settings {
      let path = setting.key.split(separator: ".").map(String.init)
      guard let root = roots.first(where: { template.value(at: $0 + path) != nil }) else {
        let known = roots.flatMap { template.table(at: $0)?.leaves ?? [] }
        throw UsageError(
          "--set \(setting.key): no such key",
          hint: Suggestion.nearest(to: setting.key, among: known).map {
            "did you mean '\($0)'? `speedrun run --print-config` shows all keys"
          } ?? "known: \(known.joined(separator: ", "))")
      }
      table.set(Self.parsed(setting.value), at: root + path)
    }
    return try TrackFile(table: table)
  }

  /// The value that a key of `contestant`'s recipe or of the track has; nil if there is no such key.
  func value(
    of key: String, for contestant: Contestant
  ) throws(UsageError) -> (any TOMLValueConvertible)? {
    let table = try table()
    let path = key.split(separator: ".").map(String.init)
    return table.value(at: ["recipes", contestant.rawValue] + path)
      ?? table.value(at: ["track"] + path)
  }

  /// The value as TOML; a text without quotes stands for itself.
  private static func parsed(_ text: String) -> any TOMLValueConvertible {
    (try? TOMLTable(string: "value = \(text)"))?["value"] ?? text
  }
}

extension TOMLTable {
  /// The value at a path of keys.
  func value(at path: [String]) -> (any TOMLValueConvertible)? {
    guard let first = path.first else { return nil }
    return path.count == 1 ? self[first] : self[first]?.table?.value(at: Array(path.dropFirst()))
  }

  fileprivate func table(at path: [String]) -> TOMLTable? {
    value(at: path)?.table
  }

  /// Sets the value at a path of keys, making tables on the way.
  func set(_ value: any TOMLValueConvertible, at path: [String]) {
    guard let first = path.first else { return }
    if path.count == 1 {
      self[first] = value
    } else {
      let inner = self[first]?.table ?? TOMLTable()
      inner.set(value, at: Array(path.dropFirst()))
      self[first] = inner
    }
  }

  /// The dotted names of everything that is not a table.
  var leaves: [String] {
    keys.flatMap { key in
      self[key]?.table.map { $0.leaves.map { "\(key).\($0)" } } ?? [key]
    }
  }
}
