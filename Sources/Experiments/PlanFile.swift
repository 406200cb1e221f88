import Autograd
import Foundation
import NanoGPT
import Runs
import Statistics
import Text

/// The plan of a sweep as its TOML file has it.
private struct PlanFile: Codable {
  var track: String?
  var trackFile: String?
  var precision: Precision?
  var seeds: [Tree]?
  var purpose: Purpose?
  var title: String?
  var arms: [ArmTable]

  struct ArmTable: Codable {
    var name: String
    var optimizer: String
    var set: Tree?
    var stages: [Stage]
  }

  struct Stage: Codable {
    var name: String
    var values: Tree?
    var factors: Tree?
    /// How many points are drawn from the ranges.
    var points: Int?
    var ranges: Tree?
    var around: Tree?
    /// How many of the best points are run again, with which further seeds.
    var best: Int?
    var seeds: [Tree]?
  }

  enum CodingKeys: String, CodingKey {
    case track, precision, seeds, purpose, title, arms
    case trackFile = "track_file"
  }

  static let choices = [
    "precision": Precision.allCases.map(\.rawValue), "purpose": ["search", "batch"],
  ]

  /// Every key there is.
  static func template(_ keys: [String]) -> Tree {
    .object(Dictionary(uniqueKeysWithValues: keys.map { ($0, .null) }))
  }
}

extension Request {
  /// Reads a plan file; its `track_file`, if any, lies beside it.
  package init(contentsOf url: URL, data: String? = nil) throws {
    let hint = "results/sweeps/kjv.toml is a plan to start from"
    let bytes = try Files.read(url, hint: hint)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw DataError.badData(path: url.path, reason: "not UTF-8", hint: hint)
    }
    do {
      try self.init(plan: text, in: url.deletingLastPathComponent(), data: data)
    } catch let error as UsageError {
      throw UsageError("\(url.relativePath): \(error.message)", hint: error.hint ?? hint)
    }
  }

  /// Reads the text of a plan file that lies in `directory`; a record knows the track by itself.
  package init(
    plan text: String, in directory: URL, data: String? = nil, on recorded: TrackSource? = nil
  ) throws {
    let plan = try Self.decoded(try Tree(toml: text))
    guard (plan.track == nil) != (plan.trackFile == nil) else {
      throw UsageError("a plan needs either 'track' or 'track_file'")
    }
    if let name = plan.track, let recorded, recorded.options.prefix(2) != ["--track", name] {
      throw UsageError(
        "its track is \(name); the record says \(recorded.options.joined(separator: " "))")
    }
    let file = plan.trackFile.map { directory.appendingPathComponent($0).relativePath }
    if plan.seeds?.isEmpty == true { throw UsageError("seeds is empty") }
    try self.init(
      try recorded ?? TrackSource(named: plan.track ?? "", file: file, data: data),
      arms: try plan.arms.map { arm in
        try Arm(
          named: arm.name, arm.optimizer,
          (arm.set?.leaves ?? []).map { Setting(key: $0.key, value: Setting.text(of: $0.value)) },
          stages: try arm.stages.map { try Stage($0, arm: arm.name) })
      },
      seeds: try Self.seeds(plan.seeds), precision: plan.precision ?? .float32,
      purpose: plan.purpose ?? .search, title: plan.title, plan: text)
  }

  /// The seeds of a plan: the first, if it names none.
  fileprivate static func seeds(_ list: [Tree]?) throws(UsageError) -> [UInt64] {
    guard let list else { return [0] }
    let seeds = list.compactMap { seed -> UInt64? in
      if case .integer(let number) = seed { UInt64(exactly: number) } else { nil }
    }
    guard seeds.count == list.count, Set(seeds).count == list.count else {
      throw UsageError("seeds: they must be different whole numbers, none below 0")
    }
    return seeds
  }

  /// Decodes the file table by table, so that what is wrong has its place.
  private static func decoded(_ tree: Tree) throws(UsageError) -> PlanFile {
    func check(_ tree: Tree, _ keys: [String], _ place: String) throws(UsageError) {
      guard let (path, allowed) = tree.unknownKey(in: PlanFile.template(keys)) else { return }
      throw UsageError(
        "\(place)unknown key '\(path[0])'",
        hint: Suggestion.text(for: path[0], among: allowed, what: "allowed here"))
    }
    try check(
      tree, ["track", "track_file", "precision", "seeds", "purpose", "title", "arms"], "")
    for (number, arm) in (tree.object?["arms"]?.array ?? []).enumerated() {
      let place = "arm \(arm.object?["name"]?.string ?? "\(number + 1)"): "
      try check(arm, ["name", "optimizer", "set", "stages"], place)
      for stage in arm.object?["stages"]?.array ?? [] {
        try check(
          stage, ["name", "values", "factors", "points", "ranges", "around", "best", "seeds"],
          place)
      }
    }
    return try tree.decoded(PlanFile.self, choices: PlanFile.choices)
  }
}

