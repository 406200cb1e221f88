// One tile of a product, and the loop over tiles: included once for each family and precision with
//
//   TARGET              the instructions the functions may use
//   NAMED(name)         name with a suffix of its own
//   LANES               the floats of a vector
//   TILE_ROWS           the rows of a tile, at most 8
//   PANEL_VECTORS       the vectors of a row of a tile
//   ELEMENT             what lies in a factor: float, or int32_t for a pair of bfloat16, neighbours along the inner extent
//   DEPTH               the numbers in an element: 1 or 2
//   ADD_PRODUCT(sum, x, y)          sum + x y, lane by lane, for vectors of floats
//   ADD_ELEMENTS(sum, left, right)  the same for a vector of floats and two of elements

typedef float NAMED(sums) __attribute__((ext_vector_type(LANES)));
typedef ELEMENT NAMED(elements) __attribute__((ext_vector_type(LANES)));
// At any address.
typedef float NAMED(stored_sums) __attribute__((ext_vector_type(LANES), aligned(4)));
typedef ELEMENT NAMED(stored_elements) __attribute__((ext_vector_type(LANES), aligned(4)));

enum {
  NAMED(panel_columns) = LANES * PANEL_VECTORS,
  NAMED(half_panel) = NAMED(panel_columns) / 2,
  // A panel of so many elements stays in the first-level cache while rows pass by,
  NAMED(inner_block) = 256,
  // and so many rows in the second-level one while panels pass by; a multiple of every tile's rows.
  NAMED(row_block) = 264,
};

// `rows` and `vectors` are constants where this is inlined, so that the sums live in registers.
TARGET INLINE void NAMED(tile)(
    const size_t rows, const size_t vectors, const ELEMENT *left, size_t row_stride, size_t inner_stride, const ELEMENT *panel, size_t inner,
    float *y, size_t stride, float alpha, float beta) {
  NAMED(sums) sums[TILE_ROWS][PANEL_VECTORS];
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      sums[i][v] = (NAMED(sums))0.0f;
      // The output is needed at the end; asking for it now, by lines of 64 bytes, hides the wait.
      if (v * LANES % 16 == 0) __builtin_prefetch(y + i * stride + v * LANES, 1);
    }
  }
#pragma clang loop unroll(disable)
  for (size_t k = 0; k < inner; k++, left += inner_stride, panel += NAMED(panel_columns)) {
    NAMED(elements) right[PANEL_VECTORS];
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) right[v] = *(const NAMED(stored_elements) *)(panel + v * LANES);
#pragma clang loop unroll(full)
    for (size_t i = 0; i < rows; i++) {
      NAMED(elements) x = (NAMED(elements))left[i * row_stride];
#pragma clang loop unroll(full)
      for (size_t v = 0; v < vectors; v++) sums[i][v] = ADD_ELEMENTS(sums[i][v], x, right[v]);
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < rows; i++, y += stride) {
#pragma clang loop unroll(full)
    for (size_t v = 0; v < vectors; v++) {
      NAMED(stored_sums) *out = (NAMED(stored_sums) *)(y + v * LANES);
      NAMED(sums) sum = alpha * sums[i][v];
      // Only a beta of 0 may leave the output unread: it may be uninitialized.
      *out = beta != 0 ? ADD_PRODUCT(sum, (NAMED(sums))beta, *out) : sum;
    }
  }
}

// A function for each height, because a compiler that sees them all together runs out of registers.
#define TILE(constant_rows)                                                                                           \
  TARGET static __attribute__((noinline)) void NAMED(tile_##constant_rows)(                                           \
      const ELEMENT *left, size_t row_stride, size_t inner_stride, const ELEMENT *panel, size_t inner, float *y,      \
      size_t stride, float alpha, float beta) {                                                                       \
    NAMED(tile)(constant_rows, PANEL_VECTORS, left, row_stride, inner_stride, panel, inner, y, stride, alpha, beta);                 \
  }
TILE(1) TILE(2) TILE(3) TILE(4)
#if TILE_ROWS > 4
TILE(5) TILE(6)
#endif
#if TILE_ROWS > 6
TILE(7) TILE(8)
#endif
#undef TILE

