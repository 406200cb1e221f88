import Autograd
import Muon
import TextTable

/// Who is in the model and what happens to it.
enum Tables {
  /// A row per parameter: name, shape, number of elements.
  static func parameters(_ parameters: [Parameter]) -> String {
    let table = TextTable<Parameter> { parameter in
      [
        Column(title: "parameter", value: parameter.name),
        Column(title: "shape", value: "\(parameter.shape)"),
        Column(
          title: "elements", value: Format.grouped(parameter.shape.count), align: .right),
      ]
    }
    let total = parameters.reduce(0) { $0 + $1.shape.count }
    return table.string(for: parameters, style: Style.simple).trimmedLines
      + "\n\(Format.grouped(total)) elements in \(parameters.count) parameters"
  }

  /// A row per parameter: who updates it, and how.
  static func routing(_ routes: [Route]) -> String {
    let table = TextTable<Route> { route in
      [
        Column(title: "parameter", value: route.parameter),
        Column(title: "shape", value: "\(route.shape)"),
        Column(title: "group", value: route.group),
        Column(title: "rule", value: route.rule),
        Column(title: "learning rate", value: "\(route.learningRate)", align: .right),
        Column(title: "decay", value: "\(route.weightDecay)", align: .right),
        Column(title: "scale", value: Format.fixed(route.scaleFactor, 3), align: .right),
      ]
    }
    return table.string(for: routes, style: Style.simple).trimmedLines
  }
}

extension Optional<String> {
  /// The lines without blanks at their ends.
  fileprivate var trimmedLines: String {
    (self ?? "").split(separator: "\n").map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