extension Stage {
  fileprivate init(_ stage: PlanFile.Stage, arm: String) throws(UsageError) {
    let place = "arm \(arm), stage \(stage.name): "
    name = stage.name
    let kinds = [
      ("values or factors", stage.values != nil || stage.factors != nil),
      ("points with ranges", stage.points != nil || stage.ranges != nil || stage.around != nil),
      ("best with seeds", stage.best != nil || stage.seeds != nil),
    ].filter(\.1).map(\.0)
    guard kinds.count == 1 else {
      throw UsageError(
        place + (kinds.isEmpty ? "there is nothing to try" : kinds.joined(separator: " and ")),
        hint: "a stage has values and factors, or points with ranges and around, or best with seeds"
      )
    }
    switch kinds[0] {
    case "points with ranges": kind = try Self.spread(stage, place)
    case "best with seeds":
      guard let best = stage.best, best > 0, let seeds = stage.seeds, !seeds.isEmpty else {
        throw UsageError(
          "\(place)best and seeds go together",
          hint: "best = 4 and seeds = [1, 2] run the best four points with two further seeds")
      }
      kind = .finals(best, seeds: try Request.seeds(seeds))
    default: kind = try Self.grid(stage, place)
    }
    if case .grid = kind, points.isEmpty {
      throw UsageError(
        "\(place)there is nothing to try",
        hint: "give it values, or factors other than 1, of at least one key")
    }
  }

  private static func spread(
    _ stage: PlanFile.Stage, _ place: String
  ) throws(UsageError) -> Kind {
    guard let count = stage.points, (1...4096).contains(count) else {
      throw UsageError("\(place)points: it must be a number from 1 to 4096")
    }
    var ranges: [Range] = []
    for (tree, isRelative) in [(stage.ranges, false), (stage.around, true)] {
      for (key, value) in tree?.leaves ?? [] {
        let elements = value.array ?? []
        let lists = elements.contains { $0.array != nil } ? elements : [value]
        let bounds = lists.compactMap { list -> Bounds? in
          let ends = list.array?.compactMap(\.number) ?? []
          guard ends.count == 2, list.array?.count == 2, ends[0] < ends[1],
            ends.allSatisfy(\.isFinite)
          else { return nil }
          return Bounds(lower: ends[0], upper: ends[1])
        }
        guard bounds.count == lists.count,
          !isRelative || bounds.count == 1 && bounds[0].lower > 0
        else {
          throw UsageError(
            "\(place)\(isRelative ? "around" : "ranges") of \(key): it must be [least, greatest]"
              + (isRelative ? ", factors above 0" : ", or such a range for every number of a list"))
        }
        ranges.append(Range(key: key, bounds: bounds, isRelative: isRelative))
      }
    }
    if let key = ranges.map(\.key).firstRepeated {
      throw UsageError("\(place)\(key) has both ranges and around")
    }
    let dimensions = ranges.reduce(0) { $0 + $1.bounds.count }
    guard (1...Sobol.mostDimensions).contains(dimensions) else {
      throw UsageError(
        "\(place)ranges of \(Format.count(dimensions, "number")); "
          + "it must be 1 to \(Sobol.mostDimensions)")
    }
    return .spread(count, ranges.sorted { $0.key < $1.key })
  }

  private static func grid(_ stage: PlanFile.Stage, _ place: String) throws(UsageError) -> Kind {
    var axes: [Axis] = []
    for (key, value) in stage.values?.leaves ?? [] {
      guard let list = value.array, !list.isEmpty else {
        throw UsageError("\(place)values of \(key): they must be a list in brackets")
      }
      axes.append(Axis(key: key, choices: list.map { .value(Setting.text(of: $0)) }))
    }
    for (key, value) in stage.factors?.leaves ?? [] {
      let factors = value.array?.compactMap(\.number) ?? []
      guard !factors.isEmpty, factors.count == value.array?.count,
        factors.allSatisfy({ $0 > 0 && $0.isFinite })
      else {
        throw UsageError("\(place)factors of \(key): they must be a list of numbers above 0")
      }
      axes.append(Axis(key: key, choices: factors.map { .factor($0) }))
    }
    axes.sort { $0.key < $1.key }
    if let key = axes.map(\.key).firstRepeated {
      throw UsageError("\(place)\(key) has both values and factors")
    }
    for axis in axes where axis.choices.firstRepeated != nil {
      throw UsageError("\(place)\(axis.key) has the same value or factor twice")
    }
    return .grid(axes)
  }
}
