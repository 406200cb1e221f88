// Every family of kernels that runs on this processor against plain loops in double precision, without Swift: what
// Scripts/check-arm64 runs on an emulated processor. Every buffer ends where a page begins that must not be touched.
#include "CKernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static long checks, failures;

static void expect_close(const char *what, double value, double expected, double tolerance) {
  checks++;
  if (fabs(value - expected) <= tolerance) return;
  if (failures++ < 20) printf("FAILED %s: %.9g, expected %.9g\n", what, value, expected);
}

// Random numbers in -1 ..< 1, of a fixed sequence.
static float random_number(void) {
  static uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (float)(state >> 40) / (1 << 23) - 1;
}

// `count` floats before a guarded page. They are never given back.
static float *floats(size_t count) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = count * sizeof(float);
  size_t inner = (bytes + page - 1) / page * page;
  char *memory = mmap(NULL, inner + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory + inner, page, PROT_NONE) != 0) abort();
  float *x = (float *)(memory + inner - bytes);
  for (size_t i = 0; i < count; i++) x[i] = random_number();
  return x;
}

static void give_back(float *x, size_t count) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (count * sizeof(float) + page - 1) / page * page;
  munmap((char *)(x + count) - inner, inner + page);
}

// Whether a part keeps the product's element (row, column), or the left factor's.
static bool product_has(struct kernel_part part, size_t row, size_t column) {
  return part.shape == kernel_part_upper   ? row <= column + part.diagonal
         : part.shape == kernel_part_lower ? column <= row + part.diagonal
                                           : true;
}

static bool left_has(struct kernel_part part, size_t row, size_t column) {
  return part.shape == kernel_part_left_lower   ? column <= row + part.diagonal
         : part.shape == kernel_part_left_upper ? row <= column + part.diagonal
                                                : true;
}

// `y = alpha a b + beta y`, with either factor given as it is or as its transpose.
static void check_product(
    const struct kernel_products *products, size_t rows, size_t inner, size_t columns, bool left_is_transposed,
    bool right_is_transposed, float alpha, float beta, struct kernel_part part) {
  size_t tile = products->tile_rows, panel = products->panel_columns;
  size_t left_count = (rows + tile - 1) / tile * tile * inner, right_count = (columns + panel - 1) / panel * panel * inner;
  float *a = floats(rows * inner), *b = floats(inner * columns), *y = floats(rows * columns);
  float *before = floats(rows * columns), *left = floats(left_count), *right = floats(right_count);
  memcpy(before, y, rows * columns * sizeof(float));
  for (size_t i = 0; i < rows; i++)
    for (size_t k = 0; k < inner; k++)
      if (!left_has(part, i, k)) a[left_is_transposed ? k * rows + i : i * inner + k] = 0;
  if (right_is_transposed) {
    products->pack_right_transposed(b, inner, columns, inner, right);
  } else {
    products->pack_right(b, columns, inner, columns, right);
  }
  if (left_is_transposed) {
    products->pack_left(a, rows, inner, rows, left);
    products->multiply(
        left, tile * inner, 1, tile, right, panel * inner, y, columns, rows, inner, columns, alpha, beta, part);
  } else {
    products->multiply(
        a, tile * inner, inner, 1, right, panel * inner, y, columns, rows, inner, columns, alpha, beta, part);
  }
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++) {
      if (!product_has(part, i, j)) continue;
      double sum = 0;
      for (size_t k = 0; k < inner; k++)
        sum += (double)a[left_is_transposed ? k * rows + i : i * inner + k] *
               (double)b[right_is_transposed ? j * inner + k : k * columns + j];
      double expected = alpha * sum + (beta != 0 ? beta * before[i * columns + j] : 0);
      expect_close("product", y[i * columns + j], expected, 2e-6 * sqrt((double)inner));
    }
  give_back(a, rows * inner), give_back(b, inner * columns), give_back(y, rows * columns);
  give_back(before, rows * columns), give_back(left, left_count), give_back(right, right_count);
}

static void check_products(const struct kernel_products *products) {
  static const size_t extents[] = {1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 48};
  static const size_t inners[] = {1, 3, 8, 17, 257, 513};
  enum { count = sizeof extents / sizeof *extents, inner_count = sizeof inners / sizeof *inners };
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++)
      for (size_t k = 0; k < inner_count; k++)
        for (int layout = 0; layout < 4; layout++)
          check_product(
              products, extents[i], inners[k], extents[j], layout & 1, layout & 2, layout & 1 ? 1 : -0.5f,
              layout & 2 ? 0 : 2,
              (struct kernel_part){(enum kernel_part_shape)((i + j + k + (size_t)layout) % 5), (3 * i + 5 * k) % 40});
  // More rows than a block has.
  check_product(products, 271, 40, 35, true, false, 1, 0, (struct kernel_part){kernel_part_whole, 0});
}

