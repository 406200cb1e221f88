import Foundation

/// Numbers as people read them.
package enum Format {
  /// A fixed number of decimals: `3.2000`.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", value)
  }

  /// A number of significant digits: `0.0123`, `1.23e-05`.
  package static func significant(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)g", value)
  }

  /// Thousands set apart: `17 964`.
  package static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    let groups = stride(from: digits.count, to: 0, by: -3).map { end in
      String(digits[max(0, end - 3)..<end])
    }
    return (value < 0 ? "-" : "") + groups.reversed().joined(separator: " ")
  }

  /// The two largest units: `8.3 s`, `1 min 23 s`, `2 h 05 min`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    if seconds < 59.95 { return "\(fixed(seconds, 1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    return "\(whole / 3600) h \(twoDigits(whole % 3600 / 60)) min"
  }

  /// A number of bytes: `214 MB`.
  package static func bytes(_ count: Int) -> String {
    let units = ["bytes", "kB", "MB", "GB"]
    var value = Double(count)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return "\(fixed(value, unit > 0 && value < 9.95 ? 1 : 0)) \(units[unit])"
  }

  /// A number of things: `1 thread`, `2 threads`.
  package static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }

  /// A share: `23.1 %`.
  package static func percent(_ share: Double) -> String {
    "\(fixed(100 * share, 1)) %"
  }

  /// A probability: `0.0341`, `3e-6`.
  package static func probability(_ value: Double) -> String {
    value >= 0.001 || value == 0
      ? String(format: "%.3g", value)
      : String(format: "%.0e", value).replacing("e-0", with: "e-")
  }

  /// Which edge of its column a text touches.
  package enum Alignment {
    case left
    case right
  }

  /// The text with blanks up to a width; a longer one as it is.
  package static func padded(
    _ text: String, to width: Int, _ alignment: Alignment = .left
  ) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return alignment == .left ? text + blanks : blanks + text
  }

  private static func twoDigits(_ value: Int) -> String {
    value < 10 ? "0\(value)" : String(value)
  }
}
