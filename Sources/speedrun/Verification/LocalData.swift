import Foundation
import NanoGPT

/// The data that this machine would train a record's runs on.
enum LocalData {
  /// Compares the checksums of a record with those of the prepared corpus, if it is prepared here.
  static func findings(of record: ExperimentRecord) -> Findings {
    var findings = Findings()
    let track = record.track
    let directory = PreparedData.directory(corpus: track.corpus, vocabulary: track.vocabulary)
    guard let manifest = try? Manifest(in: directory) else { return findings }
    func checksums(_ split: Manifest.Split) -> [String] {
      manifest.shards.filter { $0.split == split }.map(\.sha256)
    }
    let local = ExperimentRecord.Checksums(
      trainShards: checksums(.train), valShards: checksums(.validation),
      tokenizer: manifest.tokenizerSHA256)
    guard let found = try? RawJSON(encoding: record.data),
      let expected = try? RawJSON(encoding: local)
    else { return findings }
    let source = directory.appendingPathComponent(Manifest.fileName).relativePath
    for difference in found.differences(from: expected, at: "data") {
      findings.add(ExperimentRecord.fileName, difference.text(because: "\(source) says"))
    }
    return findings
  }
}
