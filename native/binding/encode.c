/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.encode: the inverse of core.decode. Fields that follow from others
 * (lengths, names, magic values) may be given, as decode gives them, but must
 * then be right. Every field that is asked for is marked; one that never was
 * is unknown, and raises.
 */
#include "binding/core.h"

#include <string.h>

#include "binding/arguments.h"
#include "binding/fields.h"
#include "binding/kinds.h"
#include "format/chap.h"
#include "format/eap.h"
#include "format/gre.h"
#include "format/ppp_walk.h"

#define ROOM (65536 + 64) /* the longest PPP packet and all headers */

enum { GRE_BITS = 0x2001, GRE_SEQUENCE = 0x1000, GRE_ACKNOWLEDGMENT = 0x80 };

/* ---- control ------------------------------------------------------------- */

static void take_field(struct pptp_fields *f, const struct pptp_field *row,
		       uint8_t *at)
{
	uint16_t half;
	uint32_t word;

	switch ((enum pptp_field_kind)row->kind) {
	case PPTP_FIELD_U8:
		*at = (uint8_t)pptp_field_number(f, row->name, 1);
		break;
	case PPTP_FIELD_U16:
		half = (uint16_t)pptp_field_number(f, row->name, 2);
		memcpy(at, &half, sizeof(half));
		break;
	case PPTP_FIELD_U32:
		word = pptp_field_number(f, row->name, 4);
		memcpy(at, &word, sizeof(word));
		break;
	case PPTP_FIELD_TEXT:
		pptp_field_padded(f, row->name, at, row->size);
		break;
	}
}

static void encode_control(struct pptp_fields *f,
			   const struct pptp_message_kind *kind)
{
	const struct pptp_field *rows;
	struct pptp_control m;
	uint16_t length;
	size_t count, i;

	memset(&m, 0, sizeof(m));
	m.control_message_type = kind->number;
	if (kind->number == 0)
		m.control_message_type =
		    (uint16_t)pptp_field_required(f, "control_message_type", 2);
	pptp_field_same(f, "control_message_type", m.control_message_type);
	length = pptp_control_length(m.control_message_type);
	pptp_field_same(f, "length",
			length != 0 ? length : PPTP_CONTROL_HEADER);
	pptp_field_same(f, "pptp_message_type", 1);
	pptp_field_same(f, "magic_cookie", PPTP_COOKIE);
	pptp_field_named(f, "name", pptp_control_name(m.control_message_type));
	m.reserved0 = (uint16_t)pptp_field_number(f, "reserved0", 2);
	rows = pptp_control_fields(m.control_message_type, &count);
	for (i = 0; i < count; i++)
		take_field(f, &rows[i], (uint8_t *)&m + rows[i].at);
	if (!pptp_field_has(f, "protocol_version"))
		m.protocol_version = PPTP_VERSION;
	pptp_control_encode(f->w, &m);
}

/* ---- GRE ----------------------------------------------------------------- */

static void encode_gre(struct pptp_fields *f)
{
	struct pptp_gre gre = {0};
	const char *payload;
	unsigned flags = GRE_BITS;
	size_t length;

	gre.call_id = (uint16_t)pptp_field_required(f, "call_id", 2);
	gre.has_sequence = pptp_field_has(f, "sequence_number");
	gre.sequence_number = pptp_field_number(f, "sequence_number", 4);
	gre.has_acknowledgment = pptp_field_has(f, "acknowledgment_number");
	gre.acknowledgment_number =
	    pptp_field_number(f, "acknowledgment_number", 4);
	payload = pptp_field_bytes(f, "payload", UINT16_MAX, &length);
	if (gre.has_sequence)
		flags |= GRE_SEQUENCE;
	if (gre.has_acknowledgment)
		flags |= GRE_ACKNOWLEDGMENT;
	pptp_field_same(f, "flags", flags);
	pptp_field_same(f, "payload_length", (uint32_t)length);
	pptp_gre_encode(f->w, &gre, payload, length);
}

