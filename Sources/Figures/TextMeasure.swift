/// How much room a text takes, without asking a font.
enum TextMeasure {
  /// An upper estimate of the width of a text in a sans-serif font: figures are laid out before anybody
  /// knows which font a reader has.
  static func width(_ text: String, size: Double = PanelLayout.textSize, isBold: Bool = false)
    -> Double
  {
    text.reduce(0) { $0 + width(of: $1) } * size * (isBold ? 1.12 : 1)
  }

  /// The width of the widest text.
  static func widest(_ texts: [String], isBold: Bool = false) -> Double {
    texts.map { width($0, isBold: isBold) }.max() ?? 0
  }

  /// The lines of a text no wider than `width`, broken at blanks.
  static func lines(_ text: String, size: Double, width: Double) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      let longer = line.isEmpty ? String(word) : "\(line) \(word)"
      if !line.isEmpty, Self.width(longer, size: size) > width {
        lines.append(line)
        line = String(word)
      } else {
        line = longer
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// In units of the font's size.
  private static func width(of character: Character) -> Double {
    switch character {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ": 0.34
    case "f", "t", "r", "(", ")", "-", "/": 0.41
    case "m", "w", "M", "W", "%": 0.94
    case _ where character.isUppercase: 0.7
    default: 0.62
    }
  }
}
