/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pptp-wire lets out and in, whatever it is told by who uses it. Pure, but
 * for the clock, which is an argument.
 *
 * Out: only to an address with which a conversation has been named, and that is
 * not excluded, from that
 * conversation's source: a SYN to its port from a port that hand-made SYNs have,
 * an echo request, enhanced GRE with one Call-ID of the peer's; nothing in
 * fragments. Without contact information, to 256 public addresses.
 * In: only packets of such a conversation. Its Call-ID is chosen here, so that
 * nobody can name that of another's tunnel. GRE with it from elsewhere is worth
 * a note (somebody else may own that flow): its payload is blanked.
 */
#ifndef PPTP_WIRE_POLICY_H
#define PPTP_WIRE_POLICY_H

#include "net/demux.h"
#include "net/target_list.h"
#include "net/wire.h"
#include "scan/pace.h"

#define PPTP_WIRE_PUBLIC 256    /* addresses that need no contact information */
#define PPTP_WIRE_RATE   20000  /* packets a second */
#define PPTP_WIRE_TALKS  65536  /* at once */
#define PPTP_WIRE_BLOCKS 262144 /* that are excluded */

struct pptp_wire_held; /* a conversation, in the policy's hands */

struct pptp_wire_policy {
	struct pptp_demux demux;
	struct pptp_wire_held *first;
	size_t count, publics;
	struct pptp_address public[PPTP_WIRE_PUBLIC];
	struct pptp_exclusions excluded;
	struct pptp_pace pace;
};

/* `now_ns` of a monotonic clock. */
void pptp_wire_policy_init(struct pptp_wire_policy *p, uint32_t seed,
			   uint64_t now_ns);
void pptp_wire_policy_free(struct pptp_wire_policy *p);
/* Nobody from the one to the other, for as long as the policy lasts. 0, EINVAL,
 * EMFILE, ENOMEM. */
int pptp_wire_policy_exclude(struct pptp_wire_policy *p,
			     const struct pptp_block *block);
/* Sets its Call-ID where it is to have a call. 0 or an errno: EINVAL (no such
 * address, port or number can be), EEXIST (the target or the number has one
 * already), EACCES (it is excluded), EDQUOT (too many public addresses without
 * contact information), EMFILE (too many), ENOMEM, or what Call-IDs run out
 * with. Whether the source is this host's the caller has to know. `now_us` of a
 * monotonic clock. */
int pptp_wire_policy_talk(struct pptp_wire_policy *p,
			  struct pptp_wire_talk *talk, int64_t now_us);
/* 0 or ENOENT. */
int pptp_wire_policy_hush(struct pptp_wire_policy *p, uint32_t number,
			  int64_t now_us);
/* 0: it may leave from `source`, and its part of the rate is taken. EPERM: never;
 * EAGAIN: not now. */
int pptp_wire_policy_out(struct pptp_wire_policy *p,
			 const struct pptp_address *source, const void *packet,
			 size_t length, uint64_t now_ns);

enum pptp_wire_verdict {
	PPTP_WIRE_DROP,
	PPTP_WIRE_HEADERS, /* without the bytes behind the GRE header */
	PPTP_WIRE_WHOLE,
};
enum pptp_wire_verdict pptp_wire_policy_in(const struct pptp_wire_policy *p,
					   const struct pptp_packet *packet);
/* The conversations' targets, one call of `each` a conversation. */
void pptp_wire_policy_each(const struct pptp_wire_policy *p,
			   void (*each)(void *context,
					const struct pptp_wire_talk *talk),
			   void *context);

#endif