/* ---- PPP ----------------------------------------------------------------- */

/* `data` in hexadecimal; `text` beside it, or instead, is the same bytes. */
static void put_data(struct pptp_fields *f)
{
	size_t start = f->w->length, length;
	const char *text;

	pptp_field_hex(f, "data", UINT16_MAX);
	text = pptp_field_bytes(f, "text", UINT16_MAX, &length);
	if (text == NULL)
		return;
	if (!pptp_field_has(f, "data"))
		pptp_write_bytes(f->w, text, length);
	else if (f->w->length - start != length ||
		 memcmp(f->w->bytes + start, text, length) != 0)
		luaL_error(f->L, "fields 'text' and 'data' differ");
}

static void put_text(struct pptp_fields *f, const char *key)
{
	size_t length;
	const char *text = pptp_field_bytes(f, key, UINT16_MAX, &length);

	pptp_write_bytes(f->w, text, length);
}

static void put_vendor(struct pptp_fields *f)
{
	size_t start;

	pptp_write_u32(f->w, pptp_field_number(f, "magic_number", 4));
	start = f->w->length;
	pptp_field_hex(f, "oui", 3);
	if (f->w->length != start + 3)
		luaL_error(f->L, "field 'oui' is not 3 bytes in hexadecimal");
	pptp_write_u8(f->w, (uint8_t)pptp_field_number(f, "kind", 1));
	put_data(f);
}

static void put_lcp(struct pptp_fields *f, uint8_t code)
{
	switch (code) {
	case PPTP_PROTOCOL_REJECT:
		pptp_write_u16(f->w, (uint16_t)pptp_field_required(
					 f, "rejected_protocol", 2));
		put_data(f);
		break;
	case PPTP_LCP_ECHO_REQUEST:
	case PPTP_LCP_ECHO_REPLY:
	case PPTP_DISCARD_REQUEST:
		pptp_write_u32(f->w, pptp_field_number(f, "magic_number", 4));
		put_data(f);
		break;
	case PPTP_IDENTIFICATION:
		pptp_write_u32(f->w, pptp_field_number(f, "magic_number", 4));
		put_text(f, "text");
		break;
	case PPTP_TIME_REMAINING:
		pptp_write_u32(f->w, pptp_field_number(f, "magic_number", 4));
		pptp_write_u32(f->w,
			       pptp_field_number(f, "seconds_remaining", 4));
		put_text(f, "text");
		break;
	case 0:
		put_vendor(f);
		break;
	default:
		put_data(f);
	}
}

static void put_chap(struct pptp_fields *f, uint8_t code)
{
	size_t at = f->w->length;
	uint8_t size;

	if (code == PPTP_CHAP_SUCCESS || code == PPTP_CHAP_FAILURE) {
		put_text(f, "message");
		return;
	}
	if (code != PPTP_CHAP_CHALLENGE && code != PPTP_CHAP_RESPONSE) {
		put_data(f);
		return;
	}
	pptp_write_u8(f->w, 0);
	pptp_field_hex(f, "value", UINT8_MAX);
	size = (uint8_t)(f->w->length - at - 1);
	if (pptp_writer_ok(f->w))
		f->w->bytes[at] = size;
	pptp_field_same(f, "value_size", size);
	put_text(f, "peer_name");
}

static void put_eap(struct pptp_fields *f, uint8_t code)
{
	uint8_t type;

	if (code == PPTP_EAP_REQUEST || code == PPTP_EAP_RESPONSE) {
		type = (uint8_t)pptp_field_required(f, "type", 1);
		pptp_field_named(f, "type_name", pptp_eap_type_name(type));
		pptp_write_u8(f->w, type);
	}
	put_data(f);
}

static bool is_configure(uint8_t code)
{
	return code >= PPTP_CONFIGURE_REQUEST && code <= PPTP_CONFIGURE_REJECT;
}

