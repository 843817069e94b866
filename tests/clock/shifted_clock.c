/* A wall clock that is off by CLOCK_SHIFT seconds, put before a process by LD_PRELOAD.
 *
 * Owns what the process takes for the time of day; clocks that only count on, and all else, go to the system
 * unchanged. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (real == NULL) {
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    }
    int outcome = real(which, now);
    const char *shift = getenv("CLOCK_SHIFT");
    if (outcome == 0 && which == CLOCK_REALTIME && shift != NULL) {
        now->tv_sec += atol(shift);
    }
    return outcome;
}
