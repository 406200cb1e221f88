import CKernels
import Foundation
import Machine

/// Who multiplies matrices: a family of this package's kernels, or OpenBLAS.
package enum ProductKernels: String, CaseIterable, Sendable {
  /// The kernels of this package, for processors with AVX-512.
  case avx512 = "own, AVX-512"
  /// The same for processors with AVX2 and FMA, in float32 only, as are all that follow.
  case avx2 = "own, AVX2"
  /// The same for 64-bit ARM.
  case neon = "own, NEON"
  #if canImport(Accelerate)
    /// Accelerate, which has OpenBLAS's place and its name for users.
    case openBLAS = "Accelerate"
  #else
    /// OpenBLAS; what is no product is done by the widest family that runs.
    case openBLAS = "OpenBLAS"
  #endif
  /// The kernels of this package in plain C, for any processor: slow, and there to compare with.
  case portable = "own, portable C"

  /// What ``variable`` and `--kernels` call it.
  package var name: String { "\(self)".lowercased() }

  /// The environment variable that chooses for the whole process, and for those it starts.
  package static let variable = "SPEEDRUN_KERNELS"

  /// This package's kernels where fast ones run, else OpenBLAS.
  package static let fastest: ProductKernels =
    [.avx512, .avx2, .neon].first(where: \.isSupported) ?? .openBLAS

  /// Those that ``variable`` names; nil where it is not set.
  ///
  /// It traps where that is not possible: ``choose(_:)`` says so before.
  package static let forced: ProductKernels? = {
    guard let name = ProcessInfo.processInfo.environment[variable] else { return nil }
    let kernels = allCases.first { $0.name == name }
    require(kernels?.isSupported == true, "\(variable)=\(name): no kernels of this processor")
    return kernels
  }()

  /// Who multiplies in this process.
  package static let chosen: ProductKernels = forced ?? fastest

  /// Who multiplies on this thread, and on the threads it hands work to: tests try all.
  @TaskLocal package static var current = chosen

  /// Whether they run on this processor.
  package var isSupported: Bool { family.map { kernel_products_float32($0) != nil } ?? true }

  /// The family of this package's kernels; nil for OpenBLAS.
  private var family: kernel_family? {
    switch self {
    case .avx512: .avx512
    case .avx2: .avx2
    case .neon: .neon
    case .portable: .portable
    case .openBLAS: nil
    }
  }

  /// How they multiply; nil for OpenBLAS, which packs for itself.
  func products(in precision: Precision) -> UnsafePointer<kernel_products>? {
    switch precision {
    case .float32: family.flatMap { kernel_products_float32($0) }
    // A precision that others do not know has its own kernels, wherever it is supported.
    case .bfloat16: kernel_products_bfloat16()
    }
  }
}

/// A choice of kernels that this program or this processor does not have.
package enum KernelsError: Error, Equatable {
  /// No kernels are called so.
  case unknown(String)
  /// The processor lacks the instructions.
  case unsupported(ProductKernels)
}

extension ProductKernels {
  /// Chooses for this process and those it starts, before anything is computed.
  ///
  /// - Parameter name: One of the names; nil for what ``variable`` says, if it says anything.
  /// - Throws: ``KernelsError`` when there are no such kernels, or not for this processor.
  package static func choose(_ name: String?) throws(KernelsError) {
    guard let name = name ?? ProcessInfo.processInfo.environment[variable] else { return }
    guard let kernels = allCases.first(where: { $0.name == name }) else {
      throw .unknown(name)
    }
    guard kernels.isSupported else { throw .unsupported(kernels) }
    CurrentProcess.setEnvironment(variable, name)
  }
}

extension Processor {
  /// The SIMD level of what is no matrix product, such as `x86-64-v4` for AVX-512.
  package static let simdLevel =
    switch kernel_loops() {
    case .avx512: "x86-64-v4"
    case .avx2: "x86-64-v3"
    case .neon: "neon"
    case .portable: "baseline"
    }
}
