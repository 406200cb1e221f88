import Foundation
import Machine
import MessagePassing
import NanoGPT
@preconcurrency import Rainbow

/// When to use colors.
package enum ColorMode: String, CaseIterable {
  case auto
  case always
  case never
}

/// The colors that carry a meaning here, by their codes.
enum Ink: UInt8 {
  case red = 31
  case green = 32
  case yellow = 33
  case cyan = 36
}

/// Standard output or standard error: where to write, and what can be shown there.
package struct Console: Sendable {
  /// Whether a line here can change in place.
  let isTerminal: Bool
  private let isColored: Bool
  private let stream: StandardStream

  /// The stream for results.
  static func output(_ mode: ColorMode) -> Console { Console(.output, mode) }

  /// The stream for progress and messages.
  static func messages(_ mode: ColorMode) -> Console { Console(.error, mode) }

  private init(_ stream: StandardStream, _ mode: ColorMode) {
    self.stream = stream
    let environment = ProcessInfo.processInfo.environment
    // Launchers show every process a terminal, wherever they write themselves.
    isTerminal = stream.isTerminal && environment["TERM"] != "dumb" && Launch.current == nil
    isColored = Self.usesColor(
      mode, isTerminal: isTerminal, environment: environment)
    // Rainbow asks about standard output only; here every stream is asked for itself.
    Rainbow.enabled = true
    Rainbow.outputTarget = .console
  }

  /// Decides by flag, then `FORCE_COLOR`, `NO_COLOR`, `TERM=dumb`, and whether a terminal listens.
  package static func usesColor(
    _ mode: ColorMode, isTerminal: Bool, environment: [String: String]
  ) -> Bool {
    guard mode == .auto else { return mode == .always }
    if !["", "0"].contains(environment["FORCE_COLOR", default: ""]) { return true }
    return isTerminal && environment["NO_COLOR", default: ""].isEmpty
      && environment["TERM"] != "dumb"
  }

  /// The number of columns: of the terminal, or as `COLUMNS` says, or 80.
  var width: Int {
    stream.columns
      ?? ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).map { max($0, 20) }
      ?? 80
  }

  /// Writes bytes, which need not end between characters.
  func write(bytes: [UInt8]) {
    // Whether to go on is not decided here: the program fails at its end when a result could not be written.
    try? stream.write(bytes)
  }

  /// Writes text as it is.
  func write(_ text: String) { write(bytes: Array(text.utf8)) }

  /// Writes a line.
  func print(_ line: String = "") { write(line + "\n") }

  /// Writes a line, and fails at once if it cannot be written.
  func printResult(_ line: String) throws(DataError) {
    print(line)
    try Self.checkOutput()
  }

  /// Throws if anything could not be written to standard output, be it long ago.
  static func checkOutput() throws(DataError) {
    guard let failure = StandardStream.outputFailure else { return }
    throw .cannotWrite(
      path: "standard output", reason: failure.description,
      hint: "send it to a place that has room")
  }

  /// The text in a color, where there are colors.
  func paint(_ text: String, _ ink: Ink) -> String {
    isColored ? text.applyingColor(NamedColor(rawValue: ink.rawValue) ?? .default) : text
  }

  /// The text in bold, where there are colors.
  func bold(_ text: String) -> String { isColored ? text.applyingStyle(.bold) : text }

  /// The text less prominent, where there are colors.
  func dim(_ text: String) -> String { isColored ? text.applyingStyle(.dim) : text }

  /// Writes what to do next.
  func hint(_ text: String) { print(paint("hint:", .cyan) + " " + text) }

  /// Writes a warning.
  func warn(_ text: String) { print(paint("warning:", .yellow) + " " + text) }
}
