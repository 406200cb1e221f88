// Shows the thread sanitizer the locks that Swift's Mutex takes where it has to wait: loaded before everything else, and
// only by Scripts/sanitize.
//
// On Linux a Mutex that is free is taken and given back by an atomic exchange in the program, which the sanitizer sees.
// One that is not is left to the kernel by _lockSlow and _unlockSlow, in a library that is not built with the sanitizer:
// it would take what one thread did under the lock and what the next one does for a race. These two stand before the
// library's, call them, and say what they did. They are Swift's: the Mutex comes in the register of `self`.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

// The sanitizer's, absent from programs without it.
__attribute__((weak)) void __tsan_acquire(void *);
__attribute__((weak)) void __tsan_release(void *);

SWIFT void lock_slow(uint32_t thread, SELF mutex) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF mutex) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t thread, SELF mutex) {
  SWIFT void (*lock)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK_SLOW);
  lock(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF mutex) {
  SWIFT void (*unlock)(SELF) = dlsym(RTLD_NEXT, UNLOCK_SLOW);
  if (__tsan_release) __tsan_release(mutex);
  unlock(mutex);
}
