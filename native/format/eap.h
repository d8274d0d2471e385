/* SPDX-License-Identifier: BSD-2-Clause */
/* EAP (RFC 3748 4): observed only; no Response is ever made here. */
#ifndef PPTP_EAP_H
#define PPTP_EAP_H

#include "format/ppp.h"

enum {
	PPTP_EAP_REQUEST = 1,
	PPTP_EAP_RESPONSE,
	PPTP_EAP_SUCCESS,
	PPTP_EAP_FAILURE
};

struct pptp_eap {
	bool has_type; /* Requests and Responses */
	uint8_t type; /* 1 Identity, 4 MD5-Challenge, 13 TLS, 26 MS-CHAPv2 … */
	const uint8_t *data; /* after the type, borrowed */
	uint16_t data_length;
};

bool pptp_eap_decode(struct pptp_eap *e, const struct pptp_ppp_packet *p);
const char *pptp_eap_type_name(uint8_t type);
/* For server models in tests: a Request/Identity with its prompt. */
void pptp_eap_identity_encode(struct pptp_writer *w, uint8_t identifier,
			      const void *prompt, size_t length);
/* `text` where the type has a message for people and the bytes are one, else
 * `data` in hexadecimal; neither where there is none. */
void pptp_eap_data_walk(const struct pptp_eap *e, struct pptp_sink *s);
void pptp_eap_walk(const struct pptp_ppp_packet *p, struct pptp_sink *s);

#endif
