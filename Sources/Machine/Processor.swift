import Foundation

/// A processor as the operating system describes it.
public struct Processor: Hashable, Sendable, CustomStringConvertible {
  /// The name, such as `AMD EPYC`, or `unknown`.
  public let name: String
  /// The family number, where the system says.
  ///
  /// Generations of one name can differ in speed by a factor of two; family and model tell them apart.
  public let family: Int?
  /// The model number within the family, where the system says.
  public let model: Int?

  /// The processor this program runs on.
  public static let current = Platform.processor

  /// Creates a description of a processor.
  public init(name: String, family: Int?, model: Int?) {
    (self.name, self.family, self.model) = (name, family, model)
  }

  /// Reads the first processor in text of the form of Linux's `/proc/cpuinfo`.
  public init(information: String) {
    let lines = information.split(separator: "\n").map { line in
      line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    func value(_ key: String) -> String? {
      lines.first { $0.count == 2 && $0[0] == key }?[1]
    }
    name = value("model name") ?? "unknown"
    family = value("cpu family").flatMap { Int($0) }
    model = value("model").flatMap { Int($0) }
  }

  /// Asks for what Darwin has under the names of `sysctl`.
  ///
  /// Family and model are Intel's numbers. Apple's own processors have none, and their names tell generations apart.
  ///
  /// - Parameter value: Returns the bytes of a name; nil where there are none.
  package init(controls value: (String) -> [UInt8]?) {
    name = value("machdep.cpu.brand_string").flatMap(ControlValue.text) ?? "unknown"
    family = value("machdep.cpu.family").flatMap(ControlValue.number)
    model = value("machdep.cpu.model").flatMap(ControlValue.number)
  }

  /// The name with what is known of family and model: `AMD EPYC, family 25, model 17`.
  public var description: String {
    let numbers = [("family", family), ("model", model)].compactMap { name, number in
      number.map { "\(name) \($0)" }
    }
    return ([name] + numbers).joined(separator: ", ")
  }

  /// How many processes wanted to run, on average over the last minute; nil where the system does not say.
  public static var load: Double? {
    var load = 0.0
    return getloadavg(&load, 1) == 1 ? load : nil
  }
}
