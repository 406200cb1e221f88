extension Ranks {
  /// Gives every rank the words of memory that each has for it; see ``Collectives``.
  package func exchange(
    _ sent: UnsafeRawPointer, _ sentCounts: [Int], _ received: UnsafeMutableRawPointer,
    _ receivedCounts: [Int]
  ) {
    check(sentCounts)
    check(receivedCounts)
    talk { $0.exchange(sent, sentCounts, received, receivedCounts) }
  }

  /// Gives every rank the parts that all have of some memory, in words.
  package func gather(words memory: UnsafeMutableRawPointer, counts: [Int]) {
    check(counts)
    talk { $0.gather(memory, counts: counts) }
  }

  /// Gives every rank the parts that all have of an array of values; at first each rank has its own in place.
  public func gather(_ values: inout [Double], counts: [Int]) {
    let words = MemoryLayout<Double>.stride / Self.wordBytes
    values.withUnsafeMutableBytes { bytes in
      if let start = bytes.baseAddress { gather(words: start, counts: counts.map { $0 * words }) }
    }
  }

  /// The numbers of all ranks, in order; each has as many.
  public func gather(_ numbers: [Int]) -> [[Int]] {
    if isAlone { return [numbers] }
    var all = [Int](repeating: 0, count: count * numbers.count)
    all.replaceSubrange(rank * numbers.count..<(rank + 1) * numbers.count, with: numbers)
    let words = numbers.count * MemoryLayout<Int>.stride / Self.wordBytes
    all.withUnsafeMutableBytes { bytes in
      if let start = bytes.baseAddress {
        gather(words: start, counts: members.map { _ in words })
      }
    }
    return members.indices.map { Array(all[$0 * numbers.count..<($0 + 1) * numbers.count]) }
  }

  /// The greatest of what the ranks have in each place.
  public func greatest(_ numbers: [Int]) -> [Int] {
    let all = gather(numbers)
    return numbers.indices.map { place in all.reduce(numbers[place]) { max($0, $1[place]) } }
  }

  /// The sum of what the ranks have.
  public func sum(_ number: Int) -> Int { gather([number]).reduce(0) { $0 + $1[0] } }

  /// What every rank says, in order.
  public func gather(_ text: String) -> [String] {
    if isAlone { return [text] }
    let bytes = Array(text.utf8)
    let lengths = gather([bytes.count]).map { $0[0] }
    let words = lengths.map(Self.words)
    let starts = words.starts.map { $0 * Self.wordBytes }
    var all = [UInt8](repeating: 0, count: words.reduce(0, +) * Self.wordBytes)
    all.replaceSubrange(starts[rank]..<starts[rank] + bytes.count, with: bytes)
    all.withUnsafeMutableBytes { memory in
      if let start = memory.baseAddress { gather(words: start, counts: words) }
    }
    return zip(starts, lengths).map { String(decoding: all[$0..<$0 + $1], as: UTF8.self) }
  }

  /// The bytes of rank 0; what other ranks give does not matter.
  public func broadcast(_ bytes: [UInt8]) -> [UInt8] {
    if isAlone { return bytes }
    let length = gather([bytes.count])[0][0]
    var all = rank == 0 ? bytes : []
    let words = Self.words(length)
    all += [UInt8](repeating: 0, count: words * Self.wordBytes - all.count)
    all.withUnsafeMutableBytes { memory in
      for first in stride(from: 0, to: words, by: Self.mostWords) {
        if let start = memory.baseAddress {
          talk {
            $0.broadcast(
              start + first * Self.wordBytes, words: min(Self.mostWords, words - first))
          }
        }
      }
    }
    return Array(all.prefix(length))
  }

  static let wordBytes = 4
  /// MPI counts in int.
  private static let mostWords = Int(Int32.max)

  private static func words(_ bytes: Int) -> Int { (bytes + wordBytes - 1) / wordBytes }

  private func check(_ counts: [Int]) {
    let words = counts.reduce(0, +)
    guard counts.count == count, words <= Self.mostWords else {
      fatalError(
        "Ranks: \(words) words in \(counts.count) parts, at most \(Self.mostWords) in \(count) parts"
      )
    }
  }
}
