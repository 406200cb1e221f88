import ArgumentParser
import Autograd
import Foundation
import NanoGPT
import Runs
import Text

/// Says what the weights of runs know: frequent and rare tokens, and the last words of lines.
struct EvaluateCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Say which tokens and last words the weights of runs predict.",
    discussion: """
      Tokens are grouped by how often the training text has them: each group makes up a tenth of that text. A last \
      word of a line of held-out text is found when each of its tokens is the likeliest, as in LAMBADA.

      \(ExitStatus.help)
      """)

  @Argument(help: "The directories of runs on the same data.", completion: .directory)
  var directories: [String]

  @OptionGroup var data: DataOption

  @OptionGroup var threads: ThreadsOption

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  @OptionGroup var color: ColorOption

  func run() throws {
    let runs = directories.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let records = try runs.map { try RunRecord(in: $0) }
    let first = records[0]
    for (record, run) in zip(records, runs) {
      if let difference = record.data.difference(from: first.data) {
        throw UsageError(
          "\(run.relativePath): not on the data of \(runs[0].relativePath): \(difference)",
          hint: "evaluate them apart")
      }
    }
    let evaluator = try evaluator(of: first)
    let results = try zip(records, runs).map { record, run in
      EvaluatedRun(
        run: run.relativePath,
        evaluation: evaluator.evaluate(try TrainedModel(of: record, in: run).model))
    }
    let console = Console.output(color.mode)
    if json {
      try console.printResult(try JSON.document(results))
    } else {
      console.print(EvaluationTables.frequencies(results).text)
      console.print()
      console.print(EvaluationTables.summary(results).text)
    }
  }

  /// Reads the data of a run, from where they were or from `--data`.
  private func evaluator(of record: RunRecord) throws -> TextEvaluator {
    guard let model = record.configuration.model.language else {
      throw UsageError(
        "its model is none of text", hint: "a run on images says its accuracy in its record")
    }
    let place = record.data.trainShards.first.map {
      URL(fileURLWithPath: $0.path).deletingLastPathComponent()
    }
    guard let directory = data.path.map({ URL(fileURLWithPath: $0, isDirectory: true) }) ?? place
    else {
      throw UsageError("the record names no training data", hint: "name them with --data DIR")
    }
    let data = try PreparedData(
      in: directory,
      for: PreparedData.Demand(
        track: record.track, corpus: record.data.corpus, textSHA256: nil,
        vocabulary: model.vocabularySize))
    if let difference = RunRecord.DataFiles(data, corpus: record.data.corpus)
      .difference(from: record.data)
    {
      throw UsageError(
        "\(directory.relativePath): not the data of the run: \(difference)",
        hint: "name the data it was trained on with --data DIR")
    }
    guard
      let evaluator = try TextEvaluator(
        data, valTokens: record.configuration.training.valTokens, model: model,
        on: Workers(count: threads.usable))
    else {
      throw DataError.missingInput(
        path: data.tokenizerURL.path, reason: "the data have no tokenizer",
        hint: "evaluate a run on data made by `speedrun prepare`")
    }
    return evaluator
  }
}

/// The evaluation of a run, with its directory.
struct EvaluatedRun: Encodable {
  let run: String
  let evaluation: TextEvaluation

  private enum Key: String, CodingKey { case run }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(run, forKey: .run)
    try evaluation.encode(to: encoder)
  }
}

/// Evaluations as a person reads them.
enum EvaluationTables {
  /// A row for each group of tokens, a column for each run.
  static func frequencies(_ results: [EvaluatedRun]) -> Table {
    let groups = results[0].evaluation.groups
    var columns: [Table.Column<Int>] = [
      .left("part of the training text") { "\($0 + 1). tenth" },
      .right("tokens") { "\(groups[$0].tokens)" },
      .right("times in it") { "\(groups[$0].leastCount)-\(groups[$0].mostCount)" },
      .right("targets") { "\(groups[$0].targets)" },
    ]
    columns += results.map { result in
      .right("loss of \(result.run)") { group in
        result.evaluation.groups[group].loss.map { Format.fixed($0, 3) } ?? "-"
      }
    }
    return Table(Array(groups.indices), columns)
  }

  /// A row for each run.
  static func summary(_ results: [EvaluatedRun]) -> Table {
    Table(
      results,
      [
        .left("run", \.run), .right("loss") { Format.fixed($0.evaluation.loss, 4) },
        .right("next token right") { Format.percent($0.evaluation.accuracy) },
        .right("last word right") { result in
          result.evaluation.lastWordAccuracy.map {
            "\(Format.percent($0)) of \(result.evaluation.lastWords)"
          } ?? "-"
        },
        .right("largest score") { Format.significant(Double($0.evaluation.largestScore), 3) },
        .right("of attention") { result in
          result.evaluation.largestAttentionScores.max().map {
            Format.significant(Double($0), 3)
          } ?? "-"
        },
      ])
  }
}
