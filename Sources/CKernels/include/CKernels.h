// Leaf loops over float32: no logic, no allocation, no state but which family of them is in use.
//
// Conventions: pointers do not overlap unless a line says "in place"; matrices are row-major; `accumulate` means "add to
// what the output holds" instead of overwriting it, so that a pullback can add into a gradient.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Families: the same kernels with other instructions.

enum __attribute__((enum_extensibility(closed))) kernel_family {
  kernel_family_avx512,
  kernel_family_avx2,
  kernel_family_neon,
  /// What the compiler makes of plain C, for any processor of the kind that it compiles for.
  kernel_family_portable,
};

/// Whether the processor has the instructions of a family.
bool kernel_family_runs(enum kernel_family family);
/// The family of all kernels but the matrix products, the same from the first call on: the one that SPEEDRUN_KERNELS names
/// in the environment (avx512, avx2, neon or portable), else the widest that runs.
enum kernel_family kernel_loops(void);

// Element-wise.

/// `y = a + b`.
void kernel_add(const float *a, const float *b, float *y, size_t count);
/// `y += alpha x`.
void kernel_add_scaled(float alpha, const float *x, float *y, size_t count);
/// `y = alpha x`; `y` may be `x` (in place).
void kernel_scale(float alpha, const float *x, float *y, size_t count);
/// `y (+)= a b`.
void kernel_multiply(const float *a, const float *b, float *y, size_t count, bool accumulate);
/// `y = max(x, 0)`.
void kernel_relu(const float *x, float *y, size_t count);
/// `dx (+)= dy` where `x > 0`.
void kernel_relu_pullback(const float *x, const float *dy, float *dx, size_t count, bool accumulate);
/// `y = max(x, 0)^2`.
void kernel_squared_relu(const float *x, float *y, size_t count);
/// `dx (+)= 2 max(x, 0) dy`.
void kernel_squared_relu_pullback(const float *x, const float *dy, float *dx, size_t count, bool accumulate);
/// `y = cap x / sqrt(x^2 + cap^2)`.
void kernel_softcap(const float *x, float *y, size_t count, float cap);
/// `dx (+)= dy cap^3 / (x^2 + cap^2)^(3/2)`.
void kernel_softcap_pullback(const float *x, const float *dy, float *dx, size_t count, float cap, bool accumulate);
/// `y = 1 / (1 + e^-x)`.
void kernel_sigmoid(const float *x, float *y, size_t count);
/// `y = e^x`, within 2 units in the last place for results that are normal numbers; `y` may be `x` (in place). The other
/// kernels inline the same function; this one lets it be tested.
void kernel_exp(const float *x, float *y, size_t count);

// Reductions.

/// The sum of `x`, in double precision.
double kernel_sum(const float *x, size_t count);
/// The sum of `x^2`, every term in double precision: no finite number is too large or too small.
double kernel_sum_of_squares(const float *x, size_t count);
/// `y = x[0] + x[1] + ...`, element by element and in that order, for at least one vector; `y` may be one of them (in
/// place).
void kernel_sum_vectors(const float *_Nonnull const *_Nonnull x, size_t vectors, float *y, size_t count);

// Images: [height, width, channels].

/// The greatest of every window of size x size pixels, for each channel.
void kernel_max_pool(const float *x, float *y, size_t height, size_t width, size_t channels, size_t size);
/// `dx += dy` at the first pixel of a window that is `y`; `rest` has room for a pixel.
void kernel_max_pool_pullback(
    const float *x, const float *y, const float *dy, float *rest, float *dx, size_t height, size_t width,
    size_t channels, size_t size);

// Row-wise.

/// Each row: `y = x / sqrt(mean(x^2) + epsilon)`.
void kernel_rms_norm(const float *x, float *y, size_t rows, size_t columns, float epsilon);
/// Each row: `r = 1 / sqrt(mean(x^2) + epsilon)`, `dx (+)= r dy - x r^3 mean(x dy)`.
void kernel_rms_norm_pullback(
    const float *x, const float *dy, float *dx, size_t rows, size_t columns, float epsilon, bool accumulate);
/// Each position, each head `(a, b)` of two halves: `y = (a cos + b sin, b cos - a sin)` for the first `frequencies`
/// pairs, the rest of the pairs as they are. `inverse` turns the other way.
void kernel_rotate(
    const float *x, const float *cosines, const float *sines, float *y, size_t positions, size_t heads,
    size_t head_size, size_t frequencies, bool inverse);
/// Each position, each head: `kernel_rotate` of `kernel_rms_norm`.
void kernel_rms_norm_rotate(
    const float *x, const float *cosines, const float *sines, float *y, size_t positions, size_t heads,
    size_t head_size, size_t frequencies, float epsilon);
/// Each position, each head: `dx = r g - x r^3 mean(x g)` with `g` the inverse rotation of `dy`, `r` as in
/// `kernel_rms_norm_pullback`.
void kernel_rms_norm_rotate_pullback(
    const float *x, const float *dy, const float *cosines, const float *sines, float *dx, size_t positions,
    size_t heads, size_t head_size, size_t frequencies, float epsilon);
/// In place, row i of a block whose row 0 sees `visible` columns: softmax of `scale x` over its first `visible + i`
/// columns, zero in the rest.
void kernel_causal_softmax(
    float *scores, size_t rows, size_t columns, size_t stride, size_t visible, float scale);
/// In place on `gradient`, row i as in `kernel_causal_softmax`: `dx = scale p (dp - sum(p dp))` for the columns that it
/// sees, zero in the rest, whatever was there.
void kernel_causal_softmax_pullback(
    const float *probabilities, float *gradient, size_t rows, size_t columns, size_t stride, size_t visible,
    float scale);
