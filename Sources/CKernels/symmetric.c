#include "kernel.h"

KERNEL void kernel_add_above_diagonal(
    float alpha, float beta, const float *restrict x, float *restrict y, size_t order) {
  for (size_t i = 0; i < order; i++, x += order, y += order) {
    for (size_t j = i; j < order; j++) y[j] += beta * x[j];
    y[i] += alpha;
  }
}

// Eight rows of eight, at any address.
typedef float eight __attribute__((vector_size(32), aligned(4)));
enum { block = 8 };

// Stores the transpose of a block: three rounds exchange single elements, pairs and halves between rows.
static inline __attribute__((always_inline)) void transpose_block(const float *x, float *y, size_t stride) {
  eight a[block], b[block];
  for (size_t i = 0; i < block; i++) a[i] = *(const eight *)(x + i * stride);
  for (size_t i = 0; i < block; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (size_t i = 0; i < block; i += 1 + 2 * (i % 2)) {
    a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    a[i + 2] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (size_t i = 0; i < block / 2; i++) {
    *(eight *)(y + i * stride) = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(eight *)(y + (i + 4) * stride) = __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

KERNEL void kernel_mirror(float *y, size_t order) {
  // Tiles as wide as a cache line: each line below the diagonal is fetched once, even if rows share cache sets.
  enum { tile = 16 };
  size_t whole = order - order % tile;
  for (size_t top = 0; top < whole; top += tile) {
    for (size_t i = top; i < top + tile; i++)
      for (size_t j = i + 1; j < top + tile; j++) y[j * order + i] = y[i * order + j];
    for (size_t left = top + tile; left < whole; left += tile)
      for (size_t j = left; j < left + tile; j += block)
        for (size_t i = top; i < top + tile; i += block)
          transpose_block(y + i * order + j, y + j * order + i, order);
  }
  for (size_t j = whole; j < order; j++)
    for (size_t i = 0; i < j; i++) y[j * order + i] = y[i * order + j];
}
