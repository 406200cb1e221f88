import Machine

extension Ranks {
  /// From now on, notices when the process of another rank on this machine is gone before its time, which would leave
  /// this one waiting for it for ever.
  ///
  /// Launchers notice it too, on every machine, and end the others a second later without saying what is lost.
  ///
  /// - Parameter lost: is called once, on a thread of its own, with the number of the rank that is gone; on the first
  ///   of the ranks that are left here, and no other.
  public func watch(_ lost: @escaping @Sendable (_ rank: Int, Member) -> Void) {
    let (members, own) = (members, rank)
    Companions.watch(neighbours.map(\.process)) { process in
      let here = members.indices.filter { members[$0].host == members[own].host }
      let isFirst = here.allSatisfy { $0 >= own || !Companions.isThere(members[$0].process) }
      if isFirst, let gone = here.first(where: { members[$0].process == process }) {
        lost(gone, members[gone])
      }
    }
  }

  /// Waits a moment, and says whether another rank has told this one that it ends all, or a launcher has.
  public func isToldOfEnd(within time: Duration) -> Bool {
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end {
      if Companions.areOver || Interruption.isRequested { return true }
      Companions.wait()
    }
    return false
  }
}
