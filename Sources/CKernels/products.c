// Matrix products with AVX-512: a tile of 8 x 32 sums stays in registers while it walks along the inner extent. The left
// factor is read one broadcast element at a time, the right one in vectors, from panels of 32 columns packed before.
#include "CKernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

// A panel of `inner_block` x 32 elements, 32 KB, stays in the first-level cache while all rows pass by.
enum { tile_rows = kernel_tile_rows, panel_columns = kernel_panel_columns, inner_block = 256 };

// The mask of the first `count` of 16 lanes; all of them when there are more.
static inline __mmask16 first_lanes(size_t count) {
  return (__mmask16)(count >= 16 ? 0xffff : (1u << count) - 1);
}

#define TARGET AVX512
#define NAMED(name) name##_float32
#define MULTIPLY_ADD(sum, left, right) _mm512_fmadd_ps(_mm512_castsi512_ps(left), _mm512_castsi512_ps(right), sum)
#include "product_tile.h"
#undef TARGET
#undef NAMED
#undef MULTIPLY_ADD

#define TARGET AVX512_BF16
#define NAMED(name) name##_bfloat16
#define MULTIPLY_ADD(sum, left, right) _mm512_dpbf16_ps(sum, (__m512bh)(left), (__m512bh)(right))
#include "product_tile.h"
#undef TARGET
#undef NAMED
#undef MULTIPLY_ADD

// Packing.

// 16 floats as 16 bfloat16, to nearest even, each in the low half of its lane.
AVX512_BF16 static inline __attribute__((always_inline)) __m512i bfloat16_lanes(__m512 x) {
  return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(x));
}

// 16 pairs of bfloat16 from two rows; `high` may be NULL, for zeros.
AVX512_BF16 static inline __attribute__((always_inline)) __m512i paired_rows(
    const float *low, const float *high, __mmask16 mask) {
  __m512i pairs = bfloat16_lanes(_mm512_maskz_loadu_ps(mask, low));
  if (!high) return pairs;
  return _mm512_or_si512(pairs, _mm512_slli_epi32(bfloat16_lanes(_mm512_maskz_loadu_ps(mask, high)), 16));
}

// The two tiles of 8 that 16 elements of a left factor belong to; the second may be beyond the end.
AVX512 static inline __attribute__((always_inline)) void store_in_tiles(
    int32_t *y, size_t tile_size, bool has_second, __m512i elements) {
  _mm256_storeu_si256((__m256i *)y, _mm512_castsi512_si256(elements));
  if (has_second) _mm256_storeu_si256((__m256i *)(y + tile_size), _mm512_extracti64x4_epi64(elements, 1));
}

AVX512 void kernel_pack_left_float32(const float *x, size_t stride, size_t inner, size_t rows, void *y) {
  for (size_t row = 0; row < rows; row += 16) {
    int32_t *out = (int32_t *)y + row * inner;
    for (size_t k = 0; k < inner; k++, out += tile_rows)
      store_in_tiles(
          out, tile_rows * inner, rows - row > tile_rows,
          _mm512_maskz_loadu_epi32(first_lanes(rows - row), x + k * stride + row));
  }
}

AVX512_BF16 void kernel_pack_left_bfloat16(const float *x, size_t stride, size_t inner, size_t rows, void *y) {
  size_t pairs = (inner + 1) / 2;
  for (size_t row = 0; row < rows; row += 16) {
    int32_t *out = (int32_t *)y + row * pairs;
    for (size_t k = 0; k < inner; k += 2, out += tile_rows) {
      const float *low = x + k * stride + row;
      store_in_tiles(
          out, tile_rows * pairs, rows - row > tile_rows,
          paired_rows(low, k + 1 < inner ? low + stride : NULL, first_lanes(rows - row)));
    }
  }
}

AVX512 void kernel_pack_right_float32(const float *x, size_t stride, size_t inner, size_t columns, void *y) {
  int32_t *out = y;
  for (size_t panel = 0; panel < columns; panel += panel_columns)
    for (size_t k = 0; k < inner; k++, out += panel_columns)
      for (size_t half = 0; half < panel_columns; half += 16) {
        size_t column = panel + half;
        __mmask16 mask = column < columns ? first_lanes(columns - column) : 0;
        _mm512_storeu_si512(out + half, _mm512_maskz_loadu_epi32(mask, x + k * stride + column));
      }
}

AVX512_BF16 void kernel_pack_right_bfloat16(const float *x, size_t stride, size_t inner, size_t columns, void *y) {
  int32_t *out = y;
  for (size_t panel = 0; panel < columns; panel += panel_columns)
    for (size_t k = 0; k < inner; k += 2, out += panel_columns)
      for (size_t half = 0; half < panel_columns; half += 16) {
        size_t column = panel + half;
        const float *low = x + k * stride + column;
        __mmask16 mask = column < columns ? first_lanes(columns - column) : 0;
        _mm512_storeu_si512(out + half, paired_rows(low, k + 1 < inner ? low + stride : NULL, mask));
      }
}

