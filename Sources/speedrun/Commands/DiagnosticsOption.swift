import ArgumentParser

/// `--diagnostics`, the same for every command that trains.
struct DiagnosticsOption: ParsableArguments {
  private static let usualInterval = 20

  @Flag(
    name: .customLong("diagnostics"),
    help: "Log every \(usualInterval) steps what the update does to each matrix inside the blocks.")
  var isOn = false

  @Option(
    name: .customLong("diagnostics-every"), parsing: .unconditional,
    help: "The same, every so many steps.")
  var steps: Int?

  /// The number of steps from one look to the next; nil for none at all.
  var interval: Int? { steps ?? (isOn ? Self.usualInterval : nil) }

  func validate() throws {
    if let steps, steps < 1 {
      throw ValidationError("--diagnostics-every \(steps): it must be at least 1")
    }
  }
}
