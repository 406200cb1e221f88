import Runs
import Text

/// One arm's way through its stages: which points there are, what they scored, where to go next.
///
/// An arm without stages has one point.
package struct Search: Sendable {
  /// Settings that have been or will be run.
  package struct Point: Equatable, Sendable {
    /// The name of its stage; empty without stages.
    package let stage: String
    package let settings: [Setting]
    /// The seeds it is run with.
    package let seeds: [UInt64]
    /// Whether it is one of the best of earlier stages, with more seeds than there.
    package let isFinal: Bool
    /// The mean final validation loss; infinite when a run diverged, nil while not all have ended.
    package var loss: Double?
  }

  package let arm: Arm
  /// The points of all stages that have begun, in the order of the plan.
  package private(set) var points: [Point] = []
  private let definition: TrackDefinition
  private let seeds: [UInt64]
  private var stagesBegun = 0

  /// Begins the first stage, whose points all run with these seeds.
  package init(
    _ arm: Arm, on definition: TrackDefinition, seeds: [UInt64]
  ) throws(UsageError) {
    (self.arm, self.definition, self.seeds) = (arm, definition, seeds)
    if arm.stages.isEmpty {
      points = [Point(stage: "", settings: arm.settings, seeds: seeds, isFinal: false)]
    } else {
      try beginStage()
    }
  }

  /// The point of the lowest loss so far, the first of equals.
  ///
  /// Once finals have ended it is one of them: a mean of several seeds stands against luck with one.
  package var best: Point? {
    let finals = points.filter(\.isFinal)
    let haveEnded = !finals.isEmpty && finals.allSatisfy { $0.loss != nil }
    return Self.ranked(points.filter { $0.loss != nil && $0.isFinal == haveEnded }).first
  }

  /// Points by their losses, of equal ones the first first.
  private static func ranked(_ points: [Point]) -> [Point] {
    points.enumerated().sorted { a, b in
      (a.element.loss ?? .infinity, a.offset) < (b.element.loss ?? .infinity, b.offset)
    }.map(\.element)
  }

  /// Notes what a point scored; after the last one of a stage the next stage begins.
  package mutating func score(_ loss: Double, ofPoint index: Int) throws(UsageError) {
    points[index].loss = loss
    guard points.allSatisfy({ $0.loss != nil }), stagesBegun < arm.stages.count else { return }
    try beginStage()
  }

  /// The search as it goes if the first point stays the best: every stage with settings of its kind.
  package static func rehearsed(
    _ arm: Arm, on definition: TrackDefinition
  ) throws(UsageError) -> Search {
    var search = try Search(arm, on: definition, seeds: [0])
    var index = 0
    while index < search.points.count {
      let point = search.points[index]
      do {
        _ = try definition.applying(point.settings, for: arm.optimizer)
      } catch {
        throw search.explained(error, stage: point.stage)
      }
      try search.score(0, ofPoint: index)
      index += 1
    }
    return search
  }

  private mutating func beginStage() throws(UsageError) {
    let stage = arm.stages[stagesBegun]
    stagesBegun += 1
    if case .finals(let count, let further) = stage.kind {
      points += Self.ranked(points).prefix(count).map { point in
        Point(
          stage: stage.name, settings: point.settings,
          seeds: seeds + further.filter { !seeds.contains($0) }, isFinal: true)
      }
      return
    }
    let start = best?.settings ?? arm.settings
    do {
      let current = try definition.applying(start, for: arm.optimizer)
      for moves in stage.points(isFirst: stagesBegun == 1) {
        var settings = start
        for move in moves {
          settings.set(try value(of: move, from: current), for: move.key)
        }
        points.append(
          Point(stage: stage.name, settings: settings, seeds: seeds, isFinal: false))
      }
    } catch {
      throw explained(error, stage: stage.name)
    }
  }

  /// What a move sets its key to.
  private func value(
    of move: Stage.Move, from current: TrackDefinition
  ) throws(UsageError) -> String {
    if case .value(let text) = move.choice { return text }
    let value = try current.value(of: move.key, for: arm.optimizer)
    if value == nil {
      // Names the key if there is no such key at all.
      _ = try current.applying([Setting(key: move.key, value: "1")], for: arm.optimizer)
    }
    let isWhole = if case .integer = value { true } else { false }
    switch move.choice {
    case .value(let text): return text
    case .factor(let factor):
      guard let number = value?.number else {
        throw UsageError(
          "factors of \(move.key): it is not a number", hint: "list its values under values")
      }
      return Setting.product(number, factor, isWhole: isWhole)
    case .drawn(let numbers):
      let count = value?.array?.count ?? 1
      guard numbers.count == count else {
        throw UsageError(
          "ranges of \(move.key): \(Format.count(numbers.count, "range")) for "
            + Format.count(count, "number"),
          hint: count == 1 ? "give it [least, greatest]" : "give each number its [least, greatest]")
      }
      let texts = numbers.map { isWhole ? Setting.text(of: $0.rounded()) : Setting.short($0) }
      return value?.array == nil ? texts[0] : "[\(texts.joined(separator: ", "))]"
    }
  }

  private func explained(_ error: UsageError, stage: String) -> UsageError {
    UsageError("arm \(arm.name), stage \(stage): \(error.message)", hint: error.hint)
  }
}

