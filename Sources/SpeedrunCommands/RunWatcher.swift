import Foundation
import NanoGPT
import Report
import Runs
import Text

/// Watches a run: shows how far it is, and keeps its page.
struct RunWatcher: TrainingObserver {
  var progress: RunProgress
  /// Nil of a run that nobody watches.
  var page: LiveFile?
  private var content: RunPage
  private var sample: LiveSample?
  private var step = 0
  private let messages: Console

  /// Watches a run from its beginning, or one that goes on after what its log says.
  init(
    _ progress: RunProgress, page: LiveFile?, of content: RunPage, after log: RunLog,
    tokenizer: BytePairTokenizer?, on messages: Console
  ) {
    (self.progress, self.page, self.content) = (progress, page, content)
    (sample, self.messages) = (tokenizer.map(LiveSample.init), messages)
    for (step, event) in log.steps.enumerated() {
      self.content.trained(step: step, loss: event.loss ?? .nan, seconds: event.time.seconds)
    }
    for validation in log.curve {
      self.content.validated(step: validation.step, loss: validation.loss ?? .nan)
    }
    step = log.steps.count
  }

  func warned(_ text: String) {
    progress.display.clear()
    messages.warn(text)
  }

  mutating func trained(step: Int, loss: Double, tokens: Int, time: Duration) {
    progress.trained(step: step, loss: loss, tokens: tokens, time: time)
    self.step = step + 1
    guard page != nil else { return }
    content.trained(step: step, loss: loss, seconds: time.seconds)
    update()
  }

  mutating func validated(loss: Double, of model: any TrainableModel) {
    progress.validated(loss: loss)
    guard page != nil else { return }
    content.validated(step: step, loss: loss)
    if step > 0, let model = model as? any LanguageModel,
      let text = sample?.text(of: model, isLast: step == progress.steps)
    {
      content.wrote(text, after: step)
    }
    update()
  }

  private mutating func update() {
    let (line, content) = (progress.line, content)
    page?.update { seconds in
      try content.html(
        now: line?.fields.joined(separator: ", ") ?? "It begins.", secondsToReload: seconds)
    }
  }

  /// Writes the page of a run that an error has ended.
  mutating func finish(after error: any Error) {
    page?.finish { [content, step] in
      try content.html(
        ended:
          "After \(Format.count(step, "step")) it ended by an error: \(Failure(error).message).",
        facts: [])
    }
  }

  /// Writes the page of a run that has ended.
  mutating func finish(_ summary: RunSummary) {
    page?.finish { [content] in
      try content.html(ended: summary.sentence + ".", facts: summary.facts)
    }
  }
}

/// A page in a directory that is written anew while what it shows goes on.
///
/// It is there to be looked at: when it cannot be written, nothing else changes.
struct LiveFile {
  let url: URL
  private var next = ContinuousClock.now
  /// How often a browser looks again.
  private static let secondsToReload = 3

  init(in directory: URL) { url = directory.appendingPathComponent(RunDirectory.pageName) }

  /// Writes the page if it is old enough: every few seconds, and so seldom that writing takes less than a hundredth of
  /// the time.
  mutating func update(_ html: (_ secondsToReload: Int) throws -> String) {
    let start = ContinuousClock.now
    guard start >= next else { return }
    write { try html(Self.secondsToReload) }
    let end = ContinuousClock.now
    next = end + max(.seconds(Self.secondsToReload), (end - start) * 100)
  }

  /// Writes the page a last time.
  func finish(_ html: () throws -> String) { write(html) }

  private func write(_ html: () throws -> String) {
    guard let html = try? html() else { return }
    try? Files.write(Array(html.utf8), to: url, isDurable: false)
  }
}

/// What a model writes while it is trained.
struct LiveSample {
  private let tokenizer: BytePairTokenizer
  private var next = ContinuousClock.now
  private static let tokens = 60

  init(_ tokenizer: BytePairTokenizer) { self.tokenizer = tokenizer }

  /// The beginning of a text, so seldom that writing takes less than a hundredth of the time; nil in between,
  /// but for the last.
  mutating func text(of model: any LanguageModel, isLast: Bool) -> String? {
    let start = ContinuousClock.now
    guard isLast || start >= next else { return nil }
    let tokens = model.sample(
      after: [tokenizer.endOfText], count: Self.tokens,
      sampler: Sampler(temperature: 0.8, seed: 0), endOfText: tokenizer.endOfText)
    let end = ContinuousClock.now
    next = end + (end - start) * 100
    let known = tokens.filter { Int($0) < tokenizer.vocabularySize }
    return String(decoding: known.flatMap(tokenizer.bytes(of:)), as: UTF8.self)
  }
}
