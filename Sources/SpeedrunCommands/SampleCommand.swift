import ArgumentParser
import Foundation
import Machine
import NanoGPT
import Runs

/// Prints text from a run's weights.
struct SampleCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Print text from the weights of a run.",
    discussion: ExitStatus.help)

  @Argument(
    help: "The directory of a run (default: the latest in results/runs).", completion: .directory)
  var directory: String?

  @Option(help: "The text to continue.")
  var prompt = ""

  @Option(parsing: .unconditional, help: "How many tokens to add.")
  var tokens = 200

  @Option(
    parsing: .unconditional, help: "0 takes the likeliest token; 1 draws as the model predicts.")
  var temperature = 0.8

  @Option(parsing: .unconditional, help: "Draw from so many likeliest tokens only.")
  var topK: Int?

  @Option(parsing: .unconditional, help: "Determines the draws.")
  var seed: UInt64 = 0

  @OptionGroup var color: ColorOption

  func validate() throws {
    try check(tokens, of: "--tokens", in: 1...Int.max)
    try check(topK, of: "--top-k", in: 1...Int.max)
    if !(temperature >= 0 && temperature.isFinite) {
      throw ValidationError("--temperature \(temperature): it must be a number of at least 0")
    }
  }

  func run() throws {
    let directory =
      try self.directory.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? RunDirectory.latest()
    let trained = try TrainedModel(of: RunRecord(in: directory), in: directory)
    let (model, tokenizer) = (trained.model, trained.tokenizer)

    // Text that nobody reads any more, as of `sample | head`, need not be made.
    Signals.endWithReader()
    let console = Console.output(color.mode)
    console.write(prompt)
    model.sample(
      after: [tokenizer.endOfText] + tokenizer.encode(prompt), count: tokens,
      sampler: Sampler(temperature: temperature, topK: topK, seed: seed),
      endOfText: tokenizer.endOfText
    ) { token in
      guard Int(token) < tokenizer.vocabularySize else { return }
      console.write(bytes: tokenizer.bytes(of: token))
    }
    console.print()
  }
}
