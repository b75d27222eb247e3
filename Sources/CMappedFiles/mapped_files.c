#define _GNU_SOURCE
#include "mapped_files.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// The handler walks the list at any moment, on any thread. So guards are only ever added to it; one that is removed stays for the next
// range. `end` is 0 while a guard is free. `version` is odd while a guard is being taken, so that the handler never sees the start of one
// range with the end of another: between the two may lie anything.
struct file_guard {
    _Atomic(unsigned) version;
    _Atomic(uintptr_t) start, end;
    atomic_bool damaged;
    struct file_guard *next;
};

static _Atomic(struct file_guard *) guards;
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_installed;
static struct sigaction earlier;
static uintptr_t page_size;

/// Calls only what a signal handler may: atomics without locks, and a system call.
static bool replace_lost_pages(uintptr_t address) {
    for (struct file_guard *guard = atomic_load(&guards); guard; guard = guard->next) {
        unsigned version = atomic_load(&guard->version);
        uintptr_t start = atomic_load(&guard->start), end = atomic_load(&guard->end);
        // A range that changes now is not the one in which somebody reads.
        if (version % 2 == 1 || version != atomic_load(&guard->version) || address < start || address >= end) continue;
        atomic_store(&guard->damaged, true);
        // The rest is as good as lost, and one mapping costs less than one for each page.
        uintptr_t page = address - address % page_size;
        void *zeros = mmap((void *)page, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
        return zeros != MAP_FAILED;
    }
    return false;
}

static void handle(int signal, siginfo_t *info, void *context) {
    int error = errno;
    // Others may send the signal, too; only the kernel's own has an address.
    bool is_fault = info->si_code > 0;
    if (is_fault && replace_lost_pages((uintptr_t)info->si_addr)) {
        errno = error;
        return;
    }
    if (earlier.sa_flags & SA_SIGINFO) {
        earlier.sa_sigaction(signal, info, context);
    } else if (earlier.sa_handler == SIG_DFL || (earlier.sa_handler == SIG_IGN && is_fault)) {
        // The fault happens again, and ends the process as if there were no handler here.
        sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        if (!is_fault) raise(signal);
    } else if (earlier.sa_handler != SIG_IGN) {
        earlier.sa_handler(signal);
    }
    errno = error;
}

static void install(void) {
    page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    // Not SA_ONSTACK: OpenVINO's CPU plugin gives the thread that loads it an alternate stack, and unmaps that when another thread unloads
    // the plugin. The kernel ends a process whose signal is to be handled there.
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    is_installed = sigaction(SIGBUS, &action, &earlier) == 0;
}

file_guard *file_guard_add(const void *start, size_t length) {
    pthread_once(&once, install);
    if (!is_installed) return NULL;
    pthread_mutex_lock(&adding);
    struct file_guard *guard = atomic_load(&guards);
    while (guard && atomic_load(&guard->end) != 0) guard = guard->next;
    if (!guard) {
        guard = calloc(1, sizeof *guard);
        if (guard) {
            guard->next = atomic_load(&guards);
            atomic_store(&guards, guard);
        }
    }
    if (guard) {
        uintptr_t first = (uintptr_t)start;
        atomic_fetch_add(&guard->version, 1);
        atomic_store(&guard->damaged, false);
        atomic_store(&guard->start, first);
        atomic_store(&guard->end, (first + length + page_size - 1) / page_size * page_size);
        atomic_fetch_add(&guard->version, 1);
    }
    pthread_mutex_unlock(&adding);
    return guard;
}

bool file_guard_is_damaged(const file_guard *guard) { return atomic_load(&guard->damaged); }

void file_guard_remove(file_guard *guard) { atomic_store(&guard->end, 0); }
