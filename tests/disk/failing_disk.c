/* A disk that fails at the n-th write, put before a process by LD_PRELOAD.
 *
 * Owns what happens to writes, flushes and changes of length of files whose path holds "petiole.db"; every other call,
 * and every read, goes to the system unchanged. What is to fail is said in a small file, named by FAILING_DISK, that
 * both processes map: see struct fate. Knows nothing of SQLite. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

/* Whole numbers of the machine's own order; `seen` and `failed` are counted here, the rest is set by the test. */
struct fate {
    volatile long left;    /* calls until one fails: 1 is the next; 0 none */
    volatile long error;   /* the errno that it fails with */
    volatile long lasting; /* whether all after it fail, too, until `left` is 0 again */
    volatile long seen;    /* calls in all */
    volatile long failed;  /* those that failed */
};

static struct fate *fate(void) {
    static struct fate *mapped;
    if (mapped == NULL) {
        const char *path = getenv("FAILING_DISK");
        int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
        void *place = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (place == MAP_FAILED) {
            abort();
        }
        close(file);
        mapped = place;
    }
    return mapped;
}

static int is_store(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        return 0;
    }
    path[length] = 0;
    return strstr(path, "petiole.db") != NULL;
}

/* Whether this call fails; then errno is set. */
static int fails(int file) {
    if (!is_store(file)) {
        return 0;
    }
    struct fate *now = fate();
    __sync_fetch_and_add(&now->seen, 1);
    long left = now->left;
    while (left > 1 && !__sync_bool_compare_and_swap(&now->left, left, left - 1)) {
        left = now->left;
    }
    if (left != 1) {
        return 0;
    }
    if (!now->lasting && !__sync_bool_compare_and_swap(&now->left, 1, 0)) {
        return 0;
    }
    __sync_fetch_and_add(&now->failed, 1);
    errno = (int)now->error;
    return 1;
}

#define BEFORE(kind, name, parameters, arguments)                       \
    kind name parameters {                                              \
        static kind(*real) parameters;                                  \
        if (real == NULL) {                                             \
            real = (kind(*) parameters)dlsym(RTLD_NEXT, #name);         \
        }                                                               \
        return fails(file) ? -1 : real arguments;                       \
    }

BEFORE(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
BEFORE(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))
BEFORE(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at))
BEFORE(int, fsync, (int file), (file))
BEFORE(int, fdatasync, (int file), (file))
BEFORE(int, ftruncate, (int file, off_t length), (file, length))
BEFORE(int, ftruncate64, (int file, off64_t length), (file, length))