// Half as wide: where the diagonal cuts a tile of full height.
TARGET static __attribute__((noinline)) void NAMED(half_tile)(
    const ELEMENT *left, size_t row_stride, size_t inner_stride, const ELEMENT *panel, size_t inner, float *y,
    size_t stride, float alpha, float beta) {
  NAMED(tile)(TILE_ROWS, PANEL_VECTORS / 2, left, row_stride, inner_stride, panel, inner, y, stride, alpha, beta);
}

static void (*const NAMED(tiles)[])(
    const ELEMENT *left, size_t row_stride, size_t inner_stride, const ELEMENT *panel, size_t inner, float *y,
    size_t stride, float alpha, float beta) = {
    NULL, NAMED(tile_1), NAMED(tile_2), NAMED(tile_3), NAMED(tile_4),
#if TILE_ROWS > 4
    NAMED(tile_5), NAMED(tile_6),
#endif
#if TILE_ROWS > 6
    NAMED(tile_7), NAMED(tile_8),
#endif
};

// A tile that is not as wide as its panel is whole here first: `y = sums + beta y` for the columns that there are.
TARGET static void NAMED(store_columns)(
    const float *sums, float *y, size_t stride, size_t rows, size_t columns, float beta) {
  for (size_t i = 0; i < rows; i++, sums += NAMED(panel_columns), y += stride)
    for (size_t j = 0; j < columns; j++) y[j] = beta != 0 ? ADD_PRODUCT(sums[j], beta, y[j]) : sums[j];
}

TARGET static void NAMED(multiply)(
    const void *left, size_t tile_stride, size_t row_stride, size_t inner_stride, const void *panels,
    size_t panel_stride, float *y, size_t stride, size_t rows, size_t inner, size_t columns, float alpha, float beta,
    struct kernel_part part) {
  for (size_t start = 0; start == 0 || start < inner; start += NAMED(inner_block), beta = 1) {
    size_t end = start + NAMED(inner_block) < inner ? start + NAMED(inner_block) : inner;
    for (size_t top = 0; top < rows; top += NAMED(row_block)) {
      size_t bottom = top + NAMED(row_block) < rows ? top + NAMED(row_block) : rows;
      const ELEMENT *panel = panels;
      for (size_t column = 0; column < columns; column += NAMED(panel_columns), panel += panel_stride) {
        size_t width = column + NAMED(panel_columns) < columns ? NAMED(panel_columns) : columns - column;
        const ELEMENT *tile = (const ELEMENT *)left + top / TILE_ROWS * tile_stride;
        for (size_t row = top; row < bottom; row += TILE_ROWS, tile += tile_stride) {
          size_t height = rows - row < TILE_ROWS ? rows - row : TILE_ROWS;
          // The elements along the inner extent, and the halves of the tile, that take part.
          size_t low = start, high = end, edge = row + height + part.diagonal;
          bool first_half = true, second_half = true;
          switch (part.shape) {
            case kernel_part_whole: break;
            case kernel_part_upper:
              first_half = row < column + NAMED(half_panel) + part.diagonal;
              second_half = row < column + width + part.diagonal;
              break;
            case kernel_part_lower:
              first_half = column < edge;
              second_half = column + NAMED(half_panel) < edge;
              break;
            case kernel_part_left_lower:
              edge = (edge + DEPTH - 1) / DEPTH;
              high = edge < end ? edge : end;
              break;
            case kernel_part_left_upper:
              edge = row > part.diagonal ? (row - part.diagonal) / DEPTH : 0;
              low = edge > start ? edge : start;
              break;
          }
          // Without elements the first block of the inner extent still sets the output.
          size_t count = high > low ? high - low : 0;
          if (!(first_half || second_half) || (count == 0 && start > 0)) continue;
          const ELEMENT *x = tile + low * inner_stride, *right = panel + low * NAMED(panel_columns);
          float *out = y + row * stride + column;
          if (width < NAMED(panel_columns)) {
            float sums[TILE_ROWS * NAMED(panel_columns)];
            NAMED(tiles)[height](x, row_stride, inner_stride, right, count, sums, NAMED(panel_columns), alpha, 0);
            NAMED(store_columns)(sums, out, stride, height, width, beta);
          } else if (height == TILE_ROWS && first_half != second_half) {
            size_t half = first_half ? 0 : NAMED(half_panel);
            NAMED(half_tile)(x, row_stride, inner_stride, right + half, count, out + half, stride, alpha, beta);
          } else {
            NAMED(tiles)[height](x, row_stride, inner_stride, right, count, out, stride, alpha, beta);
          }
        }
      }
    }
  }
}
