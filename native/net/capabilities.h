/* SPDX-License-Identifier: BSD-2-Clause */
/* Capabilities of this process (capabilities(7)). For programs: a library does
 * not change the process that it runs in. */
#ifndef PPTP_CAPABILITIES_H
#define PPTP_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

#define PPTP_CAPABILITY_RAW (UINT32_C(1) << 13) /* CAP_NET_RAW */

/* Gives up all but those of `keep` (bits by number, below 32) that it has, and
 * the way to new ones (no_new_privs). False with errno. */
bool pptp_capabilities_keep(uint32_t keep);

#endif
