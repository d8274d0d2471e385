/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/confine.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* Their runtime asks for more. */
#elif defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

#ifdef ARCHITECTURE

#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)
/* Two instructions, so that no distance has to be counted. */
#define ALLOW(name)                                                            \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                 \
	    RETURN(SECCOMP_RET_ALLOW)
#define MISSING(name)                                                          \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                 \
	    RETURN(SECCOMP_RET_ERRNO | ENOENT)

#ifdef __x86_64__
#define FILES_OF_X86                                                           \
	MISSING(open), MISSING(access), MISSING(readlink), MISSING(stat)
#define X32                                                                    \
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),                 \
	    RETURN(SECCOMP_RET_KILL_PROCESS)
#endif

/* Memory, time, locks and the end: what the C library needs by itself. */
#define LIBRARY                                                                \
	ALLOW(clock_gettime), ALLOW(gettimeofday), ALLOW(mmap), ALLOW(munmap), \
	    ALLOW(mremap), ALLOW(mprotect), ALLOW(madvise), ALLOW(brk),        \
	    ALLOW(futex), ALLOW(getrandom), ALLOW(getpid), ALLOW(uname),       \
	    ALLOW(sched_yield), ALLOW(rt_sigaction), ALLOW(rt_sigprocmask),    \
	    ALLOW(rt_sigreturn), ALLOW(sigaltstack), ALLOW(restart_syscall),   \
	    ALLOW(exit), ALLOW(exit_group), ALLOW(read), ALLOW(write),         \
	    ALLOW(close), ALLOW(ppoll), ALLOW(fcntl)

/* A thread of its own memory's, and nothing else; flags in a struct cannot be
 * looked at, and without clone3() the C library takes clone(). */
#define THREADS                                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),                 \
	    RETURN(SECCOMP_RET_ERRNO | ENOSYS), ALLOW(set_robust_list),        \
	    ALLOW(rseq), ALLOW(clock_nanosleep), ALLOW(nanosleep),             \
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),              \
	    LOAD(args[0]),                                                     \
	    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, CLONE_VM | CLONE_THREAD),      \
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CLONE_VM | CLONE_THREAD, 0,    \
		     1),                                                       \
	    RETURN(SECCOMP_RET_ALLOW)

#define NAMES MISSING(openat), MISSING(faccessat), MISSING(readlinkat)

#define BEGINNING                                                              \
	LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),   \
	    RETURN(SECCOMP_RET_KILL_PROCESS), LOAD(nr)

static struct sock_filter sockets[] = {
    BEGINNING,
#ifdef __x86_64__
    X32,
    ALLOW(epoll_wait),
    ALLOW(poll),
    FILES_OF_X86,
#endif
    LIBRARY,
    NAMES,
    MISSING(newfstatat),
    ALLOW(recvfrom),
    ALLOW(sendto),
    ALLOW(recvmsg),
    ALLOW(sendmsg),
    ALLOW(epoll_pwait),
    ALLOW(epoll_ctl),
    ALLOW(socket),
    ALLOW(bind),
    ALLOW(getsockname),
    ALLOW(getsockopt),
    ALLOW(setsockopt),
    ALLOW(ioctl),
    ALLOW(eventfd2),
    ALLOW(sendmmsg),
    THREADS,
    RETURN(SECCOMP_RET_ERRNO | EPERM),
};

/* Of a terminal, stdio asks whether it is one. */
static struct sock_filter reading[] = {
    BEGINNING,
#ifdef __x86_64__
    X32,
    ALLOW(poll),
    FILES_OF_X86,
#endif
    LIBRARY,
    NAMES,
    ALLOW(newfstatat),
    ALLOW(fstat),
    ALLOW(lseek),
    ALLOW(readv),
    ALLOW(writev),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 3),
    LOAD(args[1]),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TCGETS, 0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    RETURN(SECCOMP_RET_ERRNO | EPERM),
};

static bool confine(struct sock_filter *program, size_t count)
{
	struct sock_fprog filter = {
	    .len = (unsigned short)count,
	    .filter = program,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

bool pptp_confine_to_sockets(void)
{
	return confine(sockets, sizeof(sockets) / sizeof(sockets[0]));
}

bool pptp_confine_to_reading(void)
{
	return confine(reading, sizeof(reading) / sizeof(reading[0]));
}

#else

bool pptp_confine_to_sockets(void)
{
	return true;
}

bool pptp_confine_to_reading(void)
{
	return true;
}

#endif
