/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Holds IP protocol 47, so that our own kernel does not answer a server's GRE
 * with ICMP 3/2, which kills the call. A raw socket that lets nothing queue:
 * no libpcap, no thread, safe inside any process. Hold it before the OCRQ.
 */
#ifndef PPTP_GUARD_H
#define PPTP_GUARD_H

/* A file descriptor, or -1 with errno (EPERM: CAP_NET_RAW is missing). */
int pptp_guard_open(void);
void pptp_guard_close(int guard); /* -1 is allowed */

#endif
