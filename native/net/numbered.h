/* SPDX-License-Identifier: BSD-2-Clause */
/* All targets by number, for sweeps: each (address, port) once, exclusions and
 * special-purpose space taken off; and what was said about one of them. */
#ifndef PPTP_NUMBERED_H
#define PPTP_NUMBERED_H

#include "core/ranges.h"
#include "net/targets.h"

/* Addresses of one block of IPv6 at most: more are nobody's list. */
#define PPTP_NUMBERED_V6 65536

struct pptp_numbered;

/* `ports`, at least one, are those of a target without a port.
 * PPTP_ERROR_ARGUMENT or _SYSTEM with one sentence in `text`, here and below. */
enum pptp_error pptp_numbered_open(struct pptp_numbered **n,
				   const uint16_t *ports, size_t port_count,
				   char *text, size_t room) PPTP_MUST_USE;
/* Adds one target, or several: a pptp_targets_keep, which takes what has no
 * name and no labels at 12 bytes an IPv4 block and 22 an IPv6 one. */
enum pptp_error pptp_numbered_add(void *n, const struct pptp_block *block,
				  uint16_t port, char *text, size_t room);
/* Numbers what was added and what the targets still hold, whose names are
 * settled, and which outlive it; once. */
enum pptp_error pptp_numbered_build(struct pptp_numbered *n,
				    struct pptp_targets *t, char *text,
				    size_t room) PPTP_MUST_USE;
void pptp_numbered_close(struct pptp_numbered *n); /* NULL is allowed */
const struct pptp_ranges *pptp_numbered_ranges(const struct pptp_numbered *n);
/* Addresses of special-purpose space (scan/special.h) that were taken off,
 * counted as often as they were asked for; saturates. */
uint64_t pptp_numbered_special(const struct pptp_numbered *n);
/* Its host name and its labels ("a,b"), each borrowed from the targets, or
 * NULL. Where it was given several times, the first that had any. */
void pptp_numbered_tell(const struct pptp_numbered *n,
			const struct pptp_address *a, uint16_t port,
			const char **name, const char **labels);

#endif
