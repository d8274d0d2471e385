/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper's side of net/wire_messages.h: requests in, answers and captured
 * packets out, over a wire, within net/wire_policy.h. It knows no socket of its
 * own: who runs it gives the bytes, and takes them.
 */
#ifndef PPTP_WIRE_SERVE_H
#define PPTP_WIRE_SERVE_H

#include "net/wire.h"
#include "net/wire_messages.h"
#include "net/wire_policy.h"

#define PPTP_WIRE_WAYS 64 /* sources, and interfaces, at most */

struct pptp_wire_server {
	/* Set by who runs it. `put` takes one message, whole; what it cannot
	 * bring away is its own affair. */
	void (*put)(void *context, const void *bytes, size_t length);
	enum pptp_error (*open)(struct pptp_wire **w,
				const struct pptp_wire_config *config,
				char *text, size_t room);
	bool (*is_ours)(void *context, const struct pptp_address *address);
	/* 0: no other user of this host has a connection with it; EBUSY; or an
	 * errno, where that cannot be known. */
	int (*others)(void *context, const struct pptp_address *target,
		      uint16_t port);
	void *context;
	struct pptp_loop *loop;
	/* Its own. */
	struct pptp_wire *wire; /* NULL until SETTINGS */
	bool sweeps; /* its user said SWEEP: it is served elsewhere now */
	struct pptp_wire_consumer consumer;
	struct pptp_wire_policy policy;
	struct pptp_wire_out *outs[PPTP_WIRE_WAYS];
	struct pptp_address sources[PPTP_WIRE_WAYS]; /* of `outs` */
	unsigned indexes[PPTP_WIRE_WAYS];            /* likewise */
	struct pptp_wire_in *ins[PPTP_WIRE_WAYS];
	size_t out_count, in_count, ring; /* ring: bytes of each capture */
};

/* With what its runner has set; `seed` is random. */
void pptp_wire_serve_begin(struct pptp_wire_server *s, uint32_t seed);
/* `error`: the errno of a raw socket, or 0. */
void pptp_wire_serve_hello(struct pptp_wire_server *s, int error);
/* One message: one answer, whatever it is. */
void pptp_wire_serve_message(struct pptp_wire_server *s, const void *bytes,
			     size_t length);
void pptp_wire_serve_end(struct pptp_wire_server *s);

#endif
