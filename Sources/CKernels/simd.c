#include "kernel.h"

const char *kernel_simd_level(void) {
#if defined(__x86_64__) && defined(__ELF__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
  if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
  return "baseline";
}

bool kernel_supports_float32_products(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v4");
#else
  return false;
#endif
}

bool kernel_supports_bfloat16_products(void) {
#if defined(__x86_64__)
  return kernel_supports_float32_products() && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}
