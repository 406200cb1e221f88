import Autograd
import Foundation
import MessagePassing
import Muon
import NanoGPT
import Runs
import Text

extension Console {
  /// Says what the steps of a run will take, and warns where the machine is too small for them.
  func announce(_ estimate: StepEstimate, of plan: RunPlan) {
    print(estimate.text(of: plan))
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    if estimate.bytes > memory {
      warn(
        "this machine has \(Format.bytes(memory)) of memory: smaller are a model with --set model.layers=N, and a "
          + "batch with --set lanes=1")
    }
  }

  /// Says what a run is about to do: every parameter and its rule, and the size of the run.
  func announce(
    _ plan: RunPlan, routes: [Route], on data: any TrainingData, threads: Int, of ranks: Ranks,
    directory: String
  ) {
    let (track, steps) = (plan.track, plan.recipe.steps)
    let tokens = track.batch * track.model.context
    let elements = routes.reduce(0) { $0 + $1.shape.count }
    print(Table(routes).text)
    print("\(Format.grouped(elements)) elements in \(routes.count) parameters")
    print()
    print(
      "\(track.title): \(steps) steps of \(Format.grouped(tokens)) \(track.isOfImages ? "images" : "tokens"), "
        + "\(Format.fixed(Double(steps * tokens) / Double(data.trainingCount), 2)) epochs of "
        + "\(Format.grouped(data.trainingCount)), \(ranks.isAlone ? "" : "\(ranks.count) ranks of ")"
        + "\(Format.count(threads, "thread")), \(plan.precision.rawValue); target "
        + (track.goal?.text ?? "none") + "; writing to \(directory)")
    print(data.shardsText)
  }
}

/// The end of a run, for a person.
struct RunSummary {
  let record: RunRecord
  let log: RunLog
  /// The directory of the run, as the user would type it.
  let directory: String
  /// Commands worth trying now.
  let next: [NextCommand]
  /// The entropy rate of the text, where it is known: the least loss to expect of any model.
  let floor: Double?

  /// Writes the summary.
  func print(to console: Console) {
    let chart = Chart(
      points: log.curve.map { ($0.step, $0.loss ?? .nan) }, target: log.plan.track.target,
      width: min(60, max(20, console.width - 22)), height: 10
    ).lines
    console.print()
    console.print("  " + headline(console))
    console.print()
    if !chart.isEmpty {
      console.print("  validation loss, nats per \(input)")
      for line in chart { console.print("  " + console.paint(line, .cyan)) }
      console.print()
    }
    if let step = log.diagnostics.last?.step {
      console.print("  the update of step \(step)")
      let table = Table(log.diagnostics.filter { $0.step == step })
      for line in table.text.split(separator: "\n") { console.print("  " + line) }
      console.print()
    }
    for (name, text) in facts + next.map({ ("next", $0.text) }) {
      console.print("  " + console.dim(Format.padded(name, to: 12)) + text)
    }
    console.print()
  }

  /// How it ended.
  var sentence: String { "\(record.optimizer) on \(record.track): \(end.text)" }

  /// What the model learns from, one of them.
  private var input: String { log.plan.track.isOfImages ? "image" : "token" }

  private func headline(_ console: Console) -> String {
    console.bold(end.ink.map { console.paint(sentence, $0) } ?? sentence)
  }

  private var end: (ink: Ink?, text: String) {
    let (result, goal) = (record.result, log.plan.track.goal)
    let gap = log.final.flatMap { goal?.measure(of: $0) }.flatMap { goal?.shortfallText(of: $0) }
    let target = goal?.text ?? ""
    let seconds = Format.duration(result.trainSecondsToTarget ?? 0)
    return switch record.outcome {
    case .reached:
      (.green, "reached \(target) at step \(result.stepsToTarget ?? 0), after \(seconds)")
    case .missed: (.yellow, "finished \(gap ?? "before the target")")
    case .completed: (nil, "finished (no target set)")
    case .diverged:
      (.red, "diverged, the loss of step \(result.divergedAtStep ?? 0) is not a number")
    case .interrupted: (.yellow, "interrupted after \(result.steps) of \(log.plan.steps) steps")
    }
  }

