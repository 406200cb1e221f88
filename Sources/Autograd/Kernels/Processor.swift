import CKernels
import Machine

extension Processor {
  /// The widest SIMD level the element-wise kernels use here, such as `x86-64-v4` for AVX-512.
  package static let simdLevel = String(cString: kernel_simd_level())
}
