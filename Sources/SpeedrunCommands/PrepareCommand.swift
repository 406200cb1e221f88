import ArgumentParser
import Foundation
import NanoGPT
import Runs
import Text

/// Turns text into what training reads.
struct PrepareCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Turn text into a tokenizer, token shards and a manifest; images into shards.",
    discussion: """
      Without options, prepares the King James Bible. Blank lines separate the documents of your own \
      text, unless --separator says what does. A vocabulary of 257 is one token per byte. What is prepared already stays \
      as it is, and another text of the same name is refused: give it a --name. Images are digits, shapes, or with --images \
      the binary files of CIFAR-10; they need no tokenizer.

      \(ExitStatus.help)
      """)

  private static var known: [String] {
    Registry.current.corpora.map(\.name) + Registry.current.imageCorpora.map(\.name)
  }

  @Option(
    help: "A corpus by its name: \(known.joined(separator: ", ")).", completion: .list(known))
  var corpus: String?

  @Option(
    parsing: .upToNextOption, help: "UTF-8 text files of your own; - is standard input.",
    completion: .file())
  var text: [String] = []

  @Option(
    help: "A directory with CIFAR-10's data_batch_1.bin to data_batch_5.bin and test_batch.bin.",
    completion: .directory)
  var images: String?

  @Option(help: "What to call your own text (default: text- and the name of its first file).")
  var name: String?

  @Option(parsing: .unconditional, help: "What separates documents, instead of blank lines.")
  var separator: String?

  @Flag(help: "Replace bytes that are not UTF-8 instead of refusing them.")
  var lossy = false

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
    if images != nil, corpus != nil || !text.isEmpty || vocabulary != nil {
      throw ValidationError("--images excludes --corpus, --text and --vocabulary")
    }
    if text.isEmpty, name != nil || separator != nil || lossy {
      throw ValidationError("--name, --separator and --lossy belong to --text")
    }
    if let name, name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9_-]*/) == nil {
      throw ValidationError(
        "--name '\(name)': letters, digits, - and _ only, as it names a directory")
    }
    if let name, Self.known.contains(name) {
      throw ValidationError("--name \(name): that is a corpus of its own; choose another name")
    }
    if separator?.isEmpty == true { throw ValidationError("--separator: it must not be empty") }
    try check(vocabulary, of: "--vocabulary", in: BytePairTokenizer.vocabularySizes)
  }

  func run() throws {
    let messages = Console.messages(color.mode)
    if let images = try namedImages() { return try prepare(images, messages) }
    let source = try text.isEmpty ? named() : own { messages.print($0) }
    let track = Registry.current.tracks.map(\.track).first { $0.corpus == source.name }
    let size = vocabulary ?? track?.vocabulary ?? 1024
    let directory =
      out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? Track.dataDirectory(corpus: source.name, vocabulary: size)
    for file in text where file != "-" {
      let place = URL(fileURLWithPath: file).resolvingSymlinksInPath().deletingLastPathComponent()
      if place.path == directory.resolvingSymlinksInPath().path {
        throw UsageError(
          "--text \(file): it lies in \(directory.relativePath), where the prepared files would go",
          hint: "choose another place with --out DIR")
      }
    }
    if out == nil, let other = try? Manifest(in: directory),
      other.textSHA256 != source.sha256
    {
      throw DataError.cannotWrite(
        path: directory.relativePath, reason: "holds another text of the same name",
        hint: "call this one otherwise with --name NAME, or choose the place with --out DIR")
    }
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

  /// The images that the options name; nil when they name text.
  private func namedImages() throws -> ImageCorpus? {
    if let images { return try .cifar10(in: URL(fileURLWithPath: images, isDirectory: true)) }
    guard let corpus, let build = Registry.current.images(named: corpus) else { return nil }
    if vocabulary != nil {
      throw UsageError("--vocabulary: \(corpus) is of images, which have no tokens")
    }
    return try build()
  }

  private func prepare(_ images: ImageCorpus, _ messages: Console) throws {
    let directory =
      out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? Track.dataDirectory(corpus: images.name, vocabulary: images.train.classes)
    try ImagePreparation.prepare(images, into: directory) { messages.print($0) }
    Console.output(color.mode).print(directory.relativePath)
    let tracks = Registry.current.tracks.map(\.track).filter(\.isOfImages)
    let own = tracks.first { $0.corpus == images.name && out == nil }
    let data = own == nil ? ["--data", directory.relativePath] : []
    if let track = own ?? tracks.first {
      messages.print(
        NextCommand(reason: "next", arguments: ["run", "--track", track.name] + data).text)
    }
  }

  /// The text of files, or of standard input.
  private func own(report: (String) -> Void) throws(DataError) -> Corpus {
    let files = text.map { URL(fileURLWithPath: $0 == "-" ? "/dev/stdin" : $0) }
    return try .text(
      files: files, format: TextFormat(separator: separator, isLossy: lossy), name: name,
      report: report)
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
