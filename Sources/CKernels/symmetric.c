#include "kernel.h"
#include "transpose.h"

KERNEL(
    void, kernel_add_above_diagonal,
    (float alpha, float beta, const float *restrict x, float *restrict y, size_t order),
    (alpha, beta, x, y, order)) {
  for (size_t i = 0; i < order; i++, x += order, y += order) {
    for (size_t j = i; j < order; j++) y[j] += beta * x[j];
    y[i] += alpha;
  }
}

KERNEL(void, kernel_mirror, (float *y, size_t order), (y, order)) {
  // Tiles as wide as a cache line: each line below the diagonal is fetched once, even if rows share cache sets.
  enum { tile = 16 };
  size_t whole = order - order % tile;
  for (size_t top = 0; top < whole; top += tile) {
    for (size_t i = top; i < top + tile; i++)
      for (size_t j = i + 1; j < top + tile; j++) y[j * order + i] = y[i * order + j];
    for (size_t left = top + tile; left < whole; left += tile)
      for (size_t j = left; j < left + tile; j += block)
        for (size_t i = top; i < top + tile; i += block)
          transpose_block(y + i * order + j, order, y + j * order + i, order);
  }
  for (size_t j = whole; j < order; j++)
    for (size_t i = 0; i < j; i++) y[j * order + i] = y[i * order + j];
}