  /// What else there is to say, in lines of a table.
  var facts: [(name: String, text: String)] {
    let result = record.result
    var rows: [(name: String, text: String)] = []
    if let last = log.validations.last, let loss = last.loss {
      var text = Format.fixed(loss, 4) + " nats per \(input)"
      if let accuracy = last.accuracy { text += ", \(Goal.percent(accuracy))" }
      if let bits = last.bitsPerByte { text += ", \(Format.fixed(bits, 4)) bits per byte" }
      if let floor { text += " (the entropy of such text: \(Format.fixed(floor, 3)) nats)" }
      rows.append((last.step == result.steps ? "final loss" : "last loss", text))
    }
    if let evaluation = result.evaluation {
      let words = evaluation.lastWordAccuracy.map {
        ", \(Format.percent($0)) of \(evaluation.lastWords) last words"
      }
      rows.append(("right", "\(Format.percent(evaluation.accuracy)) of the tokens" + (words ?? "")))
    }
    if let speed = result.tokensPerSecond, let median = result.stepMillisecondsMedian {
      let time = "\(result.steps) steps in \(Format.duration(result.trainSeconds))"
      let rates = "\(Format.fixed(median, 1)) ms a step, \(Format.grouped(Int(speed))) \(input)s/s"
      let share = Format.percent(result.steadyOptimizerSeconds / result.steadyTrainSeconds)
      rows += [("training", "\(time): \(rates)"), ("optimizer", "\(share) of that time")]
      if let pauses = result.pausesText {
        let rest = Format.duration(result.steadyTrainSeconds)
        rows.append(
          ("stood still", "\(pauses); comparisons of seconds count \(rest) of training"))
      }
    }
    if let ranks = record.environment.ranks {
      let hosts = Set(ranks.hosts).count
      let bytes = Format.bytes(ranks.bytesPerStep)
      let share = Format.percent((result.communicationSeconds ?? 0) / result.trainSeconds)
      rows.append(
        (
          "ranks",
          "\(ranks.count) on \(Format.count(hosts, "machine")), \(ranks.mpi): \(bytes) a step, "
            + "\(share) of the time to send them and to wait"
        ))
    }
    let start = result.startupSeconds.map { " (\(Format.duration($0)) to start)" } ?? ""
    let memory = Format.bytes(result.peakResidentBytes)
    rows.append(("in all", "\(Format.duration(result.wallSeconds))\(start), \(memory) of memory"))
    rows.append(("files", directory))
    return rows
  }
}

extension Table {
  /// Every parameter and its rule; experts of a block that are alike in one row.
  init(_ routes: [Route]) {
    func name(_ route: Route) -> String {
      String(route.parameter.replacing(/\.experts\.[0-9]+\./, with: ".experts.*."))
    }
    let counts = Dictionary(routes.map { (name($0), 1) }, uniquingKeysWith: +)
    var seen: Set<String> = []
    self.init(
      routes.filter { seen.insert(name($0)).inserted },
      [
        .left("parameter") { route in
          let (name, count) = (name(route), counts[name(route)] ?? 1)
          return count == 1 ? name : "\(name), \(count) of them"
        }, .left("shape") { "\($0.shape)" },
        .right("elements") { Format.grouped($0.shape.count * (counts[name($0)] ?? 1)) },
        .left("group") { $0.group },
        .left("rule") { $0.rule }, .right("learning rate") { "\($0.learningRate)" },
        .right("decay") { "\($0.weightDecay)" },
        .right("scale") { Format.fixed($0.scaleFactor, 3) },
      ])
  }

  /// What an update did to matrices: of each measure, the least, the middle and the greatest among them.
  fileprivate init(_ matrices: [LogEvent.Diagnostics]) {
    func row(
      _ measure: String, _ value: (LogEvent.Diagnostics) -> Float?
    ) -> (measure: String, values: [Float])? {
      let values = matrices.compactMap(value).sorted()
      return values.isEmpty ? nil : (measure, [values[0], values.middle, values[values.count - 1]])
    }
    let rows = [
      row("weight norm") { $0.weightNorm },
      row("weight: largest singular value") { $0.weightSpectralNorm },
      row("gradient norm") { $0.gradientNorm },
      row("update RMS") { $0.updateRMS },
      row("direction: stable rank") { $0.stableRank },
      row("direction: median / largest singular value") { $0.singularValues?.middle },
      row("direction: least / largest singular value") { $0.singularValues?.last },
      row("orthogonalized: largest singular value") { $0.orthogonalizedSingularValues?.first },
      row("orthogonalized: median singular value") { $0.orthogonalizedSingularValues?.middle },
      row("orthogonalized: least singular value") { $0.orthogonalizedSingularValues?.last },
      row("router: largest expert's share") { $0.expertLoad?.max() },
      row("router: least expert's share") { $0.expertLoad?.min() },
    ].compactMap(\.self)
    self.init(
      rows,
      [.left("of \(matrices.count) matrices") { $0.measure }]
        + ["min", "median", "max"].enumerated().map { index, title in
          .right(title) { Format.significant(Double($0.values[index]), 3) }
        })
  }
}

extension [Float] {
  /// The element in the middle, the first of the two in the middle of an even number.
  fileprivate var middle: Float { self[(count - 1) / 2] }
}