/// Each row of logits, with `c = softcap(logits)`: `log_sums = log(sum(e^c))`, `losses = log_sums - c[target]`.
void kernel_softcapped_cross_entropy(
    const float *logits, const uint16_t *targets, float *log_sums, float *losses, size_t rows, size_t columns,
    float cap);
/// Each row: `dx (+)= weight (e^(c - log_sum) - [column = target]) dc/dx`.
void kernel_softcapped_cross_entropy_pullback(
    const float *logits, const uint16_t *targets, const float *log_sums, float weight, float *dx, size_t rows,
    size_t columns, float cap, bool accumulate);
/// `y[indices[i], :] += weights[i] x[i, :]`, in the order of `i`.
void kernel_scatter_rows(
    const float *x, const float *weights, const uint16_t *indices, float *y, size_t rows, size_t columns);
/// `dx[i, :] (+)= weights[i] dy[indices[i], :]`.
void kernel_scatter_rows_pullback(
    const float *dy, const float *weights, const uint16_t *indices, float *dx, size_t rows, size_t columns,
    bool accumulate);
/// `dweights[i] (+)= <x[i, :], dy[indices[i], :]>`.
void kernel_scatter_weights_pullback(
    const float *dy, const float *x, const uint16_t *indices, float *dweights, size_t rows, size_t columns,
    bool accumulate);
/// `y[j, i] = x[i, j]`.
void kernel_transpose(const float *x, float *y, size_t rows, size_t columns);

// Matrix products. The extent that is summed over is called inner. An element is 32 bits: a float, or a pair of bfloat16,
// neighbours along the inner extent, which then counts pairs; an odd one out is paired with 0.

/// What a product may leave out, by where a diagonal runs: tiles are left out as far as they lie wholly beyond it.
enum __attribute__((enum_extensibility(closed))) kernel_part_shape {
  /// Nothing.
  kernel_part_whole,
  /// Elements (i, j) of the product with `i > j + diagonal`; they are undefined afterwards.
  kernel_part_upper,
  /// Elements (i, j) of the product with `j > i + diagonal`; they are undefined afterwards.
  kernel_part_lower,
  /// Terms of the inner index k with `k > i + diagonal`, where the left factor (i, k) must be zero.
  kernel_part_left_lower,
  /// Terms of the inner index k with `i > k + diagonal`, where the left factor (i, k) must be zero.
  kernel_part_left_upper,
};

/// A shape, and where its diagonal is.
struct kernel_part {
  enum kernel_part_shape shape;
  size_t diagonal;
};

/// How one family multiplies in one precision: the layouts that it wants, and what makes them.
struct kernel_products {
  /// The rows of a left factor that are multiplied together.
  size_t tile_rows;
  /// The columns of a right factor that are packed together, zeros after the last.
  size_t panel_columns;
  /// `y = alpha left right + beta y`; with `beta` 0, `y` is not read. Left element (i, k) is at
  /// `i / tile_rows * tile_stride + i % tile_rows * row_stride + k * inner_stride`, right element (k, j) at
  /// `j / panel_columns * panel_stride + k * panel_columns + j % panel_columns`. `part` counts numbers, not elements.
  void (*multiply)(
      const void *left, size_t tile_stride, size_t row_stride, size_t inner_stride, const void *panels,
      size_t panel_stride, float *y, size_t stride, size_t rows, size_t inner, size_t columns, float alpha, float beta,
      struct kernel_part part);
  /// Packs a left factor, given as its transpose x [inner, rows]: `y[tile][inner][tile_rows]`.
  void (*pack_left)(const float *x, size_t stride, size_t inner, size_t rows, void *y);
  /// Packs a right factor x [inner, columns]: `y[panel][inner][panel_columns]`.
  void (*pack_right)(const float *x, size_t stride, size_t inner, size_t columns, void *y);
  /// Packs a right factor, given as its transpose x [columns, inner].
  void (*pack_right_transposed)(const float *x, size_t stride, size_t columns, size_t inner, void *y);
  /// Converts a left factor x [rows, inner] to rows of elements, without gaps; NULL for floats, which need none.
  void (*_Nullable convert_left)(const float *x, size_t stride, size_t rows, size_t inner, void *y);
};

/// The products of floats by a family; NULL where it does not run.
const struct kernel_products *_Nullable kernel_products_float32(enum kernel_family family);
/// The products of bfloat16, rounded to nearest even and summed in float32; NULL on a processor without AVX512-BF16.
const struct kernel_products *_Nullable kernel_products_bfloat16(void);

// Symmetric matrices.

/// On and above the diagonal of square matrices: `y += beta x + alpha I`.
void kernel_add_above_diagonal(float alpha, float beta, const float *x, float *y, size_t order);
/// In place on a square matrix: what is below the diagonal becomes what is above it.
void kernel_mirror(float *y, size_t order);

// Optimizers.

/// In place: `momentum += (1 - mu) (gradient - momentum)`, then `update = gradient + mu (momentum - gradient)`.
void kernel_momentum(
    const float *gradient, float *momentum, float *update, size_t count, float mu);
/// In place: one AdamW step with decoupled decay: `shrink = 1 - lr wd`, `step_size = lr / (1 - beta1^t)`,
/// `second_correction = 1 / sqrt(1 - beta2^t)`.
void kernel_adamw(
    float *weights, const float *gradient, float *first_moment, float *second_moment, size_t count, float beta1,
    float beta2, float epsilon, float shrink, float step_size, float second_correction);

#pragma clang assume_nonnull end
