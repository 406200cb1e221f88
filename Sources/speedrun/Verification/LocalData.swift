import Foundation
import NanoGPT

/// The data that this machine would train a record's runs on.
enum LocalData {
  /// Compares the checksums of a record with those of the prepared corpus, if it is prepared here.
  static func findings(of record: ExperimentRecord) -> Findings {
    var findings = Findings()
    let track = record.track
    let directory = PreparedData.directory(corpus: track.corpus, vocabulary: track.vocabulary)
    let source = directory.appendingPathComponent(Manifest.fileName)
    let manifest: Manifest
    do {
      manifest = try Manifest(in: directory)
    } catch .missingInput {
      return findings
    } catch {
      findings.add(
        ExperimentRecord.fileName, "data cannot be compared: \(Failure(error).message)")
      return findings
    }
    func checksums(_ split: Manifest.Split) -> [String] {
      manifest.shards.filter { $0.split == split }.map(\.sha256)
    }
    let local = ExperimentRecord.Checksums(
      trainShards: checksums(.train), valShards: checksums(.validation),
      tokenizer: manifest.tokenizerSHA256)
    findings.compare(record.data, with: local, at: "data", in: ExperimentRecord.fileName) { _ in
      "\(source.relativePath) says"
    }
    return findings
  }
}
