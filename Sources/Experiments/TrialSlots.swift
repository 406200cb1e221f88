/// The places for trials that run side by side, each perhaps on a machine of its own.
///
/// A place whose trials are lost one after the other, as on a machine that is gone, is not used any more: the others
/// would lose all trials to it, because it is always free.
package struct TrialSlots {
  /// How many losses in a row make a place unfit.
  private static let losses = 2

  private var isFree: [Bool]
  private var lost: [Int]

  package init(_ count: Int) {
    (isFree, lost) = (Array(repeating: true, count: count), Array(repeating: 0, count: count))
  }

  /// A place for another trial, the most reliable one; nil when there is none now.
  package var free: Int? {
    isFree.indices.filter { isFree[$0] && lost[$0] < Self.losses }.min { lost[$0] < lost[$1] }
  }

  /// Whether no place is fit any more.
  package var areAllUnfit: Bool { lost.allSatisfy { $0 >= Self.losses } }

  /// Gives a place to a trial.
  package mutating func take(_ slot: Int) { isFree[slot] = false }

  /// Has a place back, and notes whether its trial was lost.
  package mutating func release(_ slot: Int, isLost: Bool) {
    isFree[slot] = true
    lost[slot] = isLost ? lost[slot] + 1 : 0
  }
}
