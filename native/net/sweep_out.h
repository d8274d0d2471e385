/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How packets of a sweep leave, many in one call: what goes by a gateway whose
 * hardware address is known as an Ethernet frame (packet(7)), past the queueing
 * discipline; all else as an IP packet that the kernel routes (raw(7)).
 */
#ifndef PPTP_SWEEP_OUT_H
#define PPTP_SWEEP_OUT_H

#include "format/address.h"
#include "format/error.h"
#include "net/gateway.h"
#include "scan/pace.h"
#include "scan/template.h"

struct pptp_sweep_out;

struct pptp_sweep_out_config {
	const char *interface; /* NULL: as routed */
	/* Ours, of either family; family 0: none of it is sent */
	struct pptp_address v4, v6;
	bool frames; /* Ethernet frames, where they can be */
};

enum pptp_error pptp_sweep_out_open(struct pptp_sweep_out **o,
				    const struct pptp_sweep_out_config *config,
				    char *text, size_t room) PPTP_MUST_USE;
void pptp_sweep_out_close(struct pptp_sweep_out *o); /* NULL is allowed */
/* Looks at routes and neighbours again: gateways change, and the first packets
 * are what makes them known. */
void pptp_sweep_out_refresh(struct pptp_sweep_out *o);

/* Puts a packet into the batch, which has room for PPTP_PACE_BATCH. */
void pptp_sweep_out_syn(struct pptp_sweep_out *o,
			const struct pptp_address *target, uint16_t port,
			const struct pptp_cookie *cookie);
void pptp_sweep_out_reset(struct pptp_sweep_out *o,
			  const struct pptp_address *target, uint16_t port,
			  uint16_t source_port, uint32_t acknowledged);
/* The IP packet of such a SYN from that source; its length. */
size_t pptp_sweep_out_copy(const struct pptp_address *source,
			   const struct pptp_address *target, uint16_t port,
			   const struct pptp_cookie *cookie, uint8_t *packet);
unsigned pptp_sweep_out_waiting(const struct pptp_sweep_out *o);
/* Sends what it can of the batch, at most `most`. Returns how many are done
 * with: sent, or refused by the system for good. The rest stays; errno is why,
 * or 0. */
unsigned pptp_sweep_out_send(struct pptp_sweep_out *o, unsigned most);
/* Packets that the system refused for good (no route, a local rule). */
uint64_t pptp_sweep_out_refused(const struct pptp_sweep_out *o);
/* Whether some left as frames. */
bool pptp_sweep_out_framed(const struct pptp_sweep_out *o);

#endif
