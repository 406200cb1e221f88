// What every kernel file shares: the run-time choice of SIMD width, and an exponential that vectorizes.
#pragma once

#include "CKernels.h"
#include <math.h>

// What a function may use: the instructions of x86-64-v4 and x86-64-v3. To name these would choose a processor to tune for,
// too, and shorter vectors.
#define AVX2_INSTRUCTIONS "avx2,bmi,bmi2,f16c,fma,lzcnt,movbe,popcnt"
#define AVX512_INSTRUCTIONS AVX2_INSTRUCTIONS ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl"
#define AVX512 __attribute__((target(AVX512_INSTRUCTIONS)))
#define AVX2 __attribute__((target(AVX2_INSTRUCTIONS)))

// KERNEL(double, kernel_name, (const float *x, size_t count), (x, count)) { ... }
//
// One function body, compiled for every SIMD width of the processor's kind, and a function of that name that takes the one
// for the family in use. No compiler flag is needed.
#if defined(__x86_64__)
#define KERNEL(result, name, parameters, arguments) \
  INLINE result name##_body parameters; \
  AVX512 static result name##_avx512 parameters { return name##_body arguments; } \
  AVX2 static result name##_avx2 parameters { return name##_body arguments; } \
  static result name##_portable parameters { return name##_body arguments; } \
  result name parameters { \
    switch (kernel_loops()) { \
      case kernel_family_avx512: return name##_avx512 arguments; \
      case kernel_family_avx2: return name##_avx2 arguments; \
      default: return name##_portable arguments; \
    } \
  } \
  INLINE result name##_body parameters
#else
#define KERNEL(result, name, parameters, arguments) result name parameters
#endif

// A helper of kernels: inlined, so that it is compiled for each SIMD width too.
#define INLINE static inline __attribute__((always_inline))

// Before a loop of few iterations, such as one over half a head: one vector at a time, where the compiler's choice of
// several would leave all of them to the remainder.
#define SHORT_LOOP _Pragma("clang loop vectorize_width(16) interleave_count(1)")

// Lets the compiler reorder sums and fuse multiply-adds, in this block only. Both are settled at compile time, so
// results repeat.
#define REORDER_SUMS _Pragma("clang fp reassociate(on) contract(fast)")

// Square root without errno, which would keep a loop from vectorizing.
INLINE float square_root(float x) { return __builtin_elementwise_sqrt(x); }

// e^x by 2^n e^r with |r| <= ln(2)/2 and a degree-6 polynomial (Cephes expf), for x from -87.33654 to 88.72283; outside of
// that the result is undefined.
INLINE float exponential_within(float x) {
  union { float value; int32_t bits; } n, y;
  const float round_to_integer = 12582912.0f;  // 1.5 * 2^23: adding it leaves an integer in the low bits.
  n.value = x * 1.44269504f + round_to_integer;
  float whole = n.value - round_to_integer;
  float r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  y.value = p * r * r + r + 1.0f;
  // Times 2^n: the shift moves n into the exponent's place, and the rest of the sum's bits out.
  y.bits = (int32_t)((uint32_t)y.bits + ((uint32_t)n.bits << 23));
  return y.value;
}

// e^x where x is not above 0, without the clamps: results below the smallest normal number are 0; a NaN stays NaN.
INLINE float exponential_of_difference(float x) {
  float y = exponential_within(x);
  y = x < -87.33654f ? 0.0f : y;
  return x != x ? x : y;
}

// e^x: results below the smallest normal number are 0; a NaN stays NaN.
INLINE float exponential(float x) {
  float clamped = x > 88.72283f ? 88.72283f : x;
  clamped = clamped < -87.33654f ? -87.33654f : clamped;
  float y = exponential_within(clamped);
  y = x < -87.33654f ? 0.0f : y;
  return x != x ? x : y;
}

// The AVX-512 products of floats, for kernel_products_float32; only where they run.
const struct kernel_products *_Nonnull kernel_avx512_float32(void);
