import Autograd
import Foundation
import Machine
import MessagePassing
import Text

/// The machine and the program a run happened on.
package struct Environment: Codable, Sendable {
  package var git: Git
  package var swift: String
  package var openBLAS: OpenBLAS
  /// Who multiplies matrices.
  package var products: String
  package var cpu: String
  /// Family and model tell generations of one name apart; nil where unknown, and in records older than these keys.
  package var cpuFamily: Int?
  package var cpuModel: Int?
  package var threads: Int
  package var simd: String
  /// Absent of a process that trained alone.
  package var ranks: RankGroup?

  /// The source checkout the program was built in; nulls when it is in none.
  package struct Git: Codable, Sendable {
    @OrNull package var commit: String?
    /// Whether files other than results differ from the commit.
    @OrNull package var dirty: Bool?
  }

  /// The library that multiplies matrices where this package's own kernels do not run: its version says when it is
  /// Accelerate.
  package struct OpenBLAS: Codable, Equatable, Sendable {
    package var version: String
    /// The kernels it chose for this processor.
    package var core: String
  }

  /// The processes that trained together; threads and processor are those of rank 0.
  package struct RankGroup: Codable, Equatable, Sendable {
    package var count: Int
    /// The machine of each rank.
    package var hosts: [String]
    /// What carried their messages.
    package var mpi: String
    /// What all ranks sent each other in a training step: gradients and weights.
    package var bytesPerStep: Int

    enum CodingKeys: String, CodingKey {
      case count, hosts, mpi
      case bytesPerStep = "bytes_per_step"
    }

    /// Nil of a process alone.
    init?(_ ranks: Ranks, bytesPerStep: Int) {
      guard let library = ranks.library else { return nil }
      (count, hosts, mpi) = (ranks.count, ranks.members.map(\.host), library)
      self.bytesPerStep = bytesPerStep
    }
  }

  enum CodingKeys: String, CodingKey {
    case git, swift, products, cpu, threads, simd, ranks
    case openBLAS = "openblas"
    case cpuFamily = "cpu_family"
    case cpuModel = "cpu_model"
  }

  /// Describes this machine and this program.
  package init(threads: Int) {
    git = Self.checkout()
    swift = Self.compiler
    openBLAS = OpenBLAS(version: BLAS.version, core: BLAS.coreName)
    products = ProductKernels.chosen.rawValue
    (cpu, cpuFamily) = (Processor.current.name, Processor.current.family)
    cpuModel = Processor.current.model
    self.threads = threads
    simd = Processor.simdLevel
  }

  /// The release series of Swift this program was compiled with: a program cannot know more of it.
  package static var compiler: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// The checkout around this program, or the one it was installed from; another repository that it was copied to does
  /// not count.
  package static func checkout() -> Git {
    guard let root = git(["rev-parse", "--show-toplevel"]) else { return installedCheckout }
    let source = URL(fileURLWithPath: root).appendingPathComponent("Sources/Runs")
    guard FileManager.default.fileExists(atPath: source.path),
      let commit = git(["rev-parse", "HEAD"])
    else { return installedCheckout }
    return Git(
      commit: commit,
      dirty: git([
        "--no-optional-locks", "status", "--porcelain", "--", ":(top)", ":(top,exclude)results",
      ]).map { !$0.isEmpty })
  }

  /// What `Scripts/install` has noted beside the program: a commit, and `with changes` where there were some.
  private static var installedCheckout: Git {
    let file = directory?.deletingLastPathComponent().appendingPathComponent(
      "share/speedrun/commit")
    let words =
      file.flatMap { try? String(contentsOf: $0, encoding: .utf8) }?
      .split { $0.isWhitespace } ?? []
    guard let commit = words.first, commit.count >= 40, commit.allSatisfy(\.isHexDigit) else {
      return Git(commit: nil, dirty: nil)
    }
    return Git(commit: String(commit), dirty: words.count > 1)
  }

  /// Where this program lies.
  private static var directory: URL? {
    Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
  }

  /// What `git` prints in the directory of this program; nil when it fails.
  private static func git(_ arguments: [String]) -> String? {
    guard let directory else { return nil }
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", directory.path] + arguments
    // GIT_DIR and its like, set inside a hook for one, would name another repository.
    process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GIT_") }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let output = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
