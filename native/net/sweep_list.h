/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is swept, by number, in which order, and how fast. */
#ifndef PPTP_SWEEP_LIST_H
#define PPTP_SWEEP_LIST_H

#include "core/ranges.h"
#include "net/sweep_request.h"
#include "scan/journal.h"

struct pptp_numbered;
struct pptp_targets;

/* So many addresses outside private space need no contact. */
#define PPTP_SWEEP_CONTACT_FREE 256

struct pptp_sweep_list {
	struct pptp_targets *targets;
	struct pptp_numbered *numbered;
	const struct pptp_ranges *ranges;
	uint64_t special; /* addresses of special-purpose space, taken off */
	uint64_t public;  /* targets outside private space */
	/* Packets a second; `cap` by /24, 0: none. The rate is the one that was
	 * asked for, or the one that keeps the cap. */
	uint64_t rate, cap;
	struct pptp_order order;
	/* What a journal begins with: run, seed, shard, key and hashes. */
	struct pptp_journal_head head;
};

/* Nothing is sent. On failure one sentence in `text`: _ARGUMENT or _NAME (see
 * pptp_sweep_list_unresolved()) for who cannot be asked, _SYSTEM for a file that
 * cannot be read, _SPACE where there is no memory or no random number. To be
 * closed even so. */
enum pptp_error pptp_sweep_list_open(struct pptp_sweep_list *l,
				     const struct pptp_sweep_request *r,
				     char *text, size_t room) PPTP_MUST_USE;
void pptp_sweep_list_close(struct pptp_sweep_list *l);
/* After PPTP_ERROR_NAME, a sentence about the next name that does not resolve,
 * or NULL; borrowed until the next call. */
const char *pptp_sweep_list_unresolved(struct pptp_sweep_list *l);
/* Too many addresses outside private space to ask them without a contact. */
bool pptp_sweep_list_lacks_contact(const struct pptp_sweep_list *l,
				   const struct pptp_sweep_request *r);

#endif