static void put_packet_data(struct pptp_fields *f, uint16_t protocol,
			    uint8_t code)
{
	if (protocol == PPTP_PPP_CHAP)
		put_chap(f, code);
	else if (protocol == PPTP_PPP_EAP)
		put_eap(f, code);
	else if (is_configure(code))
		pptp_field_options(f, protocol);
	else if (protocol == PPTP_PPP_LCP)
		put_lcp(f, code);
	else
		put_data(f);
}

static void encode_packet(struct pptp_fields *f, uint16_t protocol)
{
	size_t start = f->w->length, length;
	uint8_t code, identifier;

	if (protocol == PPTP_PPP_PAP)
		luaL_error(f->L, "PAP is decoded only: its passwords are not "
				 "shown, so that none is known here");
	code = (uint8_t)pptp_field_required(f, "code", 1);
	identifier = (uint8_t)pptp_field_number(f, "identifier", 1);
	pptp_field_named(f, "name", pptp_ppp_code_name(protocol, code));
	pptp_ppp_packet_encode(f->w, code, identifier, NULL, 0);
	put_packet_data(f, protocol, code);
	length = f->w->length - start;
	if (length > UINT16_MAX)
		luaL_error(f->L, "the packet is longer than 65535 bytes");
	pptp_patch_u16(f->w, start + 2, (uint16_t)length);
	pptp_field_same(f, "length", (uint32_t)length);
}

static void put_frame_header(struct pptp_fields *f, uint16_t protocol)
{
	uint32_t size = 2;

	if (pptp_field_has(f, "protocol_length"))
		size = pptp_field_number(f, "protocol_length", 1);
	if (size < 1 || size > 2 ||
	    (size == 1 && (protocol > 0xff || !(protocol & 1))))
		luaL_error(f->L,
			   "field 'protocol_length' is %d, which does "
			   "not fit the protocol",
			   (int)size);
	if (!pptp_field_has(f, "address_control") ||
	    pptp_field_boolean(f, "address_control"))
		pptp_write_u16(f->w, 0xff03);
	if (size == 2)
		pptp_write_u8(f->w, (uint8_t)(protocol >> 8));
	pptp_write_u8(f->w, (uint8_t)protocol);
}

static void encode_frame(struct pptp_fields *f)
{
	uint16_t protocol = (uint16_t)pptp_field_required(f, "protocol", 2);
	const char *name = pptp_ppp_protocol_name(protocol);
	size_t start;

	put_frame_header(f, protocol);
	pptp_field_named(f, "protocol_name", name);
	start = f->w->length;
	if (pptp_kind_has_packets(protocol)) {
		encode_packet(f, protocol);
		pptp_field_layer(f, name);
		pptp_write_zeros(f->w,
				 pptp_field_number(f, "padding_length", 2));
	} else {
		put_text(f, "payload");
		pptp_field_layer(f, "other");
		pptp_field_same(f, "payload_length",
				(uint32_t)(f->w->length - start));
	}
}

int pptp_core_encode(lua_State *L)
{
	const struct pptp_message_kind *kind = pptp_kind_check(L, 1);
	struct pptp_fields f;
	struct pptp_writer w;
	luaL_Buffer b;

	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	pptp_fields_open(&f, L, 2, &w);
	pptp_writer_init(&w, luaL_buffinitsize(L, &b, ROOM), ROOM);
	switch (kind->layer) {
	case PPTP_LAYER_CONTROL:
		encode_control(&f, kind);
		break;
	case PPTP_LAYER_GRE:
		encode_gre(&f);
		break;
	case PPTP_LAYER_FRAME:
		encode_frame(&f);
		break;
	case PPTP_LAYER_PACKET:
		encode_packet(&f, kind->number);
		break;
	}
	pptp_fields_close(&f);
	if (!pptp_writer_ok(&w))
		return luaL_error(L, "the message is longer than 65535 bytes");
	luaL_pushresultsize(&b, w.length);
	return 1;
}
