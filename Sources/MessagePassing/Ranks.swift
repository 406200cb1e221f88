import Machine
import Synchronization

/// The processes that train one model together, each of them a rank.
///
/// A process alone has nobody to talk to: all functions here then do nothing. With others, every rank must call the same
/// ones in the same order.
public struct Ranks: Sendable {
  /// This process, without any other.
  public static let alone = Ranks(nil, [Member(host: "", process: CurrentProcess.identifier)])

  /// All ranks, in order.
  public let members: [Member]
  let collectives: (any Collectives)?
  private let clock = Clock()

  /// Who a rank is.
  public struct Member: Equatable, Sendable {
    /// The name of its machine.
    public let host: String
    /// The number of its process there.
    public let process: Int32
    /// The processors it may run on, such as `0-1`; nil where the system does not say.
    public var processors: String?
  }

  /// How long this rank has talked and waited.
  private final class Clock: Sendable {
    let nanoseconds = Atomic<Int64>(0)
  }

  /// Those that this process has joined; nil before, and alone.
  public static var joined: Ranks? { meeting.withLock(\.self) }
  private static let meeting = Mutex<Ranks?>(nil)

  private init(_ collectives: (any Collectives)?, _ members: [Member]) {
    (self.collectives, self.members) = (collectives, members)
  }

  /// The ranks that talk by `collectives`; all of them must come here.
  package init(_ collectives: any Collectives) {
    let strangers = Ranks(
      collectives, (0..<collectives.count).map { _ in Member(host: "", process: 0) })
    let own = [
      collectives.host, "\(CurrentProcess.identifier)", Processor.boundList ?? "",
    ]
    let members = strangers.gather(own.joined(separator: "\n")).map { text in
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return Member(
        host: String(lines[0]), process: Int32(lines[1]) ?? 0,
        processors: lines[2].isEmpty ? nil : String(lines[2]))
    }
    self.init(collectives, members)
  }

  /// Meets the processes that a launcher has started together with this one; without any, ``alone``.
  ///
  /// Only once in the life of a process, and all further calls come from the same thread.
  public static func join() throws(LaunchError) -> Ranks {
    guard let launch = Launch.current else { return .alone }
    #if MPI
      Companions.listen()
      let collectives = MPICollectives()
      guard collectives.count == launch.count else {
        throw .mismatched(launch, found: collectives.count, collectives.library)
      }
      let ranks = Ranks(collectives)
      meeting.withLock { $0 = ranks }
      return ranks
    #else
      throw .unsupported(launch)
    #endif
  }

  /// The number of ranks.
  public var count: Int { members.count }

  /// The number of this rank, from 0.
  public var rank: Int { collectives?.rank ?? 0 }

  /// Whether there is no other.
  public var isAlone: Bool { collectives == nil }

  /// The name and version of what carries the messages; nil alone.
  public var library: String? { collectives?.library }

  /// How many ranks share the processors of this one: those of its machine that may run on the same.
  public var sharingProcessors: Int {
    let own = members[rank]
    return members.count { $0.host == own.host && $0.processors == own.processors }
  }

  /// The time this rank has spent in messages so far, waiting for slower ranks included.
  public var communicationTime: Duration {
    .nanoseconds(clock.nanoseconds.load(ordering: .relaxed))
  }

  /// Which of so many things in a row a rank takes: the first ranks take one more where the numbers do not divide.
  public func share(of items: Int, rank: Int) -> Range<Int> {
    Self.share(of: items, rank: rank, among: count)
  }

  /// The same, of any number of ranks.
  package static func share(of items: Int, rank: Int, among count: Int) -> Range<Int> {
    let (each, rest) = items.quotientAndRemainder(dividingBy: count)
    let start = rank * each + min(rank, rest)
    return start..<start + each + (rank < rest ? 1 : 0)
  }

  /// Says goodbye: returns when all ranks have come to their end, and no rank may talk any more.
  public func end() {
    Companions.endWatch()
    collectives?.end()
  }

  /// Ends the processes of all ranks, this one too; returns at once when there is no other.
  public func abort(_ status: Int32) {
    guard let collectives else { return }
    Companions.tellOfEnd(neighbours.map(\.process))
    collectives.abort(status)
  }

  /// The other ranks on this machine.
  var neighbours: [Member] {
    members.enumerated().filter { $0 != rank && $1.host == members[rank].host }.map(\.element)
  }

  /// Lets `body` talk, and measures how long that takes.
  func talk(_ body: (any Collectives) -> Void) {
    guard let collectives else { return }
    let start = ContinuousClock.now
    body(collectives)
    let nanoseconds = (ContinuousClock.now - start) / .nanoseconds(1)
    clock.nanoseconds.add(Int64(nanoseconds), ordering: .relaxed)
  }
}
