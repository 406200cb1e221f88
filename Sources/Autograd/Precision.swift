import CKernels

/// The arithmetic of matrix products.
///
/// Everything else is float32 in any case: weights, activations between the products, gradients, losses
/// and what optimizers remember.
public enum Precision: String, Codable, CaseIterable, Hashable, Sendable {
  /// Factors and sums are float32.
  case float32
  /// Factors are rounded to bfloat16, to nearest even; sums are float32. Needs a processor with AVX512-BF16.
  case bfloat16 = "bf16"

  /// Why nothing here multiplies in this precision, in words; nil when something does.
  public var problem: String? {
    problem(hasBFloat16: kernel_products_bfloat16() != nil, kernels: .chosen)
  }

  /// The problem on a processor with or without AVX512-BF16, where these kernels are chosen.
  package func problem(hasBFloat16: Bool, kernels: ProductKernels) -> String? {
    guard self == .bfloat16 else { return nil }
    guard hasBFloat16 else {
      return "bf16 needs a processor with AVX512-BF16, and this one has none"
    }
    return kernels == .avx512
      ? nil : "bf16 is for the avx512 kernels only, and \(kernels.name) is chosen"
  }
}
