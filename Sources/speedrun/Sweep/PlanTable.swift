import TOMLKit

/// A table of a plan file, read key by key, so that errors name the key and what is allowed.
struct PlanTable {
  private let table: TOMLTable
  /// Where the table is, as errors say it: `arm muon, `.
  private let place: String

  /// Throws if a key is not among those allowed.
  init(_ table: TOMLTable, at place: String = "", allowing keys: [String]) throws(UsageError) {
    self.table = table
    self.place = place
    for key in table.keys where !keys.contains(key) {
      throw UsageError(
        "\(place)unknown key '\(key)'",
        hint: Suggestion.text(for: key, among: keys, what: "allowed here"))
    }
  }

  /// The text of a key; nil without the key.
  func text(_ key: String) throws(UsageError) -> String? {
    try value(key, "a text in quotes") { $0.string }
  }

  /// The text of a key that must be there.
  func requiredText(_ key: String) throws(UsageError) -> String {
    guard let text = try text(key) else { throw missing(key) }
    return text
  }

  /// The text of a key as one of the cases there are; nil without the key.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String
  ) throws(UsageError) -> Choice? {
    guard let text = try text(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw UsageError(
        "\(place)\(key) = '\(text)': it must be "
          + Choice.allCases.map(\.rawValue).joined(separator: " or "))
    }
    return choice
  }

  /// The list of a key; nil without the key, an error when it is empty.
  func list(_ key: String) throws(UsageError) -> [any TOMLValueConvertible]? {
    let list = try value(key, "a list in brackets") { $0.array.map(Array.init) }
    if list?.isEmpty == true { throw UsageError("\(place)\(key) is empty") }
    return list
  }

  /// The tables of `[[key]]`, of which there must be at least one.
  func tables(_ key: String) throws(UsageError) -> [TOMLTable] {
    guard let list = try list(key) else {
      throw UsageError("\(place)the key '\(key)' is missing", hint: "begin one with [[\(key)]]")
    }
    let tables = list.compactMap(\.table)
    guard tables.count == list.count else {
      throw UsageError("\(place)\(key): each must be a table", hint: "begin one with [[\(key)]]")
    }
    return tables
  }

  /// Everything in the table of a key by its dotted name, sorted; empty without the key.
  func leaves(_ key: String) throws(UsageError) -> [(key: String, value: any TOMLValueConvertible)]
  {
    let inner = try value(key, "a table") { $0.table }
    return inner?.leafValues.sorted { $0.key < $1.key } ?? []
  }

  private func missing(_ key: String) -> UsageError {
    UsageError("\(place)the key '\(key)' is missing")
  }

  private func value<Value>(
    _ key: String, _ kind: String, _ convert: (any TOMLValueConvertible) -> Value?
  ) throws(UsageError) -> Value? {
    guard let found = table[key] else { return nil }
    guard let value = convert(found) else {
      throw UsageError("\(place)\(key) = \(found.debugDescription): it must be \(kind)")
    }
    return value
  }
}

extension TOMLTable {
  /// Everything that is not a table, by its dotted name.
  ///
  /// `"muon.scale" = 1` and `muon.scale = 1` are the same.
  fileprivate var leafValues: [(key: String, value: any TOMLValueConvertible)] {
    keys.flatMap { key -> [(key: String, value: any TOMLValueConvertible)] in
      guard let value = self[key] else { return [] }
      guard let inner = value.table else { return [(key, value)] }
      return inner.leafValues.map { ("\(key).\($0.key)", $0.value) }
    }
  }
}
