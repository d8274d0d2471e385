/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/eap.h"

#include <string.h>

#include "format/field.h"

enum { IDENTITY = 1, NOTIFICATION = 2, PASSWORD = 5, TOKEN = 6 };

/* RFC 3748 5 and IANA's registry */
static const struct pptp_name types[] = {
    {IDENTITY, "identity"},
    {NOTIFICATION, "notification"},
    {3, "legacy_nak"},
    {4, "md5_challenge"},
    {PASSWORD, "one_time_password"},
    {TOKEN, "generic_token_card"},
    {9, "rsa_public_key"},
    {13, "tls"},
    {15, "rsa_securid"},
    {17, "leap"},
    {18, "sim"},
    {21, "ttls"},
    {23, "aka"},
    {25, "peap"},
    {26, "mschap_v2"},
    {29, "mschap_v2_cisco"},
    {32, "protected_one_time_password"},
    {38, "tnc"},
    {43, "fast"},
    {46, "pax"},
    {47, "psk"},
    {48, "sake"},
    {49, "ikev2"},
    {50, "aka_prime"},
    {51, "gpsk"},
    {52, "pwd"},
    {53, "eke"},
    {55, "teap"},
    {254, "expanded"},
    {255, "experimental"},
};

static void read_eap(struct pptp_eap *e, uint8_t code, struct pptp_reader *r)
{
	memset(e, 0, sizeof(*e));
	if (code == PPTP_EAP_REQUEST || code == PPTP_EAP_RESPONSE) {
		e->type = pptp_read_u8(r);
		e->has_type = pptp_reader_ok(r);
	}
	e->data_length = (uint16_t)pptp_reader_left(r);
	e->data = r->at;
}

bool pptp_eap_decode(struct pptp_eap *e, const struct pptp_ppp_packet *p)
{
	struct pptp_reader r = p->data;

	read_eap(e, p->code, &r);
	return pptp_reader_ok(&r);
}

const char *pptp_eap_type_name(uint8_t type)
{
	return pptp_name_of(types, sizeof(types) / sizeof(types[0]), type);
}

void pptp_eap_identity_encode(struct pptp_writer *w, uint8_t identifier,
			      const void *prompt, size_t length)
{
	size_t start = w->length;

	if (length > UINT16_MAX - 5) {
		w->failed = true;
		return;
	}
	pptp_ppp_packet_encode(w, PPTP_EAP_REQUEST, identifier, NULL, 0);
	pptp_write_u8(w, IDENTITY);
	pptp_write_bytes(w, prompt, length);
	pptp_patch_u16(w, start + 2, (uint16_t)(w->length - start));
}

/* Those whose data is a displayable message in UTF-8 (RFC 3748 5.1, 5.2, 5.5,
 * 5.6), where the bytes agree. */
static bool is_text(const struct pptp_eap *e)
{
	uint8_t c;

	if (e->type != IDENTITY && e->type != NOTIFICATION &&
	    e->type != PASSWORD && e->type != TOKEN)
		return false;
	for (size_t i = 0; i < e->data_length; i++) {
		c = e->data[i];
		if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') ||
		    c == 0x7f)
			return false;
	}
	return true;
}

void pptp_eap_data_walk(const struct pptp_eap *e, struct pptp_sink *s)
{
	if (e->has_type && is_text(e))
		s->text(s, "text", e->data, e->data_length);
	else if (e->data_length > 0)
		pptp_sink_hex(s, "data", e->data, e->data_length);
}

void pptp_eap_walk(const struct pptp_ppp_packet *p, struct pptp_sink *s)
{
	struct pptp_reader r = p->data;
	struct pptp_eap e;
	const char *name;

	read_eap(&e, p->code, &r);
	if (e.has_type) {
		name = pptp_eap_type_name(e.type);
		s->number(s, "type", e.type);
		if (name != NULL)
			pptp_sink_string(s, "type_name", name);
	}
	if (pptp_reader_ok(&r))
		pptp_eap_data_walk(&e, s);
	pptp_ppp_malformed_walk(&r, s);
}
