// The transpose of a small block, in registers.
#pragma once

#include "kernel.h"

// Eight rows of eight, at any address.
typedef float eight __attribute__((vector_size(32), aligned(4)));
enum { block = 8 };

// Stores the transpose of a block: three rounds exchange single elements, pairs and halves between rows.
INLINE void transpose_block(const float *x, size_t x_stride, float *y, size_t y_stride) {
  eight a[block], b[block];
  for (size_t i = 0; i < block; i++) a[i] = *(const eight *)(x + i * x_stride);
  for (size_t i = 0; i < block; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (size_t i = 0; i < block; i += 1 + 2 * (i % 2)) {
    a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    a[i + 2] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (size_t i = 0; i < block / 2; i++) {
    *(eight *)(y + i * y_stride) = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(eight *)(y + (i + 4) * y_stride) = __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}
