/* Preloaded into a process under test: counts its write calls and, at the chosen one, kills it or lets
   it fail. Loaded with LD_PRELOAD, armed by ctypes (see benchmarks/faults.py). Linux, glibc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long seen, at = -1;
static int action, lasting; /* action: 0 = SIGKILL, else the errno to give; lasting: from that call on */

void rsqa_arm(long call, int what, int from_then_on) {
    seen = 0; action = what; lasting = from_then_on; at = call;
}
long rsqa_seen(void) { return seen; }

static int refused(void) {
    if (at < 0) return 0;
    long now = __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST);
    if (at == 0 || (now != at && !(lasting && now > at))) return 0;
    if (!action) kill(getpid(), SIGKILL);
    errno = action;
    return 1;
}

static int stored(int fd) {
    struct stat found;
    return at >= 0 && fstat(fd, &found) == 0 && S_ISREG(found.st_mode);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define ON_FD(name, result, declared, given) \
    result name declared { REAL(name); if (stored(fd) && refused()) return -1; return real given; }
#define ON_PATH(name, result, declared, given) \
    result name declared { REAL(name); if (refused()) return -1; return real given; }

ON_FD(write, ssize_t, (int fd, const void *b, size_t n), (fd, b, n))
ON_FD(pwrite, ssize_t, (int fd, const void *b, size_t n, off_t o), (fd, b, n, o))
ON_FD(pwrite64, ssize_t, (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o))
ON_FD(writev, ssize_t, (int fd, const struct iovec *v, int n), (fd, v, n))
ON_FD(fsync, int, (int fd), (fd))
ON_FD(fdatasync, int, (int fd), (fd))
ON_FD(ftruncate, int, (int fd, off_t n), (fd, n))
ON_FD(ftruncate64, int, (int fd, off64_t n), (fd, n))
ON_PATH(mkdir, int, (const char *p, mode_t m), (p, m))
ON_PATH(rename, int, (const char *a, const char *b), (a, b))

size_t fwrite(const void *b, size_t size, size_t n, FILE *file) {
    REAL(fwrite);
    if (stored(fileno(file)) && refused()) return 0;
    return real(b, size, n, file);
}

#define OPENING(name, declared, given) \
    int name declared { \
        REAL(name); mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); } \
        if ((flags & O_CREAT) && refused()) return -1; \
        return real given; }

OPENING(open, (const char *path, int flags, ...), (path, flags, mode))
OPENING(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENING(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
OPENING(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))

FILE *fopen(const char *path, const char *mode) {
    REAL(fopen);
    if (mode[0] != 'r' && refused()) return NULL;
    return real(path, mode);
}
FILE *fopen64(const char *path, const char *mode) {
    REAL(fopen64);
    if (mode[0] != 'r' && refused()) return NULL;
    return real(path, mode);
}
