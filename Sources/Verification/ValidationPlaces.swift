import Runs

extension RunLog {
  /// The first validation that is missing or one too many, and its line in `log.jsonl`; nil where all are in their places.
  ///
  /// A log is written by the plan, which gives the losses after a missing one to the validations before theirs. What
  /// is compared with such a log is told of other rows than the one that is wrong.
  var misplacedValidation: (line: Int, message: String)? {
    var (wholeDue, glancesDue): ([Int], [Int]) = ([], [])
    for event in events {
      switch event {
      case .validation(let validation): wholeDue.append(validation.step)
      case .glance(let glance): glancesDue.append(glance.step)
      case .train, .diagnostics: break
      }
    }
    return misplaced("glance", glances, due: glancesDue) { step in
      validations.count { $0.step < step }
    }
      ?? misplaced("validation", validations, due: wholeDue) { step in
        glances.count { $0.step <= step }
      }
  }

  /// The same of one kind; `others` counts the lines of the other kind before a step's.
  private func misplaced(
    _ name: String, _ judged: [Validation], due: [Int], others: (_ step: Int) -> Int
  ) -> (line: Int, message: String)? {
    let found = judged.map(\.step)
    // A log that breaks off has fewer of them, which is told of by itself.
    guard let index = found.indices.first(where: { $0 >= due.count || found[$0] != due[$0] })
    else { return nil }
    let isMissing = index < due.count && due[index] < found[index]
    let step = isMissing ? due[index] : found[index]
    return (
      step + index + others(step) + diagnostics.count { $0.step < step } + 1,
      "the \(name) of step \(step) is \(isMissing ? "missing before this line" : "one too many")"
    )
  }
}
