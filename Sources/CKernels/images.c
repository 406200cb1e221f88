#include "kernel.h"

// Windows of size x size pixels, side by side; a pixel's channels lie together, and are what a vector holds.

KERNEL(
    void, kernel_max_pool,
    (const float *restrict x, float *restrict y, size_t height, size_t width, size_t channels, size_t size),
    (x, y, height, width, channels, size)) {
  for (size_t row = 0; row < height / size; row++) {
    for (size_t column = 0; column < width / size; column++) {
      float *most = y + (row * (width / size) + column) * channels;
      for (size_t i = 0; i < size * size; i++) {
        const float *pixel = x + ((row * size + i / size) * width + column * size + i % size) * channels;
        if (i == 0) {
          for (size_t c = 0; c < channels; c++) most[c] = pixel[c];
        } else {
          for (size_t c = 0; c < channels; c++) most[c] = pixel[c] > most[c] ? pixel[c] : most[c];
        }
      }
    }
  }
}

KERNEL(
    void, kernel_max_pool_pullback,
    (const float *restrict x, const float *restrict y, const float *restrict dy, float *restrict rest,
     float *restrict dx, size_t height, size_t width, size_t channels, size_t size),
    (x, y, dy, rest, dx, height, width, channels, size)) {
  for (size_t row = 0; row < height / size; row++) {
    for (size_t column = 0; column < width / size; column++) {
      size_t window = (row * (width / size) + column) * channels;
      for (size_t c = 0; c < channels; c++) rest[c] = dy[window + c];
      for (size_t i = 0; i < size * size; i++) {
        size_t pixel = ((row * size + i / size) * width + column * size + i % size) * channels;
        for (size_t c = 0; c < channels; c++) {
          float gradient = x[pixel + c] == y[window + c] ? rest[c] : 0.0f;
          dx[pixel + c] += gradient;
          rest[c] -= gradient;
        }
      }
    }
  }
}
