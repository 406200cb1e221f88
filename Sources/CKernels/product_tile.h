// One tile of a product, and the loop over tiles: the body of products.c, included once for each precision with
//
//   TARGET              the instructions the functions may use
//   NAMED(name)         name with the precision's suffix
//   MULTIPLY_ADD        (sum, left, right): sum + left right, lane by lane
//
// Elements are 32 bits wide: a float, or a pair of bfloat16 that are neighbours along the inner extent.

// `rows` is a constant where this is inlined, so that the sums live in registers: 8 rows take 16 of the 32.
TARGET static inline __attribute__((always_inline)) void NAMED(tile)(
    const int rows, const int32_t *left, size_t row_stride, size_t inner_stride, const int32_t *panel, size_t inner,
    float *y, size_t stride, size_t columns, float alpha, float beta) {
  __m512 sums[tile_rows][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    sums[i][0] = sums[i][1] = _mm512_setzero_ps();
    // The output is needed at the end; asking for it now hides the wait.
    __builtin_prefetch(y + i * stride, 1);
    __builtin_prefetch(y + i * stride + 16, 1);
  }
  for (size_t k = 0; k < inner; k++, left += inner_stride, panel += panel_columns) {
    __m512i right0 = _mm512_loadu_si512(panel), right1 = _mm512_loadu_si512(panel + 16);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      __m512i x = _mm512_set1_epi32(left[i * row_stride]);
      sums[i][0] = MULTIPLY_ADD(sums[i][0], x, right0);
      sums[i][1] = MULTIPLY_ADD(sums[i][1], x, right1);
    }
  }
  __mmask16 masks[2] = {first_lanes(columns), first_lanes(columns > 16 ? columns - 16 : 0)};
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
      float *out = y + i * stride + 16 * half;
      __m512 sum = _mm512_mul_ps(_mm512_set1_ps(alpha), sums[i][half]);
      // Only a beta of 0 may leave the output unread: it may be uninitialized.
      if (beta != 0)
        sum = _mm512_fmadd_ps(_mm512_set1_ps(beta), _mm512_maskz_loadu_ps(masks[half], out), sum);
      _mm512_mask_storeu_ps(out, masks[half], sum);
    }
  }
}

TARGET void NAMED(kernel_multiply)(
    const void *left, size_t tile_stride, size_t row_stride, size_t inner_stride, const void *panels,
    size_t panel_stride, float *y, size_t stride, size_t rows, size_t inner, size_t columns, float alpha, float beta,
    bool upper_only) {
  for (size_t start = 0; start == 0 || start < inner; start += inner_block) {
    size_t count = start + inner_block < inner ? inner_block : inner - start;
    const int32_t *panel = (const int32_t *)panels + start * panel_columns;
    for (size_t column = 0; column < columns; column += panel_columns, panel += panel_stride) {
      const int32_t *tile = (const int32_t *)left + start * inner_stride;
      size_t width = column + panel_columns < columns ? panel_columns : columns - column;
      for (size_t row = 0; row < rows; row += tile_rows, tile += tile_stride) {
        if (upper_only && row >= column + width) break;
        float *out = y + row * stride + column;
#define TILE(count_of_rows)                                                                                           \
  NAMED(tile)(count_of_rows, tile, row_stride, inner_stride, panel, count, out, stride, width, alpha, beta)
        switch (rows - row) {
          case 1: TILE(1); break;
          case 2: TILE(2); break;
          case 3: TILE(3); break;
          case 4: TILE(4); break;
          case 5: TILE(5); break;
          case 6: TILE(6); break;
          case 7: TILE(7); break;
          default: TILE(8);
        }
#undef TILE
      }
    }
    beta = 1;
  }
}
