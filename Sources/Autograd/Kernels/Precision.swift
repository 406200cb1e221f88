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

  /// Why this processor cannot multiply in this precision, in words; nil when it can.
  public var problem: String? {
    switch self {
    case .float32: nil
    case .bfloat16:
      kernel_supports_bfloat16_products()
        ? nil : "bf16 needs a processor with AVX512-BF16, and this one has none"
    }
  }

}
