import ArgumentParser
import Foundation
import NanoGPT
import Runs
import Text

/// Turns text into what training reads.
struct PrepareCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Turn text into a tokenizer, token shards and a manifest.",
    discussion: """
      Without options, prepares the King James Bible. Blank lines separate the documents of your own \
      text. A vocabulary of 257 is one token per byte. What is prepared already stays as it is.

      \(ExitStatus.help)
      """)

  private static var known: [String] { Registry.current.corpora.map(\.name) }

  @Option(
    help: "A corpus by its name: \(known.joined(separator: ", ")).", completion: .list(known))
  var corpus: String?

  @Option(parsing: .upToNextOption, help: "UTF-8 text files of your own.", completion: .file())
  var text: [String] = []

  @Option(
    parsing: .unconditional, help: "The number of tokens (default: the track's; 1024 for --text).")
  var vocabulary: Int?

  @Option(help: "Where to write (default: data/<corpus>-<vocabulary>).", completion: .directory)
  var out: String?

  @OptionGroup var color: ColorOption

  func validate() throws {
    if corpus != nil, !text.isEmpty {
      throw ValidationError("--corpus and --text exclude each other")
    }
    try check(vocabulary, of: "--vocabulary", in: BytePairTokenizer.vocabularySizes)
  }

  func run() throws {
    let messages = Console.messages(color.mode)
    let source = try text.isEmpty ? named() : .text(files: text.map { URL(fileURLWithPath: $0) })
    let track = Registry.current.tracks.map(\.track).first { $0.corpus == source.name }
    let size = vocabulary ?? track?.vocabulary ?? 1024
    let directory =
      out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? Track.dataDirectory(corpus: source.name, vocabulary: size)
    try CorpusPreparation.prepare(source, into: directory, vocabularySize: size) {
      messages.print($0)
    }
    Console.output(color.mode).print(directory.relativePath)
    let isTracks = out == nil && size == track?.vocabulary && text.isEmpty
    let next = NextCommand(
      reason: "next",
      arguments: ["run"]
        + (isTracks ? ["--track", track?.name ?? ""] : ["--data", directory.relativePath]))
    messages.print(next.text)
  }

  /// The text of a corpus that needs no file.
  private func named() throws -> Corpus {
    let name = corpus ?? "kjv"
    guard let text = Registry.current.corpus(named: name) else {
      throw UsageError(no: "corpus", called: name, among: Self.known)
    }
    return try text()
  }
}
