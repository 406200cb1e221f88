import Foundation

extension ImageCorpus {
  /// The photographs of CIFAR-10 in the binary form their authors publish, divided as they divided them.
  ///
  /// `data_batch_1.bin` to `data_batch_5.bin` are to train on, `test_batch.bin` to validate on: each 10 000 records of a
  /// byte for the class and 3072 for the pixels, all red ones first, then green, then blue. They come in
  /// `cifar-10-binary.tar.gz`, 170 052 171 bytes, SHA-256
  /// c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd, of Alex Krizhevsky's page.
  ///
  /// - Parameter directory: Where the files lie: at least the first batch, and the test batch.
  /// - Returns: The images of all these files.
  /// - Throws: ``DataError`` of kind `missingInput` without them, of kind `badData` when one is no whole number of
  ///   records, or has a class above 9.
  public static func cifar10(in directory: URL) throws(DataError) -> ImageCorpus {
    let batches = (1...5).map { directory.appendingPathComponent("data_batch_\($0).bin") }
    // Fewer batches are fewer images; a gap would be a mistake.
    let there = batches.prefix { FileManager.default.fileExists(atPath: $0.path) }
    return ImageCorpus(
      name: "cifar10", train: try images(in: there.isEmpty ? [batches[0]] : Array(there)),
      validation: try images(in: [directory.appendingPathComponent("test_batch.bin")]))
  }

  private static func images(in files: [URL]) throws(DataError) -> LabelledImages {
    let extents = LabelledImages.Extents(height: 32, width: 32, channels: 3)
    var images = LabelledImages(extents, classes: 10)
    let (hint, record) = ("name the directory with CIFAR-10's binary files", 1 + extents.bytes)
    for file in files {
      let bytes = try Files.read(file, hint: hint)
      guard !bytes.isEmpty, bytes.count.isMultiple(of: record) else {
        throw .badData(
          path: file.path,
          reason: "\(bytes.count) bytes are no whole number of records of \(record)", hint: hint)
      }
      let plane = extents.height * extents.width
      for start in stride(from: 0, to: bytes.count, by: record) {
        guard bytes[start] < 10 else {
          throw .badData(
            path: file.path, reason: "record \(start / record) is of class \(bytes[start])",
            hint: hint)
        }
        let pixels = (0..<extents.bytes).map { bytes[start + 1 + $0 % 3 * plane + $0 / 3] }
        images.append(label: bytes[start], pixels: pixels)
      }
    }
    return images
  }
}
