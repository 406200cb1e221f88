import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct BatchLoaderTests {
  /// What `make_batch_goldens.py` writes.
  struct Golden: Decodable {
    let tokens: Int
    let batch: Int
    let context: Int
    let seed: UInt64
    let batches: [[Int]]
  }

  /// Returns a shard of the consecutive integers `tokens`, so that any slip shows as a wrong number.
  private func shard(_ tokens: Range<TokenID>) throws -> TokenShard {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("train_000000.bin")
      try TokenShard.write(Array(tokens), to: url)
      return try TokenShard(contentsOf: url)
    }
  }

  @Test func visitsWindowsInTheGoldenOrder() throws {
    let data = try Data(contentsOf: golden("batch_goldens.json"))
    for golden in try JSONDecoder().decode([Golden].self, from: data) {
      var loader = try BatchLoader(
        shards: [shard(0..<TokenID(golden.tokens))], batchSize: golden.batch,
        contextLength: golden.context, seed: golden.seed)
      for windows in golden.batches {
        let batch = loader.next()
        #expect(batch.inputs.map { $0.first.map(Int.init) } == windows.map { $0 * golden.context })
        for (inputs, targets) in zip(batch.inputs, batch.targets) {
          #expect(inputs == Array(inputs[0]..<inputs[0] + TokenID(golden.context)))
          #expect(targets == inputs.map { $0 + 1 })
        }
        #expect(batch.count == golden.batch)
        #expect(batch.tokens == golden.batch * golden.context)
      }
    }
  }

  @Test func visitsEveryWindowOnceInAnEpoch() throws {
    var loader = try BatchLoader(
      shards: [shard(0..<1025)], batchSize: 4, contextLength: 16, seed: 3)
    var epochs: [[TokenID]] = []
    for _ in 0..<2 {
      epochs.append((0..<16).flatMap { _ in loader.next().inputs.map { $0[0] } })
    }
    #expect(epochs[0].sorted() == (0..<64).map { $0 * 16 })
    #expect(epochs[1].sorted() == epochs[0].sorted())
    #expect(epochs[1] != epochs[0])
  }

  @Test func readsSeveralShardsOneAfterTheOther() throws {
    // 3 windows and then 5 windows, in batches of 2: 1 batch, then 2 batches, and a window left over.
    let shards = [try shard(0..<31), try shard(1000..<1051)]
    var loader = try BatchLoader(shards: shards, batchSize: 2, contextLength: 10, seed: 5)
    var alone = [
      try BatchLoader(shards: [shards[0]], batchSize: 2, contextLength: 10, seed: 5),
      try BatchLoader(shards: [shards[1]], batchSize: 2, contextLength: 10, seed: 5),
    ]
    for shard in [0, 1, 1, 0, 1, 1, 0] {
      #expect(loader.next() == alone[shard].next())
    }
    #expect(loader.position == BatchLoader.Position(epoch: 2, shard: 1, batch: 0))
  }

  @Test func resumesAnywhere() throws {
    let shards = [try shard(0..<100), try shard(500..<700)]
    var loader = try BatchLoader(shards: shards, batchSize: 3, contextLength: 8, seed: 9)
    for _ in 0..<30 {
      let saved = try JSONEncoder().encode(loader.position)
      var resumed = try BatchLoader(
        shards: shards, batchSize: 3, contextLength: 8, seed: 9,
        from: JSONDecoder().decode(BatchLoader.Position.self, from: saved))
      #expect(resumed.next() == loader.next())
      var copy = loader
      #expect(resumed.next() == copy.next())
    }
  }

  @Test func refusesAShardTooSmallForOneBatch() throws {
    // Two windows of ten need one more token to predict.
    #expect(throws: Never.self) {
      _ = try BatchLoader(shards: [shard(0..<21)], batchSize: 2, contextLength: 10, seed: 0)
    }
    for tokens: TokenID in [0, 1, 20] {
      let error = dataError {
        _ = try BatchLoader(
          shards: [shard(0..<21), shard(0..<tokens)], batchSize: 2, contextLength: 10, seed: 0)
      }
      #expect(
        error?.description.contains(
          "\(tokens) tokens are too few for one batch of 2 windows of 10 tokens, which needs 21")
          == true)
    }
  }

  @Test func refusesAPositionOutsideTheStream() throws {
    for position in [
      BatchLoader.Position(epoch: -1, shard: 0, batch: 0), .init(epoch: 0, shard: 1, batch: 0),
      .init(epoch: 0, shard: 0, batch: 1), .init(epoch: 0, shard: 0, batch: -1),
    ] {
      let error = dataError {
        _ = try BatchLoader(
          shards: [shard(0..<21)], batchSize: 2, contextLength: 10, seed: 0, from: position)
      }
      #expect(error?.description.contains("the stream has no") == true)
    }
  }

  @Test func validatesOnTheFirstWindows() throws {
    let set = try ValidationSet(shards: [shard(0..<101)], tokens: 39, contextLength: 10)
    #expect(set.windows.inputs == [Array(0..<10), Array(10..<20), Array(20..<30)])
    #expect(set.windows.targets == [Array(1..<11), Array(11..<21), Array(21..<31)])
    #expect(
      try ValidationSet(shards: [shard(0..<101)], tokens: 100, contextLength: 10).windows.count
        == 10)
    let error = dataError {
      _ = try ValidationSet(shards: [shard(0..<100)], tokens: 100, contextLength: 10)
    }
    #expect(error?.description.contains("100 tokens are too few to validate on 10 windows") == true)
  }
}
