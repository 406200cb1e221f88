import Autograd
import Foundation
import NanoGPT
import Runs
import Text

/// The plan of a sweep as its TOML file has it.
struct PlanFile: Codable {
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
  static func seeds(_ list: [Tree]?) throws(UsageError) -> [UInt64] {
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
