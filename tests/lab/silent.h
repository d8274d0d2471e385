/* SPDX-License-Identifier: BSD-2-Clause */
/* Which frames a socket need not see, because they go to addresses that answer
 * nothing: population.c's choice as a program for the kernel's filter, which
 * spares a million silent addresses their three microseconds each. */
#ifndef LAB_SILENT_H
#define LAB_SILENT_H

#include <linux/filter.h>

#include "lab/population.h"

#define LAB_SILENT_CODE 64

/* Of frames of Ethernet: ARP, and IPv4 to those of `count` addresses from
 * `first` on that are not silent. How many of LAB_SILENT_CODE instructions. */
unsigned short lab_silent_filter(struct sock_filter *code,
				 const struct lab_population *p, uint32_t first,
				 uint32_t count);

#endif
