/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
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

static struct sock_filter program[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
#ifdef __x86_64__ /* numbers of the x32 table */
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    ALLOW(epoll_wait),
    ALLOW(poll),
    MISSING(open),
    MISSING(access),
    MISSING(readlink),
    MISSING(stat),
#endif
    ALLOW(recvfrom),
    ALLOW(sendto),
    ALLOW(recvmsg),
    ALLOW(sendmsg),
    ALLOW(epoll_pwait),
    ALLOW(epoll_ctl),
    ALLOW(clock_gettime),
    ALLOW(gettimeofday),
    ALLOW(ppoll),
    ALLOW(socket),
    ALLOW(bind),
    ALLOW(getsockname),
    ALLOW(getsockopt),
    ALLOW(setsockopt),
    ALLOW(ioctl),
    ALLOW(fcntl),
    ALLOW(close),
    ALLOW(read),
    ALLOW(write),
    ALLOW(eventfd2),
    ALLOW(mmap),
    ALLOW(munmap),
    ALLOW(mremap),
    ALLOW(mprotect),
    ALLOW(madvise),
    ALLOW(brk),
    ALLOW(futex),
    ALLOW(getrandom),
    ALLOW(getpid),
    ALLOW(uname),
    ALLOW(sched_yield),
    ALLOW(rt_sigaction),
    ALLOW(rt_sigprocmask),
    ALLOW(rt_sigreturn),
    ALLOW(sigaltstack),
    ALLOW(restart_syscall),
    ALLOW(exit),
    ALLOW(exit_group),
    MISSING(openat),
    MISSING(faccessat),
    MISSING(readlinkat),
    MISSING(newfstatat),
    RETURN(SECCOMP_RET_ERRNO | EPERM),
};

bool pptp_confine(void)
{
	struct sock_fprog filter = {
	    .len = sizeof(program) / sizeof(program[0]),
	    .filter = program,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

#else

/* No list has been tried on this machine's kernel: the capability is still
 * alone, and the user nobody's or the caller's. */
bool pptp_confine(void)
{
	return true;
}

#endif
