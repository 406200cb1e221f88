import Autograd
import Experiments
import Statistics
import Text

extension Table {
  /// The trials of a plan, stage by stage.
  init(trialsOf request: Request) {
    let rows = request.arms.flatMap { arm in
      arm.stages.enumerated().flatMap { index, stage in
        stage.points(isFirst: index == 0).enumerated().map {
          (arm.name, stage.name, $0 + 1, $1.map(\.text))
        }
          + stage.finals.map { (arm.name, stage.name, $0, ["one of the best, with seed \($1)"]) }
      }
    }
    self.init(
      rows,
      [
        .left("arm") { $0.0 }, .left("stage") { $0.1 }, .right("point") { "\($0.2)" },
        .left("settings") { $0.3.joined(separator: "  ") },
      ])
  }

  /// The best points of a search: their losses, and the keys that were searched.
  init(rankingOf arm: Ranking.ArmResult) {
    func value(of key: String, in point: Ranking.Point) -> String {
      point.settings.last { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
        ?? ""
    }
    self.init(
      arm.best,
      [.right("loss") { $0.loss.map { Format.fixed($0, 4) } ?? "diverged" }]
        + arm.keys.map { key in .right(key) { value(of: key, in: $0) } }
        + [
          .left("stage") { $0.stage },
          .left("steps to target") { point in
            point.stepsToTarget.map { $0.map(String.init) ?? "-" }.joined(separator: " ")
          },
          .right("seconds") { Format.fixed($0.trainSeconds, 1) },
        ])
  }
}

extension Ranking {
  /// Prints a table for each arm, its winner, and what is left to try.
  func print(to console: Console) {
    for arm in arms {
      console.print()
      console.print(
        console.bold(arm.name) + ": \(Format.count(arm.trials, "trial"))"
          + (arm.diverged == 0 ? "" : ", \(arm.diverged) of them diverged")
          + ", \(Format.duration(arm.trainSeconds)) of training")
      console.print(Table(rankingOf: arm).text)
      for edge in arm.edges { console.warn("\(arm.name): \(edge.text)") }
      guard arm.best.first?.loss != nil else {
        console.warn("\(arm.name): every trial diverged: try lower rates")
        continue
      }
      console.print()
      console.print("  \(Speedrun.command) run \(arm.options)")
      console.print()
      for line in arm.toml.split(separator: "\n") { console.print("  \(line)") }
    }
    console.print()
    console.print(
      "\(Format.count(trials, "trial")) on \(track) in \(precision.rawValue), "
        + "\(Format.duration(trainSeconds)) of training, \(Format.duration(wallSeconds)) one after the other"
    )
    for note in notes { console.warn(note) }
  }

  /// What keeps these numbers from being made again.
  private var notes: [String] {
    var notes: [String] = []
    if commits.count > 1 {
      notes.append("the trials were made at different commits: \(commits.joined(separator: ", "))")
    }
    if dirty { notes.append("trials were made with files that differ from the commit") }
    if otherRecords > 0 {
      notes.append("\(Format.count(otherRecords, "record")) in the directory are not of this plan")
    }
    return notes
  }
}
