// OpenBLAS as Swift sees it: cblas.h, plus the two entry points that choose the kernels anew.
#pragma once

#include <cblas.h>
#include <stdbool.h>
#include <stdlib.h>

// OpenBLAS picks its kernels when it is loaded, from a list of processors that ends with its release date; on a newer
// one it falls back to narrower SIMD. Builds with DYNAMIC_ARCH export these two; others leave them null.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

/// Chooses OpenBLAS's kernels by core name ("SkylakeX"). Call before any other use, from one thread. False: not possible.
static inline bool openblas_select_core(const char *core) {
  if (!gotoblas_dynamic_init || !gotoblas_dynamic_quit) return false;
  if (setenv("OPENBLAS_CORETYPE", core, 1) != 0) return false;
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv("OPENBLAS_CORETYPE");
  return true;
}
