import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs
import Text

/// What a command asks for, as far as a record has it too.
package struct AskedFor: Encodable, Sendable {
  private let arms: [AskedArm]
  private let seeds: [UInt64]
  private let settings: [String]
  private let precision: String
  private let purpose: Purpose
  @OrNull private var title: String?
  private var question: DecisionRule?
  private let trackOptions: [String]

  private struct AskedArm: Encodable {
    let name: String
    let optimizer: String
    let settings: [String]
  }

  enum CodingKeys: String, CodingKey {
    case arms, seeds, settings, precision, purpose, title, question
    case trackOptions = "track_options"
  }

  package init(
    arms: [(name: String, optimizer: String, settings: [String])], seeds: [UInt64],
    settings: [String], precision: String, purpose: Purpose, title: String?,
    question: DecisionRule? = nil, trackOptions: [String]
  ) {
    self.arms = arms.map { AskedArm(name: $0.name, optimizer: $0.optimizer, settings: $0.settings) }
    (self.seeds, self.settings, self.precision) = (seeds, settings, precision)
    (self.purpose, self.question, self.trackOptions) = (purpose, question, trackOptions)
    self.title = title
  }

  fileprivate init(_ record: ExperimentRecord) {
    self.init(
      arms: record.arms.map { ($0.name, $0.optimizer, $0.settings) }, seeds: record.seeds,
      settings: record.settings, precision: record.precision.rawValue, purpose: record.purpose,
      title: record.title, question: record.question, trackOptions: record.trackOptions)
  }
}

extension Verifier {
  /// Compares a record with its command; of a sweep's the plan is compared instead.
  mutating func checkCommand(of record: ExperimentRecord, _ read: CommandReader) {
    let file = ExperimentRecord.fileName
    do {
      guard let asked = try read(record) else { return }
      compare(AskedFor(record), with: asked, in: file) { _ in "the command says" }
    } catch let error as UsageError {
      add(file, error.message)
    } catch {
      add(file, "command cannot be read: \(error)")
    }
  }

  /// Checks what does not follow from runs, as far as it can be.
  mutating func checkClaims(of record: ExperimentRecord) {
    let file = ExperimentRecord.fileName
    if record.date.wholeMatch(of: /\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])/) == nil {
      add(file, "date is \"\(record.date)\"; it should be yyyy-mm-dd")
    }
    if record.purpose.kind != record.kind {
      add(file, "purpose is \"\(record.purpose.rawValue)\", which no \(record.kind.rawValue) has")
    }
    if let parallel = record.parallel, parallel < 1 { add(file, "parallel is \(parallel)") }

    // A version of a track never changes, whatever a record says.
    let (track, options) = (record.base.track, record.trackOptions)
    if options.first == "--track", options != ["--track", track.name], options.count == 2 {
      add(
        file, "track_options are \(options.joined(separator: " ")), but base.track is \(track.name)"
      )
    }
    let builtIn = Registry.current.tracks.first { $0.track.name == track.name }?.track
    guard let version = track.version, let builtIn else { return }
    guard version == builtIn.version else {
      return add(
        file, "base.track is version \(version) of \(track.name), which is not known here")
    }
    // How often it is validated is no part of that: no number of a run depends on it.
    compare(track, with: builtIn.validated(like: track), at: "base.track", in: file) { _ in
      "\(track.name) v\(version) has"
    }
  }

  /// Compares the checksums of a record with those of the prepared corpus, if it is prepared here.
  mutating func checkLocalData(of record: ExperimentRecord) {
    let track = record.track
    let directory = track.dataDirectory
    let source = directory.appendingPathComponent(Manifest.fileName)
    let local: ExperimentRecord.Checksums
    do {
      local =
        track.isOfImages
        ? ExperimentRecord.Checksums(try ImageManifest(in: directory))
        : ExperimentRecord.Checksums(try Manifest(in: directory))
    } catch .missingInput {
      return
    } catch {
      return add(ExperimentRecord.fileName, "data cannot be compared: \(error)")
    }
    compare(record.data, with: local, at: "data", in: ExperimentRecord.fileName) { _ in
      "\(source.relativePath) says"
    }
  }
}

extension ExperimentRecord.Checksums {
  /// Those of prepared text.
  fileprivate init(_ manifest: Manifest) {
    func checksums(_ split: Manifest.Split) -> [String] {
      manifest.shards.filter { $0.split == split }.map(\.sha256)
    }
    self.init(
      trainShards: checksums(.train), valShards: checksums(.validation),
      tokenizer: manifest.tokenizerSHA256)
  }

  /// Those of prepared images.
  fileprivate init(_ manifest: ImageManifest) {
    func checksums(_ split: Manifest.Split) -> [String] {
      manifest.shards.filter { $0.split == split }.map(\.sha256)
    }
    self.init(trainShards: checksums(.train), valShards: checksums(.validation), tokenizer: nil)
  }
}
