import CKernels
import Machine

/// The arithmetic of matrix products.
///
/// Everything else is float32 in any case: weights, activations between the products, gradients, losses
/// and what optimizers remember.
public enum Precision: String, Codable, CaseIterable, Hashable, Sendable {
  /// Factors and sums are float32.
  case float32
  /// Factors are rounded to bfloat16, to nearest even; sums are float32. Needs a processor with AVX512-BF16.
  case bfloat16 = "bf16"

  /// Why this processor cannot multiply in this precision, in words; nil when it can.
  public var problem: String? {
    problem(hasBFloat16: Self.hasBFloat16)
  }

  /// The problem on a processor with or without AVX512-BF16.
  package func problem(hasBFloat16: Bool) -> String? {
    self == .float32 || hasBFloat16
      ? nil : "bf16 needs a processor with AVX512-BF16, and this one has none"
  }

  private static let hasBFloat16 = kernel_supports_bfloat16_products()
}

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

extension Processor {
  /// The widest SIMD level the element-wise kernels use here, such as `x86-64-v4` for AVX-512.
  package static let simdLevel = String(cString: kernel_simd_level())
}
