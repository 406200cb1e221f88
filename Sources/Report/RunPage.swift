import Figures
import Foundation
import Runs
import Text

/// The page of one run: its curves, from the first step to wherever it is, and what it trains.
package struct RunPage: Sendable {
  /// A loss after a number of steps and of seconds of training.
  package struct Point: Equatable, Sendable {
    let step: Int
    let seconds: Double
    var loss: Double
  }

  private let plan: RunPlan
  /// Every parameter and its rule.
  private let routes: Table
  private var validations: [Point] = []
  /// Of the training loss the means over ranges of steps, all as long.
  private var training: [Point] = []
  private var width = 1
  private var rest: [Double] = []
  private var seconds = 0.0
  /// What the model wrote last, and after how many steps.
  private var excerpt: (text: String, step: Int)?

  /// More points than this a figure cannot show.
  private static let mostPoints = 150

  /// Takes what is to run.
  package init(_ plan: RunPlan, routes: Table) { (self.plan, self.routes) = (plan, routes) }

  /// Notes a training step.
  package mutating func trained(step: Int, loss: Double, seconds: Double) {
    self.seconds += seconds
    rest.append(loss)
    guard rest.count == width else { return }
    let mean = rest.reduce(0, +) / Double(width)
    rest = []
    training.append(Point(step: step, seconds: self.seconds, loss: mean))
    guard training.count > Self.mostPoints else { return }
    // Every two neighbors become one.
    training = stride(from: 0, to: training.count - 1, by: 2).map { index in
      var point = training[index + 1]
      point.loss = (training[index].loss + point.loss) / 2
      return point
    }
    width *= 2
  }

  /// Notes a validation before the step of this number; of two of the same weights the last counts.
  package mutating func validated(step: Int, loss: Double) {
    if validations.last?.step == step { validations.removeLast() }
    validations.append(Point(step: step, seconds: seconds, loss: loss))
  }

  /// Notes what the model wrote after so many steps.
  package mutating func wrote(_ text: String, after step: Int) { excerpt = (text, step) }

  /// The page of a run that goes on: one sentence about it, and when to look again.
  package func html(now sentence: String, secondsToReload: Int) throws -> String {
    try page(sentence, [], secondsToReload).html
  }

  /// The page of a run that has ended: how, and what else there is to say.
  package func html(ended sentence: String, facts: [(name: String, text: String)]) throws -> String
  {
    try page(sentence, facts, nil).html
  }

  private func page(
    _ sentence: String, _ facts: [(name: String, text: String)], _ secondsToReload: Int?
  ) -> HTMLPage {
    var sections = [Section(title: "Losses", figures: [figure].compactMap(\.self))]
    if sections[0].figures.isEmpty { sections[0].paragraphs = ["No loss is known yet."] }
    if let excerpt {
      sections.append(
        Section(
          title: "What it writes",
          paragraphs: ["A text that the model began after \(Format.count(excerpt.step, "step"))."],
          excerpt: excerpt.text))
    }
    if !facts.isEmpty {
      let table = Table(facts, [.left("what") { $0.name }, .left("how much") { $0.text }])
      sections.append(Section(title: "The run", tables: [("", table)]))
    }
    sections.append(
      Section(
        title: "What trains what",
        paragraphs: ["Every parameter, its group, and the rule that updates it."],
        tables: [("", routes)]))
    let name = "\(plan.optimizer) on \(plan.track.name), seed \(plan.seed)"
    return HTMLPage(
      title: name, heading: name, opening: sentence, sections: sections,
      secondsToReload: secondsToReload)
  }

  private var figure: Figure? {
    guard let window = LossWindow.of([validations, training], target: plan.track.target) else {
      return nil
    }
    func panel(_ title: String, _ label: String, _ place: (Point) -> Double) -> Panel {
      func line(_ points: [Point], _ color: Int, _ name: String) -> Mark {
        .line(points.map { (place($0), $0.loss) }, color: color, name: name)
      }
      let target = plan.track.target.map {
        Mark.level($0, name: "target \(Format.fixed($0, 3))")
      }
      let lines =
        (training.isEmpty ? [] : [line(training, 1, "training")])
        + (validations.isEmpty ? [] : [line(validations, 0, "validation")])
      let end = max((training + validations).map(place).max() ?? 1, 1e-3)
      return .plot(
        title, x: Axis(label, domain: 0...end), y: Axis("nats per token", domain: window),
        marks: [target].compactMap(\.self) + lines)
    }
    return Figure(
      name: "losses", title: "Losses of \(plan.optimizer) on \(plan.track.name)",
      caption: "The loss of the batches"
        + (width > 1 ? ", mean over \(width) steps," : "")
        + " and that on the validation set, by steps and by seconds of training.",
      panels: [
        panel("Steps", "training step") { Double($0.step) },
        panel("Seconds", "seconds of training", \.seconds),
      ])
  }
}

/// Which losses a figure of a run shows.
enum LossWindow {
  /// From below the lowest to where the losses are after a fifth of the way so far: those before would leave no room
  /// for the rest.
  static func of(_ curves: [[RunPage.Point]], target: Double?) -> ClosedRange<Double>? {
    let points = curves.joined().filter(\.loss.isFinite)
    guard let last = points.map(\.step).max(), let lowest = points.map(\.loss).min() else {
      return nil
    }
    let late = points.filter { 5 * $0.step >= last }.map(\.loss)
    let low = min(lowest, target ?? lowest)
    let high = max(late.max() ?? lowest, target ?? lowest)
    let span = max(high - low, 1e-3)
    return (low - 0.1 * span)...(high + 0.04 * span)
  }
}
