import Text

/// How far a run is, in one line.
package struct ProgressLine {
  package var step: Int
  package var steps: Int
  /// The smoothed training loss.
  package var loss: Double?
  package var validationLoss: Double?
  package var target: Double?
  package var tokensPerSecond: Double?
  package var secondsLeft: Double?

  package init(
    step: Int, steps: Int, loss: Double? = nil, validationLoss: Double? = nil,
    target: Double? = nil, tokensPerSecond: Double? = nil, secondsLeft: Double? = nil
  ) {
    self.step = step
    self.steps = steps
    self.loss = loss
    self.validationLoss = validationLoss
    self.target = target
    self.tokensPerSecond = tokensPerSecond
    self.secondsLeft = secondsLeft
  }

  /// The fields, most important first.
  package var fields: [String] {
    let number = Format.padded(String(step), to: String(steps).count, .right)
    var fields = ["step \(number)/\(steps)"]
    if let loss { fields.append("loss \(Format.fixed(loss, 3))") }
    if let validationLoss {
      var field = "val \(Format.fixed(validationLoss, 3))"
      if let target {
        let distance = validationLoss - target
        field += distance > 0 ? ", \(Format.fixed(distance, 3)) to go" : ", target reached"
      }
      fields.append(field)
    }
    if let tokensPerSecond {
      fields.append("\(Format.grouped(Int(tokensPerSecond))) tokens/s")
    }
    if let secondsLeft { fields.append("\(Format.duration(secondsLeft)) left") }
    return fields
  }

  /// The line for a terminal of this width: as many fields as fit, and a bar where there is room.
  package func text(width: Int) -> String {
    var line = fields[0]
    var rest: [String] = []
    for field in fields.dropFirst() {
      guard line.count + (rest + [field]).reduce(0, { $0 + $1.count + 2 }) < width else { break }
      rest.append(field)
    }
    let used = line.count + rest.reduce(0) { $0 + $1.count + 2 }
    let room = min(24, width - used - 3)
    if room >= 6 { line += " " + bar(width: room) }
    let text = ([line] + rest).joined(separator: "  ")
    return String(text.prefix(max(0, width - 1)))
  }

  /// A bar in eighths of a character.
  func bar(width: Int) -> String {
    let eighths = steps == 0 ? 0 : step * width * 8 / steps
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let full = String(repeating: "█", count: eighths / 8)
    let bar = full + parts[eighths % 8]
    return bar + String(repeating: "·", count: width - bar.count)
  }
}