// Element j of row i becomes element i of row j: four rounds, each exchanging blocks of twice the size.
AVX512 static inline __attribute__((always_inline)) void transpose_16x16(__m512i rows[16]) {
  __m512i other[16];
  for (int i = 0; i < 16; i += 2) {
    other[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    other[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(other[i], other[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(other[i], other[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(other[i + 1], other[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(other[i + 1], other[i + 3]);
  }
  for (int i = 0; i < 16; i += 8)
    for (int j = 0; j < 4; j++) {
      other[i + j] = _mm512_shuffle_i32x4(rows[i + j], rows[i + j + 4], 0x88);
      other[i + j + 4] = _mm512_shuffle_i32x4(rows[i + j], rows[i + j + 4], 0xdd);
    }
  for (int j = 0; j < 8; j++) {
    rows[j] = _mm512_shuffle_i32x4(other[j], other[j + 8], 0x88);
    rows[j + 8] = _mm512_shuffle_i32x4(other[j], other[j + 8], 0xdd);
  }
}

// Stores the first `count` columns of a block of 16 rows as rows of half a panel.
AVX512 static inline __attribute__((always_inline)) void store_columns(
    __m512i block[16], int32_t *y, size_t count) {
  transpose_16x16(block);
  for (size_t i = 0; i < 16 && i < count; i++) _mm512_storeu_si512(y + i * panel_columns, block[i]);
}

AVX512 void kernel_pack_right_transposed_float32(const float *x, size_t stride, size_t columns, size_t inner, void *y) {
  for (size_t panel = 0; panel < columns; panel += panel_columns) {
    int32_t *out = (int32_t *)y + panel * inner;
    for (size_t k = 0; k < inner; k += 16)
      for (size_t half = 0; half < panel_columns; half += 16) {
        __m512i block[16];
        for (size_t i = 0; i < 16; i++) {
          size_t column = panel + half + i;
          __mmask16 mask = column < columns ? first_lanes(inner - k) : 0;
          block[i] = _mm512_maskz_loadu_epi32(mask, x + column * stride + k);
        }
        store_columns(block, out + k * panel_columns + half, inner - k);
      }
  }
}

// Up to 32 floats as 16 pairs of bfloat16, the first of each pair in the low half.
AVX512_BF16 static inline __attribute__((always_inline)) __m512i bfloat16_pairs(const float *x, size_t count) {
  __m512 low = _mm512_maskz_loadu_ps(first_lanes(count), x);
  __m512 high = _mm512_maskz_loadu_ps(first_lanes(count > 16 ? count - 16 : 0), x + 16);
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

AVX512_BF16 void kernel_pack_right_transposed_bfloat16(
    const float *x, size_t stride, size_t columns, size_t inner, void *y) {
  size_t pairs = (inner + 1) / 2;
  for (size_t panel = 0; panel < columns; panel += panel_columns) {
    int32_t *out = (int32_t *)y + panel * pairs;
    for (size_t pair = 0; pair < pairs; pair += 16)
      for (size_t half = 0; half < panel_columns; half += 16) {
        __m512i block[16];
        for (size_t i = 0; i < 16; i++) {
          size_t column = panel + half + i;
          block[i] = column < columns ? bfloat16_pairs(x + column * stride + 2 * pair, inner - 2 * pair)
                                      : _mm512_setzero_si512();
        }
        store_columns(block, out + pair * panel_columns + half, pairs - pair);
      }
  }
}

AVX512_BF16 void kernel_convert_left_bfloat16(const float *x, size_t stride, size_t rows, size_t inner, void *y) {
  size_t pairs = (inner + 1) / 2;
  int32_t *out = y;
  for (size_t row = 0; row < rows; row++, out += pairs)
    for (size_t pair = 0; pair < pairs; pair += 16)
      _mm512_mask_storeu_epi32(
          out + pair, first_lanes(pairs - pair),
          bfloat16_pairs(x + row * stride + 2 * pair, inner - 2 * pair));
}

#else  // Never called: kernel_supports_* say no.
void kernel_multiply_float32(
    const void *left, size_t tile_stride, size_t row_stride, size_t inner_stride, const void *panels,
    size_t panel_stride, float *y, size_t stride, size_t rows, size_t inner, size_t columns, float alpha, float beta,
    bool upper_only) {
  __builtin_trap();
}
void kernel_multiply_bfloat16(
    const void *left, size_t tile_stride, size_t row_stride, size_t inner_stride, const void *panels,
    size_t panel_stride, float *y, size_t stride, size_t rows, size_t inner, size_t columns, float alpha, float beta,
    bool upper_only) {
  __builtin_trap();
}
#define UNAVAILABLE(name) \
  void name(const float *x, size_t stride, size_t rows, size_t columns, void *y) { __builtin_trap(); }
UNAVAILABLE(kernel_pack_left_float32)
UNAVAILABLE(kernel_pack_left_bfloat16)
UNAVAILABLE(kernel_convert_left_bfloat16)
UNAVAILABLE(kernel_pack_right_float32)
UNAVAILABLE(kernel_pack_right_bfloat16)
UNAVAILABLE(kernel_pack_right_transposed_float32)
UNAVAILABLE(kernel_pack_right_transposed_bfloat16)
#endif
