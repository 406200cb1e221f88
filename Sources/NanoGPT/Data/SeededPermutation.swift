import Autograd

/// Returns the numbers `0..<count` in an order that depends on `seed` alone.
///
/// Fisher-Yates from the identity: for `i` from `count - 1` down to 1, swap `i` with
/// `next() mod (i + 1)`, where `next` is `SplitMix64`. Swift's own `shuffled(using:)` promises no
/// particular order, and this one is part of the batch order that other programs reproduce.
package func seededPermutation(of count: Int, seed: UInt64) -> [Int] {
  var random = SplitMix64(seed: seed)
  var order = Array(0..<count)
  for last in stride(from: count - 1, to: 0, by: -1) {
    order.swapAt(last, Int(random.next() % UInt64(last + 1)))
  }
  return order
}
