import Autograd
import Figures
import Foundation
import NanoGPT
import TOMLKit

extension SweepPlan {
  /// Reads a plan file; its `track_file`, if any, lies beside it.
  package init(contentsOf url: URL) throws {
    let hint = "results/sweeps/kjv.toml is a plan to start from"
    self = try readTOML(url, hint: hint) { (text) throws(UsageError) in
      try SweepPlan(toml: text, in: url.deletingLastPathComponent())
    }
  }

  /// Reads the text of a plan file that lies in `directory`.
  package init(toml: String, in directory: URL) throws(UsageError) {
    let table = try parsedTOML(toml)
    let plan = try PlanTable(
      table,
      allowing: [
        "track", "track_file", "precision", "seeds", "arms", "purpose", "title",
      ])
    switch (try plan.text("track"), try plan.text("track_file")) {
    case (let name?, nil): track = .named(name)
    case (nil, let path?): track = .contents(of: directory.appendingPathComponent(path))
    default: throw UsageError("a plan needs either 'track' or 'track_file'")
    }
    text = toml
    precision = try plan.choice("precision") ?? .float32
    seeds = try Self.seeds(try plan.list("seeds"))
    purpose = try plan.choice("purpose") ?? .search
    guard purpose.kind == .sweep else {
      throw UsageError("purpose = '\(purpose.rawValue)': it must be search or batch")
    }
    title = try plan.text("title")
    arms = []
    for (number, table) in try plan.tables("arms").enumerated() {
      let arm = try Arm(table, number: number + 1)
      if arms.contains(where: { $0.name == arm.name }) {
        throw UsageError("two arms are called '\(arm.name)'")
      }
      arms.append(arm)
    }
  }

  private static func seeds(
    _ list: [any TOMLValueConvertible]?
  ) throws(UsageError) -> [UInt64] {
    guard let list else { return [0] }
    let seeds = list.compactMap { $0.int.flatMap(UInt64.init(exactly:)) }
    guard seeds.count == list.count, Set(seeds).count == list.count else {
      throw UsageError("seeds: they must be different whole numbers, none below 0")
    }
    return seeds
  }
}

extension SweepPlan.Arm {
  fileprivate init(_ table: TOMLTable, number: Int) throws(UsageError) {
    let place = "arm \(number): "
    let arm = try PlanTable(
      table, at: place, allowing: ["name", "optimizer", "set", "stages"])
    name = try arm.requiredText("name")
    guard name.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil else {
      throw UsageError(
        "\(place)name = '\(name)': it must be letters, digits, - and _, for it names directories")
    }
    guard let optimizer: Contestant = try arm.choice("optimizer") else {
      throw UsageError("arm \(name): the key 'optimizer' is missing")
    }
    self.optimizer = optimizer
    settings = try arm.leaves("set").map {
      Setting(key: $0.key, value: SettingText.value($0.value))
    }
    stages = []
    for (number, table) in try arm.tables("stages").enumerated() {
      let stage = try SweepPlan.Stage(table, arm: name, number: number + 1)
      if stages.contains(where: { $0.name == stage.name }) {
        throw UsageError("arm \(name): two stages are called '\(stage.name)'")
      }
      stages.append(stage)
    }
  }
}

extension SweepPlan.Stage {
  fileprivate init(_ table: TOMLTable, arm: String, number: Int) throws(UsageError) {
    var place = "arm \(arm), stage \(number): "
    let stage = try PlanTable(table, at: place, allowing: ["name", "values", "factors"])
    name = try stage.requiredText("name")
    place = "arm \(arm), stage \(name): "
    axes = []
    for (key, value) in try stage.leaves("values") {
      guard let list = value.array, !list.isEmpty else {
        throw UsageError("\(place)values of \(key): they must be a list in brackets")
      }
      axes.append(SweepPlan.Axis(key: key, choices: list.map { .value(SettingText.value($0)) }))
    }
    for (key, value) in try stage.leaves("factors") {
      let factors = value.array?.compactMap { $0.double ?? $0.int.map(Double.init) } ?? []
      guard !factors.isEmpty, factors.count == value.array?.count,
        factors.allSatisfy({ $0 > 0 && $0.isFinite })
      else {
        throw UsageError("\(place)factors of \(key): they must be a list of numbers above 0")
      }
      axes.append(SweepPlan.Axis(key: key, choices: factors.map { .factor($0) }))
    }
    axes.sort { $0.key < $1.key }
    for (axis, next) in zip(axes, axes.dropFirst()) where axis.key == next.key {
      throw UsageError("\(place)\(axis.key) has both values and factors")
    }
    for axis in axes {
      for (index, choice) in axis.choices.enumerated() where axis.choices[..<index].contains(choice)
      {
        throw UsageError("\(place)\(axis.key) has the same value or factor twice")
      }
    }
    if points.isEmpty {
      throw UsageError(
        "\(place)there is nothing to try",
        hint: "give it values, or factors other than 1, of at least one key")
    }
  }
}
