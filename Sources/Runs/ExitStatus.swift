/// Every way this program ends, by the number a shell sees.
package enum ExitStatus: Int32, Sendable {
  /// Done; of a run, the target was reached or there is none.
  case success = 0
  /// The run finished without reaching its target.
  case missed = 3
  /// The loss stopped being a number.
  case diverged = 4
  /// The runs of a comparison do not allow a verdict.
  case undecided = 5
  /// A flag, key or value is wrong.
  case usage = 64
  /// An input is not what it should be.
  case badData = 65
  /// An input is not there.
  case missingInput = 66
  /// The machine, or its limits for a process, has too little.
  case machine = 69
  /// The program itself is wrong.
  case internalError = 70
  /// An output cannot be written.
  case cannotWrite = 74
  /// Control-C.
  case interrupted = 130

  package static let help = """
    EXIT STATUS: 0 done, target reached; 3 finished without reaching the target; 4 diverged; \
    5 compared without a verdict; 64 wrong usage; 65 bad data; 66 missing input; 69 too little of the machine; 70 internal error; 74 cannot write; \
    130 interrupted.
    """
}
