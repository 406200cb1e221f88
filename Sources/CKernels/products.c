// Matrix products: a tile of sums stays in registers while it walks along the inner extent. The left factor is read one
// broadcast element at a time, the right one in vectors, from panels packed before, of as many columns as a tile has.
#include "kernel.h"
#include "transpose.h"
#include <string.h>

// 12 of the 16 registers hold sums, two a row of the right factor, and two are left for elements of the left one.
#if defined(__x86_64__)
#define TARGET AVX2
#define NAMED(name) name##_avx2
#define LANES 8
#define TILE_ROWS 6
#define PANEL_VECTORS 2
#define ADD_PRODUCT(sum, x, y) __builtin_elementwise_fma(x, y, sum)
#include "product_floats.h"
#undef TARGET
#undef NAMED
#undef LANES
#undef TILE_ROWS
#undef PANEL_VECTORS
#undef ADD_PRODUCT
#endif

// 24 of the 32 registers hold sums.
#if defined(__aarch64__)
#define TARGET
#define NAMED(name) name##_neon
#define LANES 4
#define TILE_ROWS 6
#define PANEL_VECTORS 4
#define ADD_PRODUCT(sum, x, y) __builtin_elementwise_fma(x, y, sum)
#include "product_floats.h"
#undef TARGET
#undef NAMED
#undef LANES
#undef TILE_ROWS
#undef PANEL_VECTORS
#undef ADD_PRODUCT
#endif

// Vectors of 16 bytes, which the compiler makes of what there is; 8 sums fit even 16 registers. Not every processor has
// one instruction that multiplies and adds.
#define TARGET
#define NAMED(name) name##_portable
#define LANES 4
#define TILE_ROWS 4
#define PANEL_VECTORS 2
#define ADD_PRODUCT(sum, x, y) ((sum) + (x) * (y))
#include "product_floats.h"

const struct kernel_products *kernel_products_float32(enum kernel_family family) {
  if (!kernel_family_runs(family)) return NULL;
  switch (family) {
#if defined(__x86_64__)
    case kernel_family_avx512: return kernel_avx512_float32();
    case kernel_family_avx2: return &products_avx2;
#elif defined(__aarch64__)
    case kernel_family_neon: return &products_neon;
#endif
    case kernel_family_portable: return &products_portable;
    default: return NULL;
  }
}
