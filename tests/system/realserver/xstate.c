/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preloaded into user-mode Linux, whose buffer for a processor's extended
 * registers has a fixed size. Linux takes them back whole or not at all, and on
 * processors with AMX they are larger than that: the guest's first program would
 * not start. What the guest gives is completed with what is there.
 */
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define ROOM 65536

static long call(long request, pid_t pid, void *address, void *data)
{
	return syscall(SYS_ptrace, request, pid, address, data);
}

/* As the C library does it: the word that is read is the result. */
static long peek(long request, pid_t pid, void *address)
{
	long word = 0;

	return call(request, pid, address, &word) < 0 ? -1 : word;
}

static long set_registers(pid_t pid, void *kind, const struct iovec *given)
{
	static unsigned char whole[ROOM] __attribute__((aligned(64)));
	struct iovec all = {whole, sizeof(whole)};

	if (call(PTRACE_GETREGSET, pid, kind, &all) < 0)
		return -1;
	if (given->iov_len < all.iov_len)
		memcpy(whole, given->iov_base, given->iov_len);
	else
		all = *given;
	return call(PTRACE_SETREGSET, pid, kind, &all);
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list rest;
	pid_t pid;
	void *address, *data;

	va_start(rest, request);
	pid = va_arg(rest, pid_t);
	address = va_arg(rest, void *);
	data = va_arg(rest, void *);
	va_end(rest);
	switch (request) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
	case PTRACE_PEEKUSER:
		return peek(request, pid, address);
	case PTRACE_SETREGSET:
		if ((long)address == NT_X86_XSTATE)
			return set_registers(pid, address, data);
		/* fall through */
	default:
		return call(request, pid, address, data);
	}
}
