/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper's side of net/sweeper_messages.h: a sweep for its user, within what
 * protects others, whatever it is told:
 *
 * From addresses of this host alone, to nobody who is excluded or cannot answer
 * for himself, to 256 public addresses without contact information. What leaves
 * are SYNs and their RSTs, by the sweep itself; what comes in answers one of
 * them, by its cookie. For users who are not trusted: 100,000 packets a second,
 * and from ports that are none of the kernel's own connections.
 */
#ifndef PPTP_SWEEPER_SERVE_H
#define PPTP_SWEEPER_SERVE_H

#include "net/sweeper_messages.h"
#include "net/sweeper_targets.h"
#include "net/target_list.h"

#define PPTP_SWEEPER_PUBLIC 256    /* addresses that need no contact */
#define PPTP_SWEEPER_RATE   100000 /* packets a second, of users */
#define PPTP_SWEEPER_BLOCKS 262144 /* that are excluded */

struct pptp_sweeper_excluded; /* what was excluded at one time */

struct pptp_sweeper_server {
	/* Set by who runs it. `put` takes one message, whole. */
	void (*put)(void *context, const void *bytes, size_t length);
	enum pptp_error (*open)(struct pptp_sweeper **s,
				const struct pptp_sweeper_config *config,
				char *text, size_t room);
	bool (*is_ours)(void *context, const struct pptp_address *address);
	void *context;
	bool trusted; /* its user is root */
	/* Its own. */
	bool configured, started;
	bool spoiled; /* targets were refused: there is no sweep without them */
	struct pptp_sweeper_config config;
	char interface[PPTP_INTERFACE_NAME];
	struct pptp_sweeper_targets targets;
	struct pptp_exclusions said;            /* until the last is said */
	struct pptp_sweeper_excluded *excluded; /* newest first */
	struct pptp_sweeper *sweeper;           /* NULL until OPEN */
	uint8_t
	    body[PPTP_SWEEPER_ROOM - 2 * PPTP_SWEEPER_TEXT]; /* of an answer */
	uint8_t reply[PPTP_SWEEPER_ROOM];
};

/* With what its runner has set, and all else zero: one message, one answer,
 * whatever it is. */
void pptp_sweeper_serve_message(struct pptp_sweeper_server *s,
				const void *bytes, size_t length);
/* Ends the sweep. */
void pptp_sweeper_serve_end(struct pptp_sweeper_server *s);

#endif
