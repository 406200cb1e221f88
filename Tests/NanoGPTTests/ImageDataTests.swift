import Autograd
import Foundation
import NanoGPT
import TestSupport
import Testing

/// Images from their sources to what a model sees.
@Suite struct ImageDataTests {
  private static let extents = LabelledImages.Extents(height: 2, width: 3, channels: 1)

  private func images(_ count: Int) -> LabelledImages {
    var images = LabelledImages(Self.extents, classes: 4)
    for index in 0..<count {
      let pixels = (0..<6).map { UInt8((index * 37 + $0 * 11) % 256) }
      images.append(label: UInt8(index % 4), pixels: pixels)
    }
    return images
  }

  /// An image's pixels decide, wherever it stands; one twice is on one side.
  @Test func imagesAreDividedByThemselves() {
    let whole = images(200)
    let corpus = ImageCorpus(name: "x", dividing: whole)
    #expect(corpus.train.count + corpus.validation.count == 200)
    #expect((20...60).contains(corpus.validation.count))
    var reversed = LabelledImages(Self.extents, classes: 4)
    for index in (0..<200).reversed() {
      reversed.append(label: whole.labels[index], pixels: whole.record(of: index).dropFirst())
    }
    let again = ImageCorpus(name: "x", dividing: reversed)
    #expect(again.sha256 == corpus.sha256)
    let (train, validation) = (Set(pixels(corpus.train)), Set(pixels(corpus.validation)))
    #expect(train.isDisjoint(with: validation))
    #expect(train.union(validation) == Set(pixels(whole)))
  }

  private func pixels(_ images: LabelledImages) -> [[UInt8]] {
    (0..<images.count).map { Array(images.record(of: $0).dropFirst()) }
  }

