import TOMLKit

/// One arm's way through its stages: which points there are, what they scored, where to go next.
package struct ArmSearch: Sendable {
  /// Settings that have been or will be run.
  package struct Point: Equatable, Sendable {
    /// The stage's place in the arm, from 0.
    package let stage: Int
    package let settings: [Setting]
    /// The mean final validation loss; infinite when a run diverged, nil while not all have ended.
    package var loss: Double?
  }

  package let arm: SweepPlan.Arm
  /// The points of all stages that have begun, in the order of the plan.
  package private(set) var points: [Point] = []
  let file: TrackFile
  private var stagesBegun = 0

  /// Begins the first stage.
  package init(_ arm: SweepPlan.Arm, on file: TrackFile) throws(UsageError) {
    self.arm = arm
    self.file = file
    try beginStage()
  }

  /// The point of the lowest loss so far, the first of equals.
  package var best: Point? {
    points.filter { $0.loss != nil }.min { ($0.loss ?? .infinity) < ($1.loss ?? .infinity) }
  }

  /// Notes what a point scored; after the last one of a stage the next stage begins.
  package mutating func score(_ loss: Double, ofPoint index: Int) throws(UsageError) {
    points[index].loss = loss
    guard points.allSatisfy({ $0.loss != nil }), stagesBegun < arm.stages.count else { return }
    try beginStage()
  }

  /// The search as it goes if the first point stays the best: every stage with settings of its kind.
  static func rehearsed(_ arm: SweepPlan.Arm, on file: TrackFile) throws(UsageError) -> ArmSearch {
    var search = try ArmSearch(arm, on: file)
    var index = 0
    while index < search.points.count {
      do {
        _ = try file.applying(search.points[index].settings, for: arm.optimizer)
      } catch {
        throw search.explained(error, stage: search.points[index].stage)
      }
      try search.score(0, ofPoint: index)
      index += 1
    }
    return search
  }

  private mutating func beginStage() throws(UsageError) {
    let stage = stagesBegun
    let start = best?.settings ?? arm.settings
    do {
      let current = try file.applying(start, for: arm.optimizer)
      for moves in arm.stages[stage].points {
        var settings = start
        for move in moves {
          settings.set(try value(of: move, from: current), for: move.key)
        }
        points.append(Point(stage: stage, settings: settings))
      }
    } catch {
      throw explained(error, stage: stage)
    }
    stagesBegun += 1
  }

  /// What a move sets its key to.
  private func value(
    of move: SweepPlan.Move, from current: TrackFile
  ) throws(UsageError) -> String {
    switch move.choice {
    case .value(let text):
      return text
    case .factor(let factor):
      let value = try current.value(of: move.key, for: arm.optimizer)
      if value == nil {
        // Names the key if there is no such key at all.
        _ = try current.applying([Setting(key: move.key, value: "1")], for: arm.optimizer)
      }
      guard let number = value?.double ?? value?.int.map(Double.init) else {
        throw UsageError(
          "factors of \(move.key): it is not a number", hint: "list its values under values")
      }
      return SettingText.product(number, factor, isWhole: value?.int != nil)
    }
  }

  private func explained(_ error: UsageError, stage: Int) -> UsageError {
    UsageError(
      "arm \(arm.name), stage \(arm.stages[stage].name): \(error.message)", hint: error.hint)
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