extension [Setting] {
  /// Gives a key its value, in the place of an earlier one if there is any.
  fileprivate mutating func set(_ value: String, for key: String) {
    let setting = Setting(key: key, value: value)
    if let index = firstIndex(where: { $0.key == key }) {
      self[index] = setting
    } else {
      append(setting)
    }
  }
}

/// A key whose best value lies at the end of those that were tried: a better one may lie beyond.
package struct GridEdge: Codable, Equatable, Sendable {
  package var key: String
  /// The place in the value, where that is a list, such as AdamW's betas.
  package var index: Int?
  package var best: Double
  package var lowest: Double
  package var highest: Double

  /// Nil when the best value is not at an end, or is the only one.
  init?(key: String, index: Int?, best: Double, tried: [Double]) {
    guard let lowest = tried.min(), let highest = tried.max(), lowest < highest,
      best == highest || (best == lowest && best != 0)
    else { return nil }
    (self.key, self.index, self.best) = (key, index, best)
    (self.lowest, self.highest) = (lowest, highest)
  }

  /// `embed.learning_rate`, or `adamw.betas[0]`.
  package var name: String { key + (index.map { "[\($0)]" } ?? "") }

  /// In words, with what to do next.
  package var text: String {
    let (extreme, way) = best == highest ? ("highest", "higher") : ("lowest", "lower")
    return "\(name) = \(Setting.text(of: best)) is the \(extreme) value tried "
      + "(\(Setting.text(of: lowest)) to \(Setting.text(of: highest))): try \(way) ones"
  }
}

extension Search {
  /// The keys whose best value is an end of what was tried, anywhere or with everything else as it is best.
  ///
  /// Only the latter can tell whether a value is still the best after a later stage has changed another key: a
  /// learning rate may be in the middle of what was tried with one momentum, and at the end with the next.
  /// Below a value of 0 there is nothing to try. Values that are no numbers have no ends; of a list every
  /// number has its own.
  package func edges() throws(UsageError) -> [GridEdge] {
    guard let best, best.loss?.isFinite == true else { return [] }
    let start = try definition.applying(arm.settings, for: arm.optimizer)
    var edges: [GridEdge] = []
    for key in arm.keys {
      let unset = try start.value(of: key, for: arm.optimizer).map { Setting.text(of: $0) }
      func numbers(in point: Point) -> [Double] {
        Setting.numbers(in: point.settings.last { $0.key == key }?.value ?? unset ?? "")
      }
      func others(in point: Point) -> Set<Setting> { Set(point.settings.filter { $0.key != key }) }
      let found = numbers(in: best)
      let beside = points.filter { others(in: $0) == others(in: best) }
      for index in found.indices {
        edges += [beside, points].lazy.compactMap { points in
          GridEdge(
            key: key, index: found.count == 1 ? nil : index, best: found[index],
            tried: points.map(numbers).filter { $0.count == found.count }.map { $0[index] })
        }.prefix(1)
      }
    }
    return edges
  }
}
