import Foundation
import Glibc
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
  private let descriptor: Int32

  /// The stream for results.
  static func output(_ mode: ColorMode) -> Console { Console(STDOUT_FILENO, mode) }

  /// The stream for progress and messages.
  static func messages(_ mode: ColorMode) -> Console { Console(STDERR_FILENO, mode) }

  private init(_ descriptor: Int32, _ mode: ColorMode) {
    self.descriptor = descriptor
    let environment = ProcessInfo.processInfo.environment
    isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    isColored = Self.usesColor(mode, isTerminal: isTerminal, environment: environment)
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
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).map { max($0, 20) }
      ?? 80
  }

  /// Writes bytes, which need not end between characters; false when they could not be written.
  @discardableResult
  func write(bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // Nobody reads this any more; whether to go on is not decided here.
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Writes text as it is.
  func write(_ text: String) { write(bytes: Array(text.utf8)) }

  /// Writes a line.
  func print(_ line: String = "") { write(line + "\n") }

  /// Writes a line that someone counts on: a failure is an error.
  func printResult(_ line: String) throws(DataError) {
    guard write(bytes: Array((line + "\n").utf8)) else {
      throw .cannotWrite(
        path: "standard output", reason: String(cString: strerror(errno)),
        hint: "send it to a place that has room")
    }
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
