// Products of floats by a family without masks, and what packs for them: included once for each such family, with what
// product_tile.h wants but for ELEMENT, DEPTH and ADD_ELEMENTS.

#define ELEMENT float
#define DEPTH 1
#define ADD_ELEMENTS ADD_PRODUCT
#include "product_tile.h"
#undef ELEMENT
#undef DEPTH
#undef ADD_ELEMENTS

// Copies the first `count` of `width` elements, a constant where this is inlined, with zeros after them.
TARGET INLINE void NAMED(copy_row)(const float *x, float *y, size_t count, const size_t width) {
  if (count >= width) {
    memcpy(y, x, width * sizeof(float));
  } else {
    for (size_t i = 0; i < width; i++) y[i] = i < count ? x[i] : 0.0f;
  }
}

// A few lines of x at a time, each read to its end: a tile at a time would fetch each cache line of x again for the next.
TARGET static void NAMED(pack_left)(const float *x, size_t stride, size_t inner, size_t rows, void *y) {
  enum { lines = 8 };
  for (size_t start = 0; start < inner; start += lines) {
    size_t end = start + lines < inner ? start + lines : inner;
    for (size_t row = 0; row < rows; row += TILE_ROWS)
      for (size_t k = start; k < end; k++)
        NAMED(copy_row)(x + k * stride + row, (float *)y + row * inner + k * TILE_ROWS, rows - row, TILE_ROWS);
  }
}

TARGET static void NAMED(pack_right)(const float *x, size_t stride, size_t inner, size_t columns, void *y) {
  float *out = y;
  for (size_t panel = 0; panel < columns; panel += NAMED(panel_columns))
    for (size_t k = 0; k < inner; k++, out += NAMED(panel_columns))
      NAMED(copy_row)(x + k * stride + panel, out, columns - panel, NAMED(panel_columns));
}

TARGET static void NAMED(pack_right_transposed)(
    const float *x, size_t stride, size_t columns, size_t inner, void *y) {
  for (size_t panel = 0; panel < columns; panel += NAMED(panel_columns)) {
    float *out = (float *)y + panel * inner;
    for (size_t k = 0; k < inner; k += block)
      for (size_t left = 0; left < NAMED(panel_columns); left += block) {
        const float *source = x + (panel + left) * stride + k;
        float *target = out + k * NAMED(panel_columns) + left;
        if (k + block <= inner && panel + left + block <= columns) {
          transpose_block(source, stride, target, NAMED(panel_columns));
        } else {
          for (size_t i = 0; i < block && k + i < inner; i++)
            for (size_t j = 0; j < block; j++)
              target[i * NAMED(panel_columns) + j] = panel + left + j < columns ? source[j * stride + i] : 0.0f;
        }
      }
  }
}

static const struct kernel_products NAMED(products) = {
    TILE_ROWS,
    NAMED(panel_columns),
    NAMED(multiply),
    NAMED(pack_left),
    NAMED(pack_right),
    NAMED(pack_right_transposed),
    NULL,
};
