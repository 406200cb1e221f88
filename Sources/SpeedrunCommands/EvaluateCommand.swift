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
    let evaluator = try TextEvaluator(
      first, dataDirectory: data.path.map { URL(fileURLWithPath: $0, isDirectory: true) },
      threads: threads.usable)
    let results = try zip(records, runs).map { record, run in
      try evaluator.evaluate(record, in: run)
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
}

/// What the weights of a run know of held-out text.
struct TextEvaluation: Codable, Sendable {
  var run: String
  /// In nats per token of the validation set.
  var loss: Double
  /// The share of tokens that were held for the likeliest.
  var accuracy: Double
  var lastWords: Int
  var lastWordsFound: Int
  /// Most frequent tokens first.
  var groups: [FrequencyGroups.Group]

  enum CodingKeys: String, CodingKey {
    case run, loss, accuracy, groups
    case lastWords = "last_words"
    case lastWordsFound = "last_words_found"
  }
}

/// Judges runs on the data that they have in common.
struct TextEvaluator {
  private let windows: Batch
  private let groups: FrequencyGroups
  private let cloze: ClozeTest
  private let workers: Workers

  /// Reads the data of a run, from where they were or from `dataDirectory`.
  init(_ record: RunRecord, dataDirectory: URL?, threads: Int) throws {
    let training = record.configuration.training
    guard let model = record.configuration.model.language else {
      throw UsageError(
        "its model is none of text", hint: "a run on images says its accuracy in its record")
    }
    guard
      let directory = dataDirectory
        ?? record.data.trainShards.first.map({
          URL(fileURLWithPath: $0.path).deletingLastPathComponent()
        })
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
    guard let tokenizer = data.tokenizer else {
      throw DataError.missingInput(
        path: data.tokenizerURL.path, reason: "the data have no tokenizer",
        hint: "evaluate a run on data made by `speedrun prepare`")
    }
    windows = try ValidationSet(
      shards: data.validationShards, tokens: training.valTokens, contextLength: model.context
    ).windows
    groups = FrequencyGroups(
      of: data.trainingShards.lazy.map(\.tokens).joined(), vocabularySize: model.vocabularySize)
    cloze = ClozeTest(
      of: data.validationShards.map(\.tokens).joined(), tokenizer: tokenizer,
      contextLength: model.context)
    workers = Workers(count: threads)
  }

  /// Judges the weights of a run.
  func evaluate(_ record: RunRecord, in directory: URL) throws -> TextEvaluation {
    let model = try TrainedModel(of: record, in: directory).model
    let predictions = model.predictions(of: windows, on: workers).flatMap(\.self)
    let right = predictions.count(where: \.isLikeliest)
    let answers = cloze.answers(of: model, on: workers)
    return TextEvaluation(
      run: directory.relativePath,
      loss: predictions.reduce(0) { $0 + $1.loss } / Double(predictions.count),
      accuracy: Double(right) / Double(predictions.count), lastWords: cloze.count,
      lastWordsFound: answers.count { $0 },
      groups: groups.summary(of: predictions, targets: windows.targets.flatMap(\.self)))
  }
}

/// Evaluations as a person reads them.
enum EvaluationTables {
  /// A row for each group of tokens, a column for each run.
  static func frequencies(_ results: [TextEvaluation]) -> Table {
    let groups = results[0].groups
    var columns: [Table.Column<Int>] = [
      .left("part of the training text") { "\($0 + 1). tenth" },
      .right("tokens") { "\(groups[$0].tokens)" },
      .right("times in it") { "\(groups[$0].leastCount)-\(groups[$0].mostCount)" },
      .right("targets") { "\(groups[$0].targets)" },
    ]
    columns += results.map { result in
      .right("loss of \(result.run)") { group in
        result.groups[group].loss.map { Format.fixed($0, 3) } ?? "-"
      }
    }
    return Table(Array(groups.indices), columns)
  }

  /// A row for each run.
  static func summary(_ results: [TextEvaluation]) -> Table {
    Table(
      results,
      [
        .left("run", \.run), .right("loss") { Format.fixed($0.loss, 4) },
        .right("next token right") { Format.percent($0.accuracy) },
        .right("last word right") { result in
          result.lastWords == 0
            ? "-"
            : Format.percent(Double(result.lastWordsFound) / Double(result.lastWords))
              + " of \(result.lastWords)"
        },
      ])
  }
}
