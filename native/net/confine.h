/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program may still ask of the kernel, for good (seccomp(2)). Any other
 * call fails with EPERM, or ENOENT where it is about a file by its name, which is
 * what libpcap takes for "not there". no_new_privs is set already. Elsewhere than
 * on x86-64, AArch64 and 64-bit RISC-V, and under sanitizers, nothing changes. */
#ifndef PPTP_CONFINE_H
#define PPTP_CONFINE_H

#include <stdbool.h>

/* Sockets, memory, time, waiting and threads: no file, no process, no other
 * program.
 * False with errno. */
bool pptp_confine_to_sockets(void);
/* Reading and writing what is open, memory and waiting: no socket either. */
bool pptp_confine_to_reading(void);

#endif
