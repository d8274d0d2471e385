/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one parser of targets: an address, a host name, a CIDR block or a range
 * (192.0.2.1-192.0.2.9, 192.0.2.1-9), each with an optional port
 * (192.0.2.1:1723, [2001:db8::1]:1723); in a file, one a line, `#` comments,
 * and `,label,label` after it. Blocks are never expanded in memory.
 */
#ifndef PPTP_TARGETS_H
#define PPTP_TARGETS_H

#include <stdbool.h>
#include <stdint.h>

#include "format/address.h"
#include "format/error.h"

struct pptp_targets;

struct pptp_target {
	struct pptp_address address;
	uint16_t port;
	const char *name;   /* a host name as it was written, or NULL */
	const char *labels; /* "a,b", or NULL; both borrowed until close */
};

/* `family` 4, 6 or 0: which addresses a host name may give (the first one,
 * IPv4 before IPv6 where 0). */
enum pptp_error pptp_targets_open(struct pptp_targets **t, uint16_t port,
				  uint8_t family) PPTP_MUST_USE;
void pptp_targets_close(struct pptp_targets *t); /* NULL is allowed */
/* From now on nothing is looked up: a host name is PPTP_ERROR_ARGUMENT. */
void pptp_targets_numeric(struct pptp_targets *t);
/* Each returns PPTP_OK or an error with one sentence in `text`: what is wrong,
 * with which value (and line), what to do. A name that does not resolve is
 * PPTP_ERROR_NAME; the others still count. An empty file is
 * PPTP_ERROR_ARGUMENT; a missing one, or a directory, PPTP_ERROR_SYSTEM. */
enum pptp_error pptp_targets_add(struct pptp_targets *t, const char *spec,
				 char *text, size_t room) PPTP_MUST_USE;
/* `path` "-": standard input. On PPTP_ERROR_NAME the whole file was read. */
enum pptp_error pptp_targets_add_file(struct pptp_targets *t, const char *path,
				      char *text, size_t room) PPTP_MUST_USE;
enum pptp_error pptp_targets_exclude_file(struct pptp_targets *t,
					  const char *path, char *text,
					  size_t room) PPTP_MUST_USE;
/* How many addresses, exclusions not taken off; saturates at UINT64_MAX. */
uint64_t pptp_targets_count(const struct pptp_targets *t);
/* … of them outside private space. */
uint64_t pptp_targets_public(const struct pptp_targets *t);
/* In order, exclusions left out; false at the end. */
bool pptp_targets_next(struct pptp_targets *t, struct pptp_target *target);

#endif
