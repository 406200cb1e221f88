// MPI as Swift sees it: communicators and types are macros that Swift cannot import, so C names them here.
//
// A header only: a target with a C file would be compiled where there is no MPI. An error inside MPI ends all processes,
// as is its default. Memory is counted in words of four bytes, because MPI counts in int.
#pragma once

#include <mpi.h>

static inline void cmpi_start(void) {
  // One thread makes all calls.
  int provided;
  MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
}

static inline void cmpi_end(void) { MPI_Finalize(); }

static inline void cmpi_abort(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

static inline int cmpi_rank(void) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

static inline int cmpi_count(void) {
  int count;
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  return count;
}

enum { cmpi_text_capacity = MPI_MAX_LIBRARY_VERSION_STRING + MPI_MAX_PROCESSOR_NAME };

/// Writes the name and version of the implementation, with a zero at its end.
static inline void cmpi_library(char *_Nonnull text) {
  int length;
  MPI_Get_library_version(text, &length);
}

/// Writes the name of the machine, with a zero at its end.
static inline void cmpi_host(char *_Nonnull text) {
  int length;
  MPI_Get_processor_name(text, &length);
}

/// Everybody gets the memory of rank 0.
static inline void cmpi_broadcast(void *_Nullable memory, int words) {
  MPI_Bcast(memory, words, MPI_UINT32_T, 0, MPI_COMM_WORLD);
}

/// Everybody gets everybody's part of the memory.
static inline void cmpi_gather(void *_Nullable memory, const int *_Nonnull counts, const int *_Nonnull starts) {
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, memory, counts, starts, MPI_UINT32_T, MPI_COMM_WORLD);
}

/// Everybody gets from everybody the part that is meant for it.
static inline void cmpi_exchange(
    const void *_Nullable sent, const int *_Nonnull sent_counts, const int *_Nonnull sent_starts,
    void *_Nullable received, const int *_Nonnull received_counts, const int *_Nonnull received_starts) {
  MPI_Alltoallv(
      sent, sent_counts, sent_starts, MPI_UINT32_T, received, received_counts, received_starts, MPI_UINT32_T,
      MPI_COMM_WORLD);
}
