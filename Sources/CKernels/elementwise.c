#include "kernel.h"

KERNEL(void, kernel_add, (const float *a, const float *b, float *y, size_t count), (a, b, y, count)) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

KERNEL(
    void, kernel_add_scaled,
    (float alpha, const float *restrict x, float *restrict y, size_t count),
    (alpha, x, y, count)) {
  for (size_t i = 0; i < count; i++) y[i] += alpha * x[i];
}

KERNEL(void, kernel_scale, (float alpha, const float *x, float *y, size_t count), (alpha, x, y, count)) {
  for (size_t i = 0; i < count; i++) y[i] = alpha * x[i];
}

KERNEL(
    void, kernel_multiply,
    (const float *restrict a, const float *restrict b, float *restrict y, size_t count, bool accumulate),
    (a, b, y, count, accumulate)) {
  if (accumulate) {
    for (size_t i = 0; i < count; i++) y[i] += a[i] * b[i];
  } else {
    for (size_t i = 0; i < count; i++) y[i] = a[i] * b[i];
  }
}

KERNEL(void, kernel_squared_relu, (const float *restrict x, float *restrict y, size_t count), (x, y, count)) {
  for (size_t i = 0; i < count; i++) {
    float positive = x[i] < 0.0f ? 0.0f : x[i];
    y[i] = positive * positive;
  }
}

KERNEL(
    void, kernel_squared_relu_pullback,
    (const float *restrict x, const float *restrict dy, float *restrict dx, size_t count, bool accumulate),
    (x, dy, dx, count, accumulate)) {
  if (accumulate) {
    for (size_t i = 0; i < count; i++) dx[i] += 2.0f * (x[i] < 0.0f ? 0.0f : x[i]) * dy[i];
  } else {
    for (size_t i = 0; i < count; i++) dx[i] = 2.0f * (x[i] < 0.0f ? 0.0f : x[i]) * dy[i];
  }
}

KERNEL(void, kernel_relu, (const float *restrict x, float *restrict y, size_t count), (x, y, count)) {
  for (size_t i = 0; i < count; i++) y[i] = x[i] < 0.0f ? 0.0f : x[i];
}

KERNEL(
    void, kernel_relu_pullback,
    (const float *restrict x, const float *restrict dy, float *restrict dx, size_t count, bool accumulate),
    (x, dy, dx, count, accumulate)) {
  if (accumulate) {
    for (size_t i = 0; i < count; i++) dx[i] += x[i] > 0.0f ? dy[i] : 0.0f;
  } else {
    for (size_t i = 0; i < count; i++) dx[i] = x[i] > 0.0f ? dy[i] : 0.0f;
  }
}

KERNEL(
    void, kernel_softcap,
    (const float *restrict x, float *restrict y, size_t count, float cap),
    (x, y, count, cap)) {
  for (size_t i = 0; i < count; i++) y[i] = cap * x[i] / square_root(x[i] * x[i] + cap * cap);
}

KERNEL(
    void, kernel_softcap_pullback,
    (const float *restrict x, const float *restrict dy, float *restrict dx, size_t count, float cap, bool accumulate),
    (x, dy, dx, count, cap, accumulate)) {
  for (size_t i = 0; i < count; i++) {
    float ratio = cap / square_root(x[i] * x[i] + cap * cap);
    float slope = dy[i] * ratio * ratio * ratio;
    dx[i] = accumulate ? dx[i] + slope : slope;
  }
}

KERNEL(void, kernel_sigmoid, (const float *x, float *y, size_t count), (x, y, count)) {
  for (size_t i = 0; i < count; i++) y[i] = 1.0f / (1.0f + exponential(-x[i]));
}

KERNEL(void, kernel_exp, (const float *x, float *y, size_t count), (x, y, count)) {
  for (size_t i = 0; i < count; i++) y[i] = exponential(x[i]);
}

// A cache-sized block is summed in float lanes, the blocks in double: fast, and exact enough for millions of terms.
enum { sum_block = 1024 };

KERNEL(double, kernel_sum, (const float *x, size_t count), (x, count)) {
  double total = 0;
  for (size_t start = 0; start < count; start += sum_block) {
    REORDER_SUMS
    size_t end = start + sum_block < count ? start + sum_block : count;
    float sum = 0;
    for (size_t i = start; i < end; i++) sum += x[i];
    total += sum;
  }
  return total;
}

KERNEL(double, kernel_sum_of_squares, (const float *x, size_t count), (x, count)) {
  REORDER_SUMS
  double total = 0;
  for (size_t i = 0; i < count; i++) total += (double)x[i] * (double)x[i];
  return total;
}

// A few registers full of sums meet every vector before they are stored: each element is read and written once.
KERNEL(
    void, kernel_sum_vectors,
    (const float *const *x, size_t vectors, float *y, size_t count),
    (x, vectors, y, count)) {
  enum { block = 64 };
  size_t start = 0;
  for (; start + block <= count; start += block) {
    float sums[block];
    for (size_t i = 0; i < block; i++) sums[i] = x[0][start + i];
    for (size_t vector = 1; vector < vectors; vector++)
      for (size_t i = 0; i < block; i++) sums[i] += x[vector][start + i];
    for (size_t i = 0; i < block; i++) y[start + i] = sums[i];
  }
  for (; start < count; start++) {
    float sum = x[0][start];
    for (size_t vector = 1; vector < vectors; vector++) sum += x[vector][start];
    y[start] = sum;
  }
}

KERNEL(
    void, kernel_momentum,
    (const float *restrict gradient, float *restrict momentum, float *restrict update, size_t count, float mu),
    (gradient, momentum, update, count, mu)) {
  for (size_t i = 0; i < count; i++) {
    float m = momentum[i] + (1.0f - mu) * (gradient[i] - momentum[i]);
    momentum[i] = m;
    update[i] = gradient[i] + mu * (m - gradient[i]);
  }
}

KERNEL(
    void, kernel_adamw,
    (float *restrict weights, const float *restrict gradient, float *restrict first_moment,
     float *restrict second_moment, size_t count, float beta1, float beta2, float epsilon, float shrink,
     float step_size, float second_correction),
    (weights, gradient, first_moment, second_moment, count, beta1, beta2, epsilon, shrink, step_size, second_correction)) {
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i];
    float m = first_moment[i] + (1.0f - beta1) * (g - first_moment[i]);
    float v = beta2 * second_moment[i] + (1.0f - beta2) * g * g;
    first_moment[i] = m;
    second_moment[i] = v;
    weights[i] = weights[i] * shrink - step_size * m / (square_root(v) * second_correction + epsilon);
  }
}
