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

  /// The points of all stages; without any, the settings are the only one.
  package var pointCount: Int {
    stages.isEmpty ? 1 : stages.reduce(0) { $0 + $1.points.count }
  }

  /// The keys that are searched, sorted.
  package var keys: [String] { Set(stages.flatMap { $0.axes.map(\.key) }).sorted() }

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

/// A grid around the best of all earlier stages of a sweep's arm.
package struct Stage: Hashable, Sendable {
  package let name: String
  /// Sorted by key.
  package let axes: [Axis]

  /// A key, and what is tried for it.
  package struct Axis: Hashable, Sendable {
    package let key: String
    package let choices: [Choice]
  }

  /// A value as `--set` takes it, or a factor on the value of the best so far.
  package enum Choice: Hashable, Sendable {
    case value(String)
    case factor(Double)
  }

  /// One key's part of a point.
  package struct Move: Hashable, Sendable {
    package let key: String
    package let choice: Choice

    /// As a person reads it: `steps=200`, `muon.learning_rate=best x 0.7`.
    package var text: String {
      switch choice {
      case .value(let value): "\(key)=\(value)"
      case .factor(let factor): "\(key)=best x \(Setting.text(of: factor))"
      }
    }
  }

  /// The points of the grid, the last key changing fastest.
  ///
  /// Where every choice is a factor of 1 the point is the best so far itself, and left out.
  package var points: [[Move]] {
    let all = axes.reduce([[]]) { points, axis in
      points.flatMap { point in axis.choices.map { point + [Move(key: axis.key, choice: $0)] } }
    }
    return all.filter { point in point.contains { $0.choice != .factor(1) } }
  }
}
