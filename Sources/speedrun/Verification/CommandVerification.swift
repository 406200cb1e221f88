import ArgumentParser
import Autograd
import Foundation
import Text

/// Reads the command of a record again, which must ask for what the record says was done.
enum CommandVerification {
  /// What a command asks for, as far as a record has it too.
  fileprivate struct Request: Encodable {
    let arms: [Arm]
    let seeds: [UInt64]
    let settings: [String]
    let precision: String
    let purpose: ExperimentRecord.Purpose
    @OrNull var title: String?
    let trackOptions: [String]

    struct Arm: Encodable {
      let name: String
      let optimizer: Contestant
      let settings: [String]
    }

    enum CodingKeys: String, CodingKey {
      case arms, seeds, settings, precision, purpose, title
      case trackOptions = "track_options"
    }
  }

  /// Compares a record with its command; of a sweep's the plan is compared instead.
  static func findings(of record: ExperimentRecord) -> Findings {
    var findings = Findings()
    let words = CommandText.words(of: record.command)
    let name = record.kind == .comparison ? "compare" : "sweep"
    guard words.prefix(2) == ["speedrun", name] else {
      findings.add(ExperimentRecord.fileName, "command is no `speedrun \(name)`: \(record.command)")
      return findings
    }
    let (arguments, precision) = separated(Array(words.dropFirst(2)))
    do {
      switch record.kind {
      case .comparison:
        let asked = try Request(try CompareCommand.parse(arguments), precision: precision)
        findings.compare(Request(record), with: asked, in: ExperimentRecord.fileName) { _ in
          "the command says"
        }
      case .sweep: _ = try SweepCommand.parse(arguments)
      }
    } catch {
      let reason =
        (error as? UsageError).map { Failure($0).message } ?? RootCommand.message(for: error)
      findings.add(ExperimentRecord.fileName, "command cannot be read: \(reason)")
    }
    return findings
  }

  /// The arguments without `--precision`, and its value: a command checks that this processor has it.
  private static func separated(_ arguments: [String]) -> (others: [String], precision: String) {
    let option = "--precision"
    var (others, precision) = ([String](), Precision.float32.rawValue)
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == option, let value = rest.popFirst() {
        precision = value
      } else if argument.hasPrefix(option + "=") {
        precision = String(argument.dropFirst(option.count + 1))
      } else {
        others.append(argument)
      }
    }
    return (others, precision)
  }
}

extension CommandVerification.Request {
  fileprivate init(_ record: ExperimentRecord) {
    arms = record.arms.map { Arm(name: $0.name, optimizer: $0.optimizer, settings: $0.settings) }
    (seeds, settings) = (record.seeds, record.settings)
    precision = record.precision.rawValue
    (purpose, trackOptions) = (record.purpose, record.trackOptions)
    title = record.title
  }

  fileprivate init(_ command: CompareCommand, precision: String) throws(UsageError) {
    let asked = try command.request()
    arms = asked.arms.map {
      Arm(name: $0.name, optimizer: $0.optimizer, settings: $0.settings.map(\.text))
    }
    (seeds, settings) = (asked.seeds, asked.settings.map(\.text))
    (self.precision, purpose) = (precision, command.purpose)
    trackOptions = asked.source.arguments
    title = command.title
  }
}
