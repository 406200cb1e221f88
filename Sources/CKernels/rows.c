#include "kernel.h"

INLINE float inverse_rms(const float *x, size_t columns, float epsilon) {
  REORDER_SUMS
  float squares = 0;
  for (size_t i = 0; i < columns; i++) squares += x[i] * x[i];
  return 1.0f / square_root(squares / (float)columns + epsilon);
}

KERNEL(
    void, kernel_rms_norm,
    (const float *restrict x, float *restrict y, size_t rows, size_t columns, float epsilon),
    (x, y, rows, columns, epsilon)) {
  for (size_t row = 0; row < rows; row++, x += columns, y += columns) {
    float r = inverse_rms(x, columns, epsilon);
    for (size_t i = 0; i < columns; i++) y[i] = r * x[i];
  }
}

KERNEL(
    void, kernel_rms_norm_pullback,
    (const float *restrict x, const float *restrict dy, float *restrict dx, size_t rows, size_t columns,
     float epsilon, bool accumulate),
    (x, dy, dx, rows, columns, epsilon, accumulate)) {
  for (size_t row = 0; row < rows; row++, x += columns, dy += columns, dx += columns) {
    REORDER_SUMS
    float squares = 0, product = 0;
    for (size_t i = 0; i < columns; i++) {
      squares += x[i] * x[i];
      product += x[i] * dy[i];
    }
    float r = 1.0f / square_root(squares / (float)columns + epsilon);
    float along = r * r * r * product / (float)columns;
    if (accumulate) {
      for (size_t i = 0; i < columns; i++) dx[i] += r * dy[i] - along * x[i];
    } else {
      for (size_t i = 0; i < columns; i++) dx[i] = r * dy[i] - along * x[i];
    }
  }
}

// One head's turn, `scale` times: `y = (a cos + b sin, b cos - a sin)` for the halves a and b of x. Each half has a pointer
// of its own: derived from one pointer, the compiler cannot tell them apart, and does not vectorize.
INLINE void turn(
    const float *restrict a, const float *restrict b, float *restrict y, float *restrict z,
    const float *restrict cosines, const float *restrict sines, size_t half, size_t frequencies, float scale,
    float direction) {
  SHORT_LOOP
  for (size_t i = 0; i < frequencies; i++) {
    float cosine = scale * cosines[i], sine = direction * scale * sines[i];
    y[i] = a[i] * cosine + b[i] * sine;
    z[i] = b[i] * cosine - a[i] * sine;
  }
  SHORT_LOOP
  for (size_t i = frequencies; i < half; i++) {
    y[i] = scale * a[i];
    z[i] = scale * b[i];
  }
}

KERNEL(
    void, kernel_rotate,
    (const float *restrict x, const float *restrict cosines, const float *restrict sines, float *restrict y,
     size_t positions, size_t heads, size_t head_size, size_t frequencies, bool inverse),
    (x, cosines, sines, y, positions, heads, head_size, frequencies, inverse)) {
  size_t half = head_size / 2;
  float direction = inverse ? -1.0f : 1.0f;
  for (size_t position = 0; position < positions; position++, cosines += frequencies, sines += frequencies)
    for (size_t head = 0; head < heads; head++, x += head_size, y += head_size)
      turn(x, x + half, y, y + half, cosines, sines, half, frequencies, 1.0f, direction);
}

KERNEL(
    void, kernel_rms_norm_rotate,
    (const float *restrict x, const float *restrict cosines, const float *restrict sines, float *restrict y,
     size_t positions, size_t heads, size_t head_size, size_t frequencies, float epsilon),
    (x, cosines, sines, y, positions, heads, head_size, frequencies, epsilon)) {
  size_t half = head_size / 2;
  for (size_t position = 0; position < positions; position++, cosines += frequencies, sines += frequencies) {
    for (size_t head = 0; head < heads; head++, x += head_size, y += head_size) {
      float r = inverse_rms(x, head_size, epsilon);
      turn(x, x + half, y, y + half, cosines, sines, half, frequencies, r, 1.0f);
    }
  }
}

