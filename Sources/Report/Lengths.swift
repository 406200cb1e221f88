import Experiments
import Figures
import Runs
import Statistics
import Text

/// The final loss by the length of the schedule: the arms of a comparison called `NAME-STEPS`, in families of one
/// name.
package struct Lengths: Study {
  /// The lengths of one recipe.
  package struct Family {
    package let name: String
    let rule: String
    /// Ascending by steps.
    package let points: [(steps: Int, losses: Sample)]
    let curve: LossByLength
  }

  let experiment: FinishedExperiment
  private let target: Double
  package let families: [Family]

  static let needs: String? = "a comparison of schedule lengths"

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let studies = all(in: experiments)
    guard !studies.isEmpty else { return nil }
    return Section(
      title: "How the final loss depends on the number of steps",
      paragraphs: studies.map(\.sentence),
      tables: studies.map { ("\($0.experiment.name):", $0.table) },
      figures: studies.compactMap(\.figure))
  }

  package static func all(in experiments: [FinishedExperiment]) -> [Lengths] {
    experiments.comparisons(.lengths).map { experiment, report, runs in
      // A diverged run has no final loss, and a mean without it would flatter.
      let arms = report.arms.compactMap { arm in
        runs.finalLosses(of: arm.name).map { losses in
          (
            family: String(arm.name.replacing(/-[0-9]+$/, with: "")), rule: arm.optimizer,
            point: (steps: arm.steps, losses: Sample(losses))
          )
        }
      }
      let families = arms.map(\.family).unique.map { name in
        let own = arms.filter { $0.family == name }
        let points = own.map(\.point).sorted { $0.steps < $1.steps }
        return Family(
          name: name, rule: own[0].rule, points: points,
          curve: LossByLength(points.map { ($0.steps, $0.losses.mean) }))
      }
      return Lengths(experiment: experiment, target: report.target, families: families)
    }
  }

  /// The family whose losses say what a loss of another experiment is worth in steps; nil unless both are of the
  /// same track at the same precision.
  func family(like arm: Verdict.ArmResult, of other: ExperimentRecord) -> Family? {
    guard isOfTheTrack(of: other) else { return nil }
    return families.first { $0.name == arm.name }
      ?? families.first { $0.rule == arm.optimizer }
  }

  /// Whether another experiment is of the same track at the same precision.
  func isOfTheTrack(of other: ExperimentRecord) -> Bool {
    let own = experiment.record
    return own.track.name == other.track.name && own.track.batch == other.track.batch
      && own.track.model == other.track.model && own.precision == other.precision
  }

  /// How many steps each family needs at the target, in words.
  package var sentence: String {
    let target = Format.fixed(target, 3)
    let needs = families.map { family in
      switch family.curve.steps(to: self.target) {
      case .about(let steps):
        "\(family.name) ends at \(target) with a schedule of \(Format.fixed(steps, 0)) steps"
      case .more(let most): "\(family.name) does not reach \(target) within \(most) steps"
      case .fewer(let least): "\(family.name) ends below \(target) even with \(least) steps"
      }
    }
    return needs.joined(separator: "; ")
      + ". Between measured lengths the mean loss is taken to fall with the logarithm of the steps."
  }

  private var table: Table {
    Table(
      families.flatMap { family in family.points.map { (family.name, $0.steps, $0.losses) } },
      [
        .left("arm") { $0.0 }, .right("steps") { "\($0.1)" },
        .right("final loss") { Format.fixed($0.2.mean, 4) },
        .right("sd") { $0.2.standardDeviation.map { Format.fixed($0, 4) } ?? "-" },
        .right("n") { "\($0.2.count)" },
      ])
  }

  private var figure: Figure? {
    guard families.contains(where: { $0.points.count > 1 }) else { return nil }
    let colors = ArmColors(families.map(\.name))
    var marks: [Mark] = [.level(target, name: "target \(Format.fixed(target, 3))")]
    for family in families {
      let points = family.points.map { $0.losses.estimate(at: Double($0.steps)) }
      marks += [
        .line(points.map { ($0.x, $0.y) }, color: colors[family.name], name: family.name),
        .estimates(points, color: colors[family.name]),
      ]
    }
    var caption =
      "Every point is a schedule of its own: mean over "
      + "\(Format.count(experiment.record.seeds.count, "seed")), bar from the lowest to the highest. "
    if let (slow, fast) = ends {
      let ratio = Format.fixed(fast.steps / slow.steps, 2)
      marks.append(.gap(from: slow.steps, to: fast.steps, level: target, name: "x \(ratio)"))
      caption +=
        "The arrow is the distance at the target: \(fast.name) needs "
        + "\(Format.fixed(fast.steps, 0)) steps where \(slow.name) needs "
        + "\(Format.fixed(slow.steps, 0)), \(ratio) of them."
    } else {
      caption += "No two curves cross the target."
    }
    return Figure(
      name: experiment.name,
      title: "Final loss by the length of the schedule, "
        + families.map(\.name).joined(separator: " and "),
      caption: caption,
      panels: [
        .plot(
          "By steps", x: Axis("steps of the whole schedule", .logarithmic),
          y: Axis("final loss, nats per token"), marks: marks)
      ])
  }

  /// AdamW, or the slowest family, and the fastest one at the target.
  private var ends: (slow: (name: String, steps: Double), fast: (name: String, steps: Double))? {
    let reached = families.compactMap { family in
      family.curve.steps(to: target).value.map { (rule: family.rule, end: (family.name, $0)) }
    }.sorted { $0.end.1 < $1.end.1 }
    guard let slow = (reached.first { $0.rule == "adamw" } ?? reached.last)?.end,
      let fast = reached.map(\.end).first(where: { $0.0 != slow.0 })
    else { return nil }
    return (slow, fast)
  }
}
