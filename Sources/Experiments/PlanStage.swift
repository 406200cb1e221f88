import Runs
import Statistics
import Text

extension Stage {
  /// The most points that a stage can have: each is a run, or several.
  static let mostPoints = 4096

  /// Reads a table of a plan.
  init(_ stage: PlanFile.Stage, arm: String) throws(UsageError) {
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
      guard best <= Self.mostPoints else {
        throw UsageError("\(place)best \(best) is above \(Self.mostPoints)")
      }
      kind = .finals(best, seeds: try Request.seeds(seeds))
    default: kind = try Self.grid(stage, place)
    }
    if case .grid(let axes) = kind {
      // Before any point is made: a few long lists have more than any memory.
      let count = axes.reduce(1) { count, axis in
        min(count * axis.choices.count, Self.mostPoints + 1)
      }
      guard count <= Self.mostPoints else {
        throw UsageError(
          "\(place)more than \(Self.mostPoints) combinations",
          hint: "points and ranges try some of them, spread evenly")
      }
    }
    if case .grid = kind, points(isFirst: false).isEmpty {
      throw UsageError(
        "\(place)there is nothing to try",
        hint: "give it values, or factors other than 1, of at least one key")
    }
  }

  private static func spread(
    _ stage: PlanFile.Stage, _ place: String
  ) throws(UsageError) -> Kind {
    guard let count = stage.points, (1...mostPoints).contains(count) else {
      throw UsageError("\(place)points: it must be a number from 1 to \(mostPoints)")
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
