/* SPDX-License-Identifier: BSD-2-Clause */
/* What pptp-wire may still ask of the kernel: sockets of its few kinds, memory,
 * time, and waiting. No file, no process, no other program. */
#ifndef PPTP_CONFINE_H
#define PPTP_CONFINE_H

#include <stdbool.h>

/* For good. Any other call fails with EPERM, or ENOENT where it is about a file,
 * which is what libpcap takes for "not there". False with errno. no_new_privs is
 * set already. */
bool pptp_confine(void);

#endif
