#include "kernel.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [kernel_family_avx512] = "avx512",
    [kernel_family_avx2] = "avx2",
    [kernel_family_neon] = "neon",
    [kernel_family_portable] = "portable",
};

bool kernel_family_runs(enum kernel_family family) {
  switch (family) {
#if defined(__x86_64__)
    case kernel_family_avx512:
      __builtin_cpu_init();
      return __builtin_cpu_supports("x86-64-v4");
    case kernel_family_avx2:
      __builtin_cpu_init();
      return __builtin_cpu_supports("x86-64-v3");
#elif defined(__aarch64__)
    case kernel_family_neon: return true;
#endif
    case kernel_family_portable: return true;
    default: return false;
  }
}

// The first that runs and, if SPEEDRUN_KERNELS names one that does, has that name.
static enum kernel_family first_that_runs(const char *name) {
  for (enum kernel_family family = kernel_family_avx512; family <= kernel_family_portable; family++)
    if (kernel_family_runs(family) && (!name || strcmp(name, names[family]) == 0)) return family;
  return name ? first_that_runs(NULL) : kernel_family_portable;
}

enum kernel_family kernel_loops(void) {
  // One more than the family; 0 before it is known. Threads that look at the same time find the same.
  static _Atomic int known;
  int loops = atomic_load_explicit(&known, memory_order_relaxed);
  if (loops == 0) {
    loops = 1 + (int)first_that_runs(getenv("SPEEDRUN_KERNELS"));
    atomic_store_explicit(&known, loops, memory_order_relaxed);
  }
  return (enum kernel_family)(loops - 1);
}
