/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The newest packets of first contact in a capture: SYNs, SYN-ACKs, RSTs, and ICMP
 * about them. A sweep's are many and come to nothing, so no call is made
 * of them; the call that follows some of them is shown them then.
 */
#ifndef PPTP_CONTACTS_H
#define PPTP_CONTACTS_H

#include "format/packet.h"

#define PPTP_CONTACTS         4096 /* packets; the oldest makes room */
#define PPTP_CONTACT_BYTES    160  /* of each, its headers */
#define PPTP_CONTACT_LIFETIME INT64_C(20000000) /* microseconds */

/* Whose connection a packet is about; `port` is the server's. */
struct pptp_contact_of {
	struct pptp_address client, server;
	uint16_t client_port, port;
};

struct pptp_contacts;

/* NULL: no memory. */
struct pptp_contacts *pptp_contacts_new(void);
void pptp_contacts_free(struct pptp_contacts *all);
/* Keeps it where it is one. `port`: which one servers have. */
void pptp_contacts_input(struct pptp_contacts *all,
			 const struct pptp_packet *packet, uint16_t port,
			 int64_t now);
/* Packets between the two hosts, in order, that came at most
 * PPTP_CONTACT_LIFETIME before `now`: of this connection, and of others that
 * came to nothing. They are not given again. `own`: of this connection. */
void pptp_contacts_give(struct pptp_contacts *all,
			const struct pptp_contact_of *of, int64_t now,
			void (*handler)(void *context,
					const struct pptp_packet *packet,
					bool own, int64_t time_us),
			void *context);
/* When the first of them came; `now` where there is none. */
int64_t pptp_contacts_first(const struct pptp_contacts *all,
			    const struct pptp_contact_of *of, int64_t now);

#endif
