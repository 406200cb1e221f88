import Autograd
import Foundation

/// Warns when the environment keeps OpenBLAS from the widest kernels this processor has.
package enum KernelAdvice {
  /// What to say about this process; nil when nothing is wrong.
  static var current: String? {
    guard ProductKernels.fastest == .openBLAS else { return nil }
    return advice(
      coreType: ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"], core: BLAS.coreName,
      simd: Processor.simdLevel)
  }

  /// What to say when `OPENBLAS_CORETYPE` is `coreType`, OpenBLAS uses the kernels of `core`, and the
  /// processor has the instructions of `simd`.
  package static func advice(coreType: String?, core: String, simd: String) -> String? {
    guard let coreType, !coreType.isEmpty else { return nil }
    let used = Kernels(core: core)
    let possible: Kernels =
      switch simd {
      case "x86-64-v4": .avx512
      case "x86-64-v3": .avx2
      default: .sse
      }
    guard used.rawValue < possible.rawValue else { return nil }
    let shares = [
      "about half the speed", "about a quarter of the speed", "a fraction of the speed",
    ]
    let share = shares[min(possible.rawValue - used.rawValue, shares.count) - 1]
    return "OPENBLAS_CORETYPE=\(coreType) limits OpenBLAS to \(used) here: \(share); unset it"
  }

  /// Instructions by the multiplications and additions they do at once; each has twice those before it.
  private enum Kernels: Int, CustomStringConvertible {
    case sse
    case avx
    case avx2
    case avx512

    /// The instructions of the kernels that OpenBLAS calls `core`; other names than these are of older
    /// processors.
    init(core: String) {
      self =
        switch core.lowercased() {
        case "skylakex", "cooperlake", "sapphirerapids": .avx512
        case "haswell", "zen": .avx2
        case "sandybridge", "bulldozer", "piledriver", "steamroller", "excavator": .avx
        default: .sse
        }
    }

    var description: String {
      switch self {
      case .sse: "SSE"
      case .avx: "AVX"
      case .avx2: "AVX2"
      case .avx512: "AVX-512"
      }
    }
  }
}