KERNEL(
    void, kernel_rms_norm_rotate_pullback,
    (const float *restrict x, const float *restrict dy, const float *restrict cosines, const float *restrict sines,
     float *restrict dx, size_t positions, size_t heads, size_t head_size, size_t frequencies, float epsilon),
    (x, dy, cosines, sines, dx, positions, heads, head_size, frequencies, epsilon)) {
  size_t half = head_size / 2;
  for (size_t position = 0; position < positions; position++, cosines += frequencies, sines += frequencies) {
    for (size_t head = 0; head < heads; head++, x += head_size, dy += head_size, dx += head_size) {
      REORDER_SUMS
      turn(dy, dy + half, dx, dx + half, cosines, sines, half, frequencies, 1.0f, -1.0f);
      float r = inverse_rms(x, head_size, epsilon), product = 0;
      for (size_t i = 0; i < head_size; i++) product += x[i] * dx[i];
      float along = r * r * r * product / (float)head_size;
      for (size_t i = 0; i < head_size; i++) dx[i] = r * dx[i] - along * x[i];
    }
  }
}

KERNEL(
    void, kernel_softcapped_cross_entropy,
    (const float *restrict logits, const uint16_t *restrict targets, float *restrict log_sums, float *restrict losses,
     size_t rows, size_t columns, float cap),
    (logits, targets, log_sums, losses, rows, columns, cap)) {
  for (size_t row = 0; row < rows; row++, logits += columns) {
    REORDER_SUMS
    // The cap bounds every exponent, so no maximum has to be subtracted.
    float sum = 0;
    for (size_t i = 0; i < columns; i++)
      sum += exponential(cap * logits[i] / square_root(logits[i] * logits[i] + cap * cap));
    float target = logits[targets[row]];
    log_sums[row] = logf(sum);
    losses[row] = log_sums[row] - cap * target / square_root(target * target + cap * cap);
  }
}

KERNEL(
    void, kernel_softcapped_cross_entropy_pullback,
    (const float *restrict logits, const uint16_t *restrict targets, const float *restrict log_sums, float weight,
     float *restrict dx, size_t rows, size_t columns, float cap, bool accumulate),
    (logits, targets, log_sums, weight, dx, rows, columns, cap, accumulate)) {
  for (size_t row = 0; row < rows; row++, logits += columns, dx += columns) {
    float log_sum = log_sums[row];
    for (size_t i = 0; i < columns; i++) {
      float ratio = cap / square_root(logits[i] * logits[i] + cap * cap);
      float slope = weight * ratio * ratio * ratio * exponential(ratio * logits[i] - log_sum);
      dx[i] = accumulate ? dx[i] + slope : slope;
    }
    float target = logits[targets[row]], ratio = cap / square_root(target * target + cap * cap);
    dx[targets[row]] -= weight * ratio * ratio * ratio;
  }
}

KERNEL(
    void, kernel_scatter_rows,
    (const float *restrict x, const float *restrict weights, const uint16_t *restrict indices, float *restrict y,
     size_t rows, size_t columns),
    (x, weights, indices, y, rows, columns)) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    float weight = weights[row], *target = y + indices[row] * columns;
    for (size_t i = 0; i < columns; i++) target[i] += weight * x[i];
  }
}

KERNEL(
    void, kernel_scatter_rows_pullback,
    (const float *restrict dy, const float *restrict weights, const uint16_t *restrict indices, float *restrict dx,
     size_t rows, size_t columns, bool accumulate),
    (dy, weights, indices, dx, rows, columns, accumulate)) {
  for (size_t row = 0; row < rows; row++, dx += columns) {
    float weight = weights[row];
    const float *source = dy + indices[row] * columns;
    if (accumulate) {
      for (size_t i = 0; i < columns; i++) dx[i] += weight * source[i];
    } else {
      for (size_t i = 0; i < columns; i++) dx[i] = weight * source[i];
    }
  }
}

KERNEL(
    void, kernel_scatter_weights_pullback,
    (const float *restrict dy, const float *restrict x, const uint16_t *restrict indices, float *restrict dweights,
     size_t rows, size_t columns, bool accumulate),
    (dy, x, indices, dweights, rows, columns, accumulate)) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    REORDER_SUMS
    const float *source = dy + indices[row] * columns;
    float sum = 0;
    for (size_t i = 0; i < columns; i++) sum += x[i] * source[i];
    dweights[row] = accumulate ? dweights[row] + sum : sum;
  }
}

KERNEL(
    void, kernel_transpose,
    (const float *restrict x, float *restrict y, size_t rows, size_t columns),
    (x, y, rows, columns)) {
  enum { tile = 16 };
  for (size_t top = 0; top < rows; top += tile) {
    size_t bottom = top + tile < rows ? top + tile : rows;
    for (size_t left = 0; left < columns; left += tile) {
      size_t right = left + tile < columns ? left + tile : columns;
      for (size_t j = left; j < right; j++)
        for (size_t i = top; i < bottom; i++) y[j * rows + i] = x[i * columns + j];
    }
  }
}
