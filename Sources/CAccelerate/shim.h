// Apple's BLAS and LAPACK as Swift sees them, by the names and types that OpenBLAS has for them.
//
// The framework has each function in an older and a newer form. Its headers warn of the older one, and declare the newer
// one where a macro is defined, which a Swift package cannot do: so the newer ones, of macOS 13.3, are declared here.
#pragma once

#include <stddef.h>

typedef int blasint;
typedef enum CBLAS_ORDER { CblasRowMajor = 101, CblasColMajor = 102 } CBLAS_ORDER;
typedef enum CBLAS_TRANSPOSE { CblasNoTrans = 111, CblasTrans = 112 } CBLAS_TRANSPOSE;

void cblas_sgemm(
    CBLAS_ORDER order, CBLAS_TRANSPOSE left_form, CBLAS_TRANSPOSE right_form, blasint rows, blasint columns,
    blasint inner, float alpha, const float *left, blasint left_stride, const float *right, blasint right_stride,
    float beta, float *output, blasint output_stride) __asm__("_cblas_sgemm$NEWLAPACK");

// The length of the string comes last in Fortran's calls. A function that does not take it does not see it.
void sgesdd_(
    const char *job, const blasint *rows, const blasint *columns, float *matrix, const blasint *matrix_stride,
    float *values, float *left, const blasint *left_stride, float *right, const blasint *right_stride, float *work,
    const blasint *work_count, blasint *integer_work, blasint *status, size_t job_length)
    __asm__("_sgesdd$NEWLAPACK");

// Of macOS 15; it holds for the calling thread.
enum { BLAS_THREADING_SINGLE_THREADED = 1 };
int BLASSetThreading(unsigned threading);
