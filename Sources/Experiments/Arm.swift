import Runs

/// One side of an experiment: an optimizer with what changes about its recipe, under a name.
package struct Arm: Hashable, Sendable {
  package let name: String
  /// The name of its rule.
  package let optimizer: String
  /// What every trial of it starts from.
  package let settings: [Setting]
  /// The search for its hyperparameters; an arm of a comparison has none.
  package var stages: [Stage] = []

  /// The trials of all stages, each point with so many seeds; without stages, the settings are the only point.
  package func trialCount(seeds: Int) -> Int {
    stages.isEmpty
      ? seeds
      : stages.enumerated().reduce(0) { sum, stage in
        sum + stage.element.trialCount(seeds: seeds, isFirst: stage.offset == 0)
      }
  }

  /// The keys that are searched, sorted.
  package var keys: [String] { Set(stages.flatMap(\.keys)).sorted() }

  /// Throws unless the name, which becomes that of directories, can be one, and the optimizer is known.
  package init(
    named name: String, _ optimizer: String, _ settings: [Setting], stages: [Stage] = []
  ) throws(UsageError) {
    guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil else {
      throw UsageError(
        "'\(name)' cannot be the name of an arm",
        hint: "names are letters, digits, dots, dashes and underscores: they become directories")
    }
    guard Registry.current.ruleNames.contains(optimizer) else {
      throw UsageError(
        "arm \(name): no optimizer is called '\(optimizer)'",
        hint: "an arm is OPTIMIZER or NAME=OPTIMIZER, then ,key=value for each setting, "
          + "such as muon-rms=muon,muon.scale=rms; the optimizers are "
          + Registry.current.ruleNames.joined(separator: ", "))
    }
    (self.name, self.optimizer, self.settings, self.stages) = (name, optimizer, settings, stages)
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
    do {
      var settings: [Setting] = []
      for part in parts.dropFirst() { settings.append(try Setting(part)) }
      try self.init(named: head[0], head[head.count - 1], settings)
    } catch {
      throw UsageError("--arm \(text): \(error.message)", hint: error.hint)
    }
  }
}
