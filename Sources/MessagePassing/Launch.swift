import Foundation

/// What a launcher such as `mpirun` says about a process that it has started together with others.
public struct Launch: Equatable, Sendable {
  /// The number of this process, from 0.
  public let rank: Int
  /// The number of processes, at least 2.
  public let count: Int

  /// What the launcher of this process says; nil without one, and of a process that it has started alone.
  public static let current = Launch(ProcessInfo.processInfo.environment)

  /// Whether this program was built to talk to the other processes.
  public static var isSupported: Bool {
    #if MPI
      true
    #else
      false
    #endif
  }

  /// The variables of Open MPI, of MPICH and all that are started like it, and of MVAPICH.
  private static let variables = ["OMPI_COMM_WORLD", "PMI", "MV2_COMM_WORLD"]

  /// Reads the variables that launchers set.
  package init?(_ environment: [String: String]) {
    func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    for name in Self.variables {
      guard let count = number("\(name)_SIZE"), let rank = number("\(name)_RANK") else { continue }
      guard count > 1, (0..<count).contains(rank) else { return nil }
      (self.rank, self.count) = (rank, count)
      return
    }
    return nil
  }
}

/// Why processes that were started together cannot work together.
public struct LaunchError: Error, Equatable {
  /// What is wrong, in one line.
  public let message: String
  /// What to do instead.
  public let hint: String

  /// Started as several, by a launcher that this program was not built for.
  package static func unsupported(_ launch: Launch) -> LaunchError {
    LaunchError(
      message:
        "\(launch.count) processes were started together, and this program was built without MPI",
      hint: "build it with `swift build -c release --traits MPI --scratch-path .build-mpi`")
  }

  /// Started by the launcher of another MPI.
  package static func mismatched(_ launch: Launch, found: Int, _ library: String) -> LaunchError {
    LaunchError(
      message:
        "\(launch.count) processes were started together, and the MPI of this program sees \(found)",
      hint: "start it with the mpirun of \(library)")
  }
}
