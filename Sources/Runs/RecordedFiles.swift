import Foundation
import NanoGPT

extension RunRecord.DataFiles {
  package init(_ data: any TrainingData, corpus: String) {
    func files(_ split: Manifest.Split) -> [File] {
      data.files.filter { $0.split == split }.map {
        File(path: $0.url.recordedPath, sha256: $0.sha256, tokens: $0.count)
      }
    }
    self.init(
      corpus: corpus, trainShards: files(.train), valShards: files(.validation),
      tokenizer: data.tokenizerSHA256.map { checksum in
        File(path: data.tokenizerURL.recordedPath, sha256: checksum)
      })
  }
}

extension URL {
  /// The path from the current directory to a file inside it; of any other file, the absolute path.
  ///
  /// Records travel: where a machine keeps its files is of no use elsewhere.
  fileprivate var recordedPath: String {
    let here = FileManager.default.currentDirectoryPath + "/"
    let path = standardizedFileURL.path
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}
