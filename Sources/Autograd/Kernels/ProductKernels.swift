import CKernels

/// Who multiplies matrices.
package enum ProductKernels: String, Sendable {
  /// The kernels of this package, for processors with AVX-512.
  case avx512 = "own, AVX-512"
  /// OpenBLAS, in float32 only.
  case openBLAS = "OpenBLAS"

  /// This package's kernels where they run, else OpenBLAS.
  package static let fastest: ProductKernels = avx512.isSupported ? .avx512 : .openBLAS

  /// Who multiplies on this thread, and on the threads it hands work to: tests try both.
  @TaskLocal package static var current = fastest

  /// Whether they run on this processor.
  package var isSupported: Bool {
    switch self {
    case .avx512: kernel_supports_float32_products()
    case .openBLAS: true
    }
  }
}
