/// One side of a comparison: an optimizer with what changes about its recipe, under a name.
package struct Arm: Hashable, Sendable {
  package let name: String
  package let optimizer: Contestant
  package let settings: [Setting]

  /// What may be a name: they become directories.
  private static var names: Regex<Substring> { /[A-Za-z0-9][A-Za-z0-9._-]*/ }

  /// An arm as a record has it.
  init(
    named name: String, _ optimizer: Contestant, _ settings: [Setting]
  ) throws(UsageError) {
    guard name.wholeMatch(of: Self.names) != nil else {
      throw UsageError("'\(name)' cannot be the name of an arm")
    }
    (self.name, self.optimizer, self.settings) = (name, optimizer, settings)
  }

  /// Reads `OPTIMIZER` or `NAME=OPTIMIZER`, and `,key=value` for every setting.
  ///
  /// A part without an equals sign belongs to the value before it, as in a list.
  package init(_ text: String) throws(UsageError) {
    var parts: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      if parts.isEmpty || part.contains("=") {
        parts.append(part)
      } else {
        parts[parts.count - 1] += "," + part
      }
    }
    let head = parts[0].split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false
    ).map(String.init)
    guard let optimizer = Contestant(rawValue: head[head.count - 1]) else {
      throw UsageError(
        "--arm \(text): no optimizer is called '\(head[head.count - 1])'",
        hint: "an arm is OPTIMIZER or NAME=OPTIMIZER, then ,key=value for each setting, "
          + "such as muon-rms=muon,muon.scale=rms; the optimizers are "
          + Contestant.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard head[0].wholeMatch(of: Self.names) != nil else {
      throw UsageError(
        "--arm \(text): '\(head[0])' cannot be a name",
        hint: "names are letters, digits, dots, dashes and underscores: they become directories")
    }
    name = head[0]
    self.optimizer = optimizer
    var settings: [Setting] = []
    for part in parts.dropFirst() { settings.append(try Setting(part)) }
    self.settings = settings
  }
}
