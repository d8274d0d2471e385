/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one parser of targets: an address, a host name, a CIDR block or a range
 * (192.0.2.1-192.0.2.9, 192.0.2.1-9), each with an optional port
 * (192.0.2.1:1723, [2001:db8::1]:1723); in a file, one a line, `#` comments,
 * and `,label,label` after it, or records. Blocks are never expanded in memory.
 *
 * They come in the order in which they were given, but for names that are still
 * looked up: these come when they are known.
 */
#ifndef PPTP_TARGETS_H
#define PPTP_TARGETS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/blocks.h"
#include "format/error.h"

struct pptp_exclusions;
struct pptp_target_list;
struct pptp_targets;

struct pptp_target {
	struct pptp_address address;
	uint16_t port;
	const char *name;   /* a host name as it was written, or NULL */
	const char *labels; /* "a,b", or NULL; both borrowed until the next */
};

/* `family` 4, 6 or 0: which addresses a host name may give (the first one,
 * IPv4 before IPv6 where 0). */
enum pptp_error pptp_targets_open(struct pptp_targets **t, uint16_t port,
				  uint8_t family) PPTP_MUST_USE;
void pptp_targets_close(struct pptp_targets *t); /* NULL is allowed */
/* From now on nothing is looked up: a host name is PPTP_ERROR_ARGUMENT. */
void pptp_targets_numeric(struct pptp_targets *t);
/* From now on `keep` gets all that has neither a name nor labels, with port 0
 * where none was given, and nothing of it stays here but its count: for many
 * millions. It returns as pptp_targets_add() does. */
typedef enum pptp_error pptp_targets_keep(void *context,
					  const struct pptp_block *block,
					  uint16_t port, char *text,
					  size_t room);
void pptp_targets_divert(struct pptp_targets *t, pptp_targets_keep *keep,
			 void *context);
/* Each returns PPTP_OK or an error with one sentence in `text`: what is wrong,
 * with which value (and line), what to do. An empty file is
 * PPTP_ERROR_ARGUMENT; a missing one, or a directory, PPTP_ERROR_SYSTEM. */
enum pptp_error pptp_targets_add(struct pptp_targets *t, const char *spec,
				 char *text, size_t room) PPTP_MUST_USE;
/* `path` "-": standard input; read to its end. */
enum pptp_error pptp_targets_add_file(struct pptp_targets *t, const char *path,
				      char *text, size_t room) PPTP_MUST_USE;
/* The same, but standard input is read line by line, when all else was
 * taken. */
enum pptp_error pptp_targets_add_stream(struct pptp_targets *t,
					const char *path, char *text,
					size_t room) PPTP_MUST_USE;
/* A name that does not resolve is PPTP_ERROR_NAME: nobody knows what to leave
 * out. */
enum pptp_error pptp_targets_exclude_file(struct pptp_targets *t,
					  const char *path, char *text,
					  size_t room) PPTP_MUST_USE;
/* How many addresses so far, exclusions not taken off, each name that is looked
 * up one; saturates at UINT64_MAX. */
uint64_t pptp_targets_count(const struct pptp_targets *t);
/* … of them known to be outside private space. */
uint64_t pptp_targets_public(const struct pptp_targets *t);

/* How many were left out by now, of those whose turn has come; saturates. */
uint64_t pptp_targets_excluded(const struct pptp_targets *t);

/* Waits for what a run has to know before it begins: one address, unless lines
 * will come; and all, where more than `most` might be outside private space.
 * Where that is known already, no thread begins. A signal ends the waiting. */
void pptp_targets_begin(struct pptp_targets *t, uint64_t most);
/* Waits until every name that was given is known. */
void pptp_targets_settle(struct pptp_targets *t);

enum pptp_target_status {
	PPTP_TARGET_ONE,
	PPTP_TARGET_NONE_YET, /* wait for pptp_targets_fd() */
	PPTP_TARGET_END,
	PPTP_TARGET_FAILED, /* a line of a stream; the sentence is in `text`,
			     * and the end comes next */
};

/* The next one, exclusions left out. */
enum pptp_target_status pptp_targets_take(struct pptp_targets *t,
					  struct pptp_target *target,
					  char *text, size_t room);
/* Readable when pptp_targets_take() may have more; -1: it never has to wait. */
int pptp_targets_fd(const struct pptp_targets *t);
/* As long as it takes; false at the end, or where a stream fails. */
bool pptp_targets_next(struct pptp_targets *t, struct pptp_target *target);
/* A sentence about the next name that turned out not to resolve, or NULL;
 * borrowed until the next call. */
const char *pptp_targets_unresolved(struct pptp_targets *t);

/* What was given, and what is left out: for those who number targets. */
const struct pptp_target_list *pptp_targets_list(const struct pptp_targets *t);
struct pptp_exclusions *pptp_targets_exclusions(struct pptp_targets *t);

#endif
