// Matrix products with AVX-512, and what packs for them: a tile of 8 x 32 sums takes 16 of the 32 registers.
#include "kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512_BF16 __attribute__((target(AVX512_INSTRUCTIONS ",avx512bf16")))

enum { tile_rows = 8, panel_columns = 32 };

// The mask of the first `count` of 16 lanes; all of them when there are more.
static inline __mmask16 first_lanes(size_t count) {
  return (__mmask16)(count >= 16 ? 0xffff : (1u << count) - 1);
}

#define LANES 16
#define TILE_ROWS 8
#define PANEL_VECTORS 2
#define ADD_PRODUCT(sum, x, y) __builtin_elementwise_fma(x, y, sum)

#define TARGET AVX512
#define NAMED(name) name##_float32
#define ELEMENT float
#define DEPTH 1
#define ADD_ELEMENTS ADD_PRODUCT
#include "product_tile.h"
#undef TARGET
#undef NAMED
#undef ELEMENT
#undef DEPTH
#undef ADD_ELEMENTS

#define TARGET AVX512_BF16
#define NAMED(name) name##_bfloat16
#define ELEMENT int32_t
#define DEPTH 2
#define ADD_ELEMENTS(sum, left, right) _mm512_dpbf16_ps(sum, (__m512bh)(left), (__m512bh)(right))
#include "product_tile.h"

// Packing.

// 16 floats as 16 bfloat16, to nearest even, each in the low half of its lane.
AVX512_BF16 INLINE __m512i bfloat16_lanes(__m512 x) {
  return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(x));
}

// 16 pairs of bfloat16 from two rows; `high` may be NULL, for zeros.
AVX512_BF16 INLINE __m512i paired_rows(
    const float *low, const float *high, __mmask16 mask) {
  __m512i pairs = bfloat16_lanes(_mm512_maskz_loadu_ps(mask, low));
  if (!high) return pairs;
  return _mm512_or_si512(pairs, _mm512_slli_epi32(bfloat16_lanes(_mm512_maskz_loadu_ps(mask, high)), 16));
}

// The two tiles of 8 that 16 elements of a left factor belong to; the second may be beyond the end.
AVX512 INLINE void store_in_tiles(
    int32_t *y, size_t tile_size, bool has_second, __m512i elements) {
  _mm256_storeu_si256((__m256i *)y, _mm512_castsi512_si256(elements));
  if (has_second) _mm256_storeu_si256((__m256i *)(y + tile_size), _mm512_extracti64x4_epi64(elements, 1));
}

AVX512 static void pack_left_float32(const float *x, size_t stride, size_t inner, size_t rows, void *y) {
  for (size_t row = 0; row < rows; row += 16) {
    int32_t *out = (int32_t *)y + row * inner;
    for (size_t k = 0; k < inner; k++, out += tile_rows)
      store_in_tiles(
          out, tile_rows * inner, rows - row > tile_rows,
          _mm512_maskz_loadu_epi32(first_lanes(rows - row), x + k * stride + row));
  }
}

AVX512_BF16 static void pack_left_bfloat16(const float *x, size_t stride, size_t inner, size_t rows, void *y) {
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

AVX512 static void pack_right_float32(const float *x, size_t stride, size_t inner, size_t columns, void *y) {
  int32_t *out = y;
  for (size_t panel = 0; panel < columns; panel += panel_columns)
    for (size_t k = 0; k < inner; k++, out += panel_columns)
      for (size_t half = 0; half < panel_columns; half += 16) {
        size_t column = panel + half;
        __mmask16 mask = column < columns ? first_lanes(columns - column) : 0;
        _mm512_storeu_si512(out + half, _mm512_maskz_loadu_epi32(mask, x + k * stride + column));
      }
}

AVX512_BF16 static void pack_right_bfloat16(const float *x, size_t stride, size_t inner, size_t columns, void *y) {
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
AVX512 INLINE void transpose_16x16(__m512i rows[16]) {
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
AVX512 INLINE void store_columns(
    __m512i block[16], int32_t *y, size_t count) {
  transpose_16x16(block);
  for (size_t i = 0; i < 16 && i < count; i++) _mm512_storeu_si512(y + i * panel_columns, block[i]);
}

AVX512 static void pack_right_transposed_float32(const float *x, size_t stride, size_t columns, size_t inner, void *y) {
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
AVX512_BF16 INLINE __m512i bfloat16_pairs(const float *x, size_t count) {
  __m512 low = _mm512_maskz_loadu_ps(first_lanes(count), x);
  __m512 high = _mm512_maskz_loadu_ps(first_lanes(count > 16 ? count - 16 : 0), x + 16);
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

AVX512_BF16 static void pack_right_transposed_bfloat16(
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

AVX512_BF16 static void convert_left_bfloat16(const float *x, size_t stride, size_t rows, size_t inner, void *y) {
  size_t pairs = (inner + 1) / 2;
  int32_t *out = y;
  for (size_t row = 0; row < rows; row++, out += pairs)
    for (size_t pair = 0; pair < pairs; pair += 16)
      _mm512_mask_storeu_epi32(
          out + pair, first_lanes(pairs - pair),
          bfloat16_pairs(x + row * stride + 2 * pair, inner - 2 * pair));
}

const struct kernel_products *kernel_avx512_float32(void) {
  static const struct kernel_products products = {
      tile_rows, panel_columns, multiply_float32, pack_left_float32, pack_right_float32, pack_right_transposed_float32,
      NULL};
  return &products;
}

const struct kernel_products *kernel_products_bfloat16(void) {
  static const struct kernel_products products = {
      tile_rows, panel_columns, multiply_bfloat16, pack_left_bfloat16, pack_right_bfloat16,
      pack_right_transposed_bfloat16, convert_left_bfloat16};
  bool runs = kernel_family_runs(kernel_family_avx512) && __builtin_cpu_supports("avx512bf16");
  return runs ? &products : NULL;
}

#else
const struct kernel_products *kernel_products_bfloat16(void) { return NULL; }
#endif