// The kernels that are no products; all of them inline the same exponential.
static void check_loops(size_t count) {
  float *x = floats(count), *z = floats(count), *y = floats(count);
  size_t visible = (count + 1) / 2;
  double sum = 0, squares = 0, product = 0, exponentials = 0;
  for (size_t i = 0; i < count; i++) {
    sum += x[i], squares += (double)x[i] * x[i], product += (double)x[i] * z[i];
    if (i < visible) exponentials += exp(2.0 * x[i]);
  }
  expect_close("kernel_sum", kernel_sum(x, count), sum, 1e-4);
  expect_close("kernel_sum_of_squares", kernel_sum_of_squares(x, count), squares, 1e-9 * (double)count);
#define EACH(name, call, tolerance, expected) \
  call;                                       \
  for (size_t i = 0; i < count; i++) expect_close(name, y[i], expected, tolerance);
  EACH("kernel_add", kernel_add(x, z, y, count), 1e-6, (double)x[i] + z[i])
  EACH("kernel_scale", kernel_scale(3, x, y, count), 1e-6, 3.0 * x[i])
  EACH("kernel_exp", kernel_exp(x, y, count), 1e-6, exp(x[i]))
  EACH("kernel_sigmoid", kernel_sigmoid(x, y, count), 1e-6, 1 / (1 + exp(-x[i])))
  EACH("kernel_squared_relu", kernel_squared_relu(x, y, count), 1e-6, x[i] > 0 ? (double)x[i] * x[i] : 0)
  EACH("kernel_softcap", kernel_softcap(x, y, count, 2), 1e-6, 2 * x[i] / sqrt(x[i] * x[i] + 4.0))
  double scale = 1 / sqrt(squares / (double)count + 0.1), along = scale * scale * scale * product / (double)count;
  EACH("kernel_rms_norm", kernel_rms_norm(x, y, 1, count, 0.1f), 1e-5, scale * x[i])
  EACH(
      "kernel_rms_norm_pullback", kernel_rms_norm_pullback(x, z, y, 1, count, 0.1f, false), 1e-5,
      scale * z[i] - along * x[i])
  memcpy(y, x, count * sizeof(float));
  EACH(
      "kernel_causal_softmax", kernel_causal_softmax(y, 1, count, count, visible, 2), 1e-5,
      i < visible ? exp(2.0 * x[i]) / exponentials : 0)
  memcpy(y, z, count * sizeof(float));
  EACH(
      "kernel_causal_softmax_pullback", kernel_causal_softmax_pullback(x, y, 1, count, count, count, 2), 1e-4,
      2.0 * x[i] * (z[i] - product))
  const float *vectors[] = {x, z, x};
  EACH("kernel_sum_vectors", kernel_sum_vectors(vectors, 3, y, count), 1e-6, 2.0 * x[i] + z[i])
#undef EACH
  give_back(x, count), give_back(y, count), give_back(z, count);
}

static void check_squares(size_t order) {
  size_t count = order * order;
  float *x = floats(count), *y = floats(count);
  kernel_transpose(x, y, order, order);
  for (size_t i = 0; i < count; i++)
    expect_close("kernel_transpose", y[i], x[i % order * order + i / order], 0);
  memcpy(y, x, count * sizeof(float));
  kernel_mirror(y, order);
  for (size_t i = 0; i < count; i++) {
    size_t row = i / order, column = i % order;
    expect_close("kernel_mirror", y[i], x[row < column ? i : column * order + row], 0);
  }
  give_back(x, count), give_back(y, count);
}

int main(void) {
  static const char *const names[] = {"avx512", "avx2", "neon", "portable"};
  for (enum kernel_family family = kernel_family_avx512; family <= kernel_family_portable; family++) {
    const struct kernel_products *products = kernel_products_float32(family);
    long before = checks;
    if (products) check_products(products);
    printf("products, %s: ", names[family]);
    if (products) {
      printf("%ld elements compared, tiles of %zu x %zu\n", checks - before, products->tile_rows, products->panel_columns);
    } else {
      printf("not run, this processor has no such instructions\n");
    }
  }
  long before = checks;
  for (size_t count = 1; count < 70; count++) check_loops(count), check_squares(count);
  check_loops(1023), check_loops(1025);
  printf("all other kernels, %s: %ld elements compared\n", names[kernel_loops()], checks - before);
  printf(failures ? "FAILED: %ld of %ld\n" : "ok: %ld wrong of %ld\n", failures, checks);
  return failures ? 1 : 0;
}
