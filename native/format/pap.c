/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/pap.h"

#include <string.h>

enum { REQUEST = 1, ACK, NAK };

static void read_request(struct pptp_pap *pap, struct pptp_reader *r)
{
	pap->peer_id_length = pptp_read_u8(r);
	pap->peer_id = pptp_read_bytes(r, pap->peer_id_length);
	pap->password_length = pptp_read_u8(r);
	pap->password = pptp_read_bytes(r, pap->password_length);
}

static void read_answer(struct pptp_pap *pap, struct pptp_reader *r)
{
	/* RFC 1334 2.2.2 has the length always; not everyone sends it. */
	if (pptp_reader_left(r) == 0)
		return;
	pap->message_length = pptp_read_u8(r);
	pap->message = pptp_read_bytes(r, pap->message_length);
}

static void read_pap(struct pptp_pap *pap, uint8_t code, struct pptp_reader *r)
{
	memset(pap, 0, sizeof(*pap));
	if (code == REQUEST)
		read_request(pap, r);
	else if (code == ACK || code == NAK)
		read_answer(pap, r);
	else
		pptp_reader_fail(r, "unknown PAP code");
}

bool pptp_pap_decode(struct pptp_pap *pap, const struct pptp_ppp_packet *p)
{
	struct pptp_reader r = p->data;

	read_pap(pap, p->code, &r);
	return pptp_reader_ok(&r);
}

void pptp_pap_walk(const struct pptp_ppp_packet *p, struct pptp_sink *s)
{
	struct pptp_reader r = p->data;
	struct pptp_pap pap;

	read_pap(&pap, p->code, &r);
	if (pap.peer_id != NULL)
		s->text(s, "peer_id", pap.peer_id, pap.peer_id_length);
	if (pap.password != NULL)
		s->number(s, "password_length", pap.password_length);
	if (pptp_reader_ok(&r) && p->code != REQUEST)
		s->text(s, "message", pap.message, pap.message_length);
	pptp_ppp_malformed_walk(&r, s);
}
