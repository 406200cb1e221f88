import Autograd
import Experiments
import Text

extension Ranking {
  /// Prints a table for each arm, its winner, and what is left to try.
  func print(to console: Console) {
    for arm in arms {
      console.print()
      console.print(
        console.bold(arm.name) + ": \(Format.count(arm.trials, "trial"))"
          + (arm.diverged == 0 ? "" : ", \(arm.diverged) of them diverged")
          + ", \(Format.duration(arm.trainSeconds)) of training")
      console.print(Tables.ranking(of: arm))
      for edge in arm.edges {
        console.print(console.paint("warning:", .yellow) + " \(arm.name): \(edge.text)")
      }
      guard arm.best.first?.loss != nil else {
        console.print(
          console.paint("warning:", .yellow) + " \(arm.name): every trial diverged: try lower rates"
        )
        continue
      }
      console.print()
      console.print("  speedrun run \(arm.options)")
      console.print()
      for line in arm.toml.split(separator: "\n") { console.print("  \(line)") }
    }
    console.print()
    console.print(
      "\(Format.count(trials, "trial")) on \(track) in \(precision.rawValue), "
        + "\(Format.duration(trainSeconds)) of training, \(Format.duration(wallSeconds)) in all")
    for note in notes { console.print(console.paint("warning:", .yellow) + " \(note)") }
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
