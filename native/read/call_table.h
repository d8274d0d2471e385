/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of a capture that are not over yet, by whose they are: one or more
 * a control connection, and one where no control connection was captured.
 * Between two hosts are few; those are looked through one by one.
 */
#ifndef PPTP_CALL_TABLE_H
#define PPTP_CALL_TABLE_H

#include "core/observer.h"
#include "read/call.h"

#define PPTP_CALL_OFFERS  64
#define PPTP_CALL_STORE   16384
#define PPTP_CALL_WAITING 16  /* packets of a call until its roles are known */
#define PPTP_CALL_PACKET  512 /* bytes of each, at most */

struct pptp_call_entry {
	struct pptp_call_entry *next; /* of the same connection */
	struct pptp_observer observer;
	struct pptp_call call;
	struct pptp_offer offer[PPTP_CALL_OFFERS];
	uint8_t store[PPTP_CALL_STORE];
};

struct pptp_call_waiting {
	int64_t time_us;
	size_t length;
	uint8_t bytes[PPTP_CALL_PACKET];
};

/* By enum pptp_side; where `roles` are not known, in the order in which the two
 * were first seen to send. */
struct pptp_call_connection {
	struct pptp_address address[2];
	uint16_t port[2];
	bool control;   /* captured; it tells the roles */
	bool roles;     /* it is known who is the server */
	bool connected; /* the server was heard, or its SYN-ACK */
	bool middle;    /* its beginning was not captured */
	bool begun[2], left[2];
	bool broken[2];    /* its stream goes on as another one */
	bool has_first[2]; /* `first` is set */
	uint32_t first[2]; /* sequence numbers of the first bytes */
	bool has_id[2];    /* without control: the Call-ID in what each */
	uint16_t id[2];    /* sends */
	uint64_t gaps;
	int64_t first_us, last_us;
	struct pptp_call_entry *calls; /* at least one */
	unsigned waits;                /* how many of `waiting` */
	uint64_t passed;               /* for which was no room there */
	struct pptp_call_waiting *waiting;
	struct pptp_call_connection *chain, *older, *newer;
};

struct pptp_call_table;

/* NULL: no memory. `most`: calls at once, at least 1. */
struct pptp_call_table *pptp_call_table_new(unsigned most);
/* With all that is in it. */
void pptp_call_table_free(struct pptp_call_table *t);
bool pptp_call_table_is_full(const struct pptp_call_table *t);
/* That which was used the longest ago, but not `but`; NULL: there is none. */
struct pptp_call_connection *
pptp_call_table_oldest(const struct pptp_call_table *t,
		       const struct pptp_call_connection *but);
/* With one call, whose record is empty but for its storage. NULL: full, or no
 * memory. */
struct pptp_call_connection *pptp_call_table_add(struct pptp_call_table *t,
						 const struct pptp_address *a,
						 const struct pptp_address *b);
/* One more call of a connection, behind its others. */
struct pptp_call_entry *
pptp_call_table_add_call(struct pptp_call_table *t,
			 struct pptp_call_connection *c);
void pptp_call_table_use(struct pptp_call_table *t,
			 struct pptp_call_connection *c, int64_t now);
void pptp_call_table_remove(struct pptp_call_table *t,
			    struct pptp_call_connection *c);
/* Those between two hosts, either way around, newest first: the first where
 * `after` is NULL. */
struct pptp_call_connection *pptp_call_table_between(
    const struct pptp_call_table *t, const struct pptp_address *a,
    const struct pptp_address *b, const struct pptp_call_connection *after);

#endif
