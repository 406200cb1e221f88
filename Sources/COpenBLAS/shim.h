// OpenBLAS as Swift sees it.
#pragma once

#include <cblas.h>
#include <stddef.h>

// Singular value decomposition, which OpenBLAS has from LAPACK and <cblas.h> does not declare. Fortran takes every
// argument by its address, matrices column by column, and the length of a string as a last argument.
void sgesdd_(
    const char *job, const blasint *rows, const blasint *columns, float *matrix, const blasint *matrix_stride,
    float *values, float *left, const blasint *left_stride, float *right, const blasint *right_stride, float *work,
    const blasint *work_count, blasint *integer_work, blasint *status, size_t job_length);
