// The softmax of attention, over what each row sees.
#include "kernel.h"

// How many of a row's columns are seen, and these rounded up to vectors of 16, unless columns end before: what is masked
// within a vector is computed too, because a remainder one by one would cost more.
struct extent { size_t seen, whole; };

INLINE struct extent extent_of(size_t row, size_t visible, size_t columns) {
  size_t seen = visible + row < columns ? visible + row : columns, whole = (seen + 15) / 16 * 16;
  return (struct extent){seen, whole < columns ? whole : columns};
}

// The largest of `scale x`, found among integers that are in the same order: a maximum of floats, which has to mind NaNs,
// does not vectorize.
INLINE int32_t rank(float x) {
  union { float value; int32_t bits; } element = {x};
  return element.bits ^ ((element.bits >> 31) & INT32_MAX);
}

INLINE float largest_scaled(const float *x, struct extent extent, float scale) {
  size_t full = extent.seen / 16 * 16;
  int32_t largest = INT32_MIN;
  SHORT_LOOP
  for (size_t i = 0; i < full; i++) {
    int32_t next = rank(scale * x[i]);
    largest = next > largest ? next : largest;
  }
  SHORT_LOOP
  for (size_t i = full; i < extent.whole; i++) {
    int32_t next = i < extent.seen ? rank(scale * x[i]) : INT32_MIN;
    largest = next > largest ? next : largest;
  }
  union { int32_t bits; float value; } element = {largest ^ ((largest >> 31) & INT32_MAX)};
  return element.value;
}

// In place: `e^(scale x - largest)`, and zero for what is masked.
INLINE void exponentials(float *x, struct extent extent, float scale, float largest) {
  REORDER_SUMS
  size_t full = extent.seen / 16 * 16;
  SHORT_LOOP
  for (size_t i = 0; i < full; i++) x[i] = exponential_of_difference(scale * x[i] - largest);
  SHORT_LOOP
  for (size_t i = full; i < extent.whole; i++)
    x[i] = i < extent.seen ? exponential_of_difference(scale * x[i] - largest) : 0.0f;
}

INLINE float sum_of(const float *x, size_t count) {
  REORDER_SUMS
  float sum = 0;
  SHORT_LOOP
  for (size_t i = 0; i < count; i++) sum += x[i];
  return sum;
}

KERNEL(
    void, kernel_causal_softmax,
    (float *scores, size_t rows, size_t columns, size_t stride, size_t visible, float scale),
    (scores, rows, columns, stride, visible, scale)) {
  // A few rows at a time, step by step: while one waits for the last of its sum, the others go on.
  enum { group = 4 };
  struct extent extents[group];
  float largest[group], sums[group];
  for (size_t start = 0; start < rows; start += group) {
    float *x = scores + start * stride;
    size_t count = rows - start < group ? rows - start : group;
    for (size_t row = 0; row < count; row++) {
      extents[row] = extent_of(start + row, visible, columns);
      largest[row] = largest_scaled(x + row * stride, extents[row], scale);
    }
    for (size_t row = 0; row < count; row++) exponentials(x + row * stride, extents[row], scale, largest[row]);
    for (size_t row = 0; row < count; row++) sums[row] = sum_of(x + row * stride, extents[row].whole);
    for (size_t row = 0; row < count; row++) {
      float *y = x + row * stride, sum = sums[row];
      SHORT_LOOP
      for (size_t i = 0; i < extents[row].whole; i++) y[i] /= sum;
      for (size_t i = extents[row].whole; i < columns; i++) y[i] = 0.0f;
    }
  }
}

KERNEL(
    void, kernel_causal_softmax_pullback,
    (const float *restrict probabilities, float *restrict gradient, size_t rows, size_t columns, size_t stride,
     size_t visible, float scale),
    (probabilities, gradient, rows, columns, stride, visible, scale)) {
  for (size_t row = 0; row < rows; row++, probabilities += stride, gradient += stride) {
    REORDER_SUMS
    size_t seen = extent_of(row, visible, columns).seen;
    SHORT_LOOP
    for (size_t i = seen / 16 * 16; i < columns; i++) gradient[i] = i < seen ? gradient[i] : 0.0f;
    float sum = 0;
    for (size_t i = 0; i < columns; i++) sum += probabilities[i] * gradient[i];
    for (size_t i = 0; i < columns; i++) gradient[i] = scale * probabilities[i] * (gradient[i] - sum);
  }
}
