/* SPDX-License-Identifier: BSD-2-Clause */
/* CHAP (RFC 1994 4): observed only; no Response is ever made here. */
#ifndef PPTP_CHAP_H
#define PPTP_CHAP_H

#include "format/ppp.h"

enum pptp_chap_code {
	PPTP_CHAP_CHALLENGE = 1,
	PPTP_CHAP_RESPONSE,
	PPTP_CHAP_SUCCESS,
	PPTP_CHAP_FAILURE,
};

struct pptp_chap { /* Challenge and Response */
	uint8_t value_size;
	const uint8_t *value; /* borrowed */
	const uint8_t *name;  /* to the end of the packet, no NUL */
	uint16_t name_length;
};

bool pptp_chap_decode(struct pptp_chap *c, const struct pptp_ppp_packet *p);
/* For server models in tests: a Challenge packet. */
void pptp_chap_challenge_encode(struct pptp_writer *w, uint8_t identifier,
				const void *value, uint8_t size,
				const void *name, size_t name_length);
void pptp_chap_walk(const struct pptp_ppp_packet *p, struct pptp_sink *s);

#endif