  @Test func whatIsPreparedIsReadBack() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("x-4")
      let corpus = ImageCorpus(name: "x", dividing: images(50))
      var lines: [String] = []
      let manifest = try ImagePreparation.prepare(corpus, into: directory) { lines.append($0) }
      #expect(lines.count == 2 && lines[0].contains("2 x 3 pixels of 1 bytes, 4 classes"))
      #expect(try ImageManifest(in: directory) == manifest)
      let prepared = try data(in: directory)
      #expect(prepared.train.images == corpus.train)
      #expect(prepared.validation.images == corpus.validation)
      #expect(prepared.trainingCount == corpus.train.count)
      #expect(
        prepared.shardsText == "trained on train_000000.bin, judged on val_000000.bin in "
          + directory.relativePath)

      lines = []
      try ImagePreparation.prepare(corpus, into: directory) { lines.append($0) }
      #expect(lines == ["\(directory.path): x is already prepared"])
      // Other images of this program's making may be replaced, anything else may not.
      try ImagePreparation.prepare(ImageCorpus(name: "x", dividing: images(60)), into: directory)
      try Data("mine".utf8).write(to: directory.appendingPathComponent("notes"))
      let refusal = dataError { try ImagePreparation.prepare(corpus, into: directory) }
      #expect(refusal?.description.contains("holds notes") == true)
    }
  }

  private func data(
    in directory: URL, sha256: String? = nil, classes: Int = 4,
    extents: LabelledImages.Extents = extents
  ) throws -> PreparedImages {
    try PreparedImages(
      in: directory,
      for: PreparedData.Demand(track: "t", corpus: "x", textSHA256: sha256, vocabulary: classes),
      extents: extents)
  }

  @Test func whatIsNotTheTracksIsRefused() throws {
    try withTemporaryDirectory { parent in
      let directory = parent.appendingPathComponent("x-4")
      let missing = dataError { _ = try data(in: directory) }
      guard case .missingInput = missing else { throw Surprise("\(String(describing: missing))") }
      let corpus = ImageCorpus(name: "x", dividing: images(50))
      try ImagePreparation.prepare(corpus, into: directory)
      func reason(_ body: () throws -> Void) -> String { dataError(body)?.description ?? "" }
      _ = try data(in: directory, sha256: corpus.sha256)
      #expect(
        reason { _ = try data(in: directory, sha256: "0") }.contains("track t wants 0"))
      #expect(reason { _ = try data(in: directory, classes: 5) }.contains("4 classes, track t has"))
      let wide = LabelledImages.Extents(height: 2, width: 4, channels: 1)
      #expect(reason { _ = try data(in: directory, extents: wide) }.contains("2 x 4 x 1 in 4"))

      let shard = directory.appendingPathComponent("val_000000.bin")
      var bytes = try Data(contentsOf: shard)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: shard)
      #expect(
        reason { _ = try data(in: directory) }.contains("is not the file that its manifest"))
      bytes[1024] = 4
      try bytes.write(to: shard)
      #expect(reason { _ = try data(in: directory) }.contains("is of class 4, one of 4"))
      try bytes.dropLast().write(to: shard)
      #expect(reason { _ = try data(in: directory) }.contains("images need"))
      try bytes.prefix(100).write(to: shard)
      #expect(reason { _ = try data(in: directory) }.contains("100 bytes are too short"))
      bytes[0] ^= 1
      try bytes.write(to: shard)
      #expect(reason { _ = try data(in: directory) }.contains("not a shard of images"))
      // Text is no images.
      try Data("{}".utf8).write(to: directory.appendingPathComponent(Manifest.fileName))
      #expect(reason { _ = try data(in: directory) }.contains("not the manifest of images"))
    }
  }

  private struct Surprise: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  @Test func pixelsHaveMeanZeroAndDeviationOne() {
    let images = images(100)
    let scale = PixelScale(of: images)
    let numbers = (0..<images.count).flatMap {
      scale.tensor($0, of: images).elements.map(Double.init)
    }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let square = numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count)
    #expect(abs(mean) < 1e-6 && abs(square - 1) < 1e-6)
    #expect(scale.tensor(3, of: images).shape == [2, 3, 1])
  }

  @Test func everyEpochHasEveryImageOnce() throws {
    try withTemporaryDirectory { parent in
      let corpus = ImageCorpus(name: "x", train: images(10), validation: images(4))
      try ImagePreparation.prepare(corpus, into: parent.appendingPathComponent("x"))
      let shard = try ImageShard(
        contentsOf: parent.appendingPathComponent("x/train_000000.bin"))
      var loader = try ImageLoader(shard, batchSize: 3, seed: 5)
      let first = (0..<3).map { _ in loader.next() }
      #expect(Set(first.joined()).count == 9)
      #expect(loader.position == BatchLoader.Position(epoch: 1, shard: 0, batch: 0))
      let second = (0..<2).map { _ in loader.next() }
      var resumed = try ImageLoader(
        shard, batchSize: 3, seed: 5, from: BatchLoader.Position(epoch: 1, shard: 0, batch: 1))
      #expect(resumed.next() == second[1])
      #expect(first[0] != second[0])
      let tooMany = dataError { _ = try ImageLoader(shard, batchSize: 11, seed: 0) }
      #expect(tooMany?.description.contains("10 images are too few for one batch of 11") == true)
    }
  }

  @Test func drawnShapesAreTheSameEverywhere() {
    let shapes = ImageCorpus.shapes()
    #expect(shapes.sha256 == ImageCorpus.shapesSHA256)
    #expect(Set(shapes.train.labels) == Set(0..<6))
  }

  /// The planes of a record become a pixel's channels.
  @Test func cifarIsReadAsItsAuthorsWroteIt() throws {
    try withTemporaryDirectory { directory in
      func record(_ label: UInt8, _ first: UInt8) -> Data {
        Data([label]) + Data((0..<3072).map { UInt8($0 / 1024) &* 50 &+ first &+ UInt8($0 % 7) })
      }
      func write(_ data: Data, _ name: String) throws {
        try data.write(to: directory.appendingPathComponent(name))
      }
      func reason() -> String {
        dataError { _ = try ImageCorpus.cifar10(in: directory) }?.description ?? ""
      }
      #expect(reason().contains("data_batch_1.bin: no such file"))
      try write(record(3, 10) + record(9, 20), "data_batch_1.bin")
      try write(record(1, 30), "data_batch_2.bin")
      #expect(reason().contains("test_batch.bin: no such file"))
      try write(record(7, 40), "test_batch.bin")
      let corpus = try ImageCorpus.cifar10(in: directory)
      #expect(corpus.train.labels == [3, 9, 1])
      #expect(corpus.validation.labels == [7])
      #expect(corpus.train.record(of: 0).prefix(7) == [3, 10, 62, 114, 11, 63, 115])
      try write(record(10, 0), "data_batch_2.bin")
      #expect(reason().contains("record 0 is of class 10"))
      try write(record(1, 0).dropLast(), "data_batch_2.bin")
      #expect(reason().contains("3072 bytes are no whole number of records of 3073"))
    }
  }
}
