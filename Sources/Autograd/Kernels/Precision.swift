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
    problem(hasBFloat16: Self.hasBFloat16)
  }

  /// The problem on a processor with or without AVX512-BF16.
  package func problem(hasBFloat16: Bool) -> String? {
    self == .float32 || hasBFloat16
      ? nil : "bf16 needs a processor with AVX512-BF16, and this one has none"
  }

  private static let hasBFloat16 = kernel_supports_bfloat16_products()
}
