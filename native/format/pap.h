/* SPDX-License-Identifier: BSD-2-Clause */
/* PAP (RFC 1334 2): observed only. Passwords in captures are not shown: the
 * walk tells their length. */
#ifndef PPTP_PAP_H
#define PPTP_PAP_H

#include "format/ppp.h"

struct pptp_pap {
	const uint8_t *peer_id, *password; /* Authenticate-Request */
	uint8_t peer_id_length, password_length;
	const uint8_t *message; /* Ack and Nak; Cisco sends none at all */
	uint8_t message_length;
};

bool pptp_pap_decode(struct pptp_pap *pap, const struct pptp_ppp_packet *p);
void pptp_pap_walk(const struct pptp_ppp_packet *p, struct pptp_sink *s);

#endif
