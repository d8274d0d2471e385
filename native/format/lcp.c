/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/lcp.h"

#include <string.h>

#include "format/address.h"
#include "format/field.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char digits[] = "0123456789abcdef";

/* The first row of a method has its name; the others are understood too. */
static const struct {
	struct pptp_method method;
	const char *name;
} methods[] = {
    {{PPTP_PPP_PAP, 0}, "pap"},           {{PPTP_PPP_CHAP, 0x05}, "chap_md5"},
    {{PPTP_PPP_CHAP, 0x80}, "mschap_v1"}, {{PPTP_PPP_CHAP, 0x81}, "mschap_v2"},
    {{PPTP_PPP_EAP, 0}, "eap"},           {{PPTP_PPP_SPAP, 0}, "spap"},
    {{PPTP_PPP_CHAP, 0x05}, "md5"},       {{PPTP_PPP_CHAP, 0x80}, "ms1"},
    {{PPTP_PPP_CHAP, 0x81}, "ms2"},       {{PPTP_PPP_CHAP, 0x80}, "mschapv1"},
    {{PPTP_PPP_CHAP, 0x81}, "mschapv2"},
};

static char *put_hex(char *at, uint8_t byte)
{
	*at++ = digits[byte >> 4];
	*at++ = digits[byte & 15];
	return at;
}

/* Every name of the table, and "none", fits PPTP_METHOD_TEXT. */
static const char *put_name(char *text, const char *name)
{
	return memcpy(text, name, strlen(name) + 1);
}

const char *pptp_method_name(struct pptp_method m, char *text)
{
	char *at = text;
	size_t i;

	if (m.protocol == 0)
		return put_name(text, "none");
	for (i = 0; i < COUNT(methods); i++)
		if (pptp_method_equal(methods[i].method, m))
			return put_name(text, methods[i].name);
	at = put_hex(at, (uint8_t)(m.protocol >> 8));
	at = put_hex(at, (uint8_t)m.protocol);
	if (m.protocol == PPTP_PPP_CHAP) {
		*at++ = ':';
		at = put_hex(at, m.algorithm);
	}
	*at = '\0';
	return text;
}

/* Exactly `count` lower-case digits; -1 where they aren't. */
static long hex_value(const char *text, size_t count)
{
	long value = 0;
	const char *digit;

	while (count-- > 0) {
		if (*text == '\0' || (digit = strchr(digits, *text)) == NULL)
			return -1;
		value = value << 4 | (digit - digits);
		text++;
	}
	return value;
}

/* "c223:07", "c02d" */
static bool parse_numbers(struct pptp_method *m, const char *text)
{
	long protocol = hex_value(text, 4), algorithm = 0;

	if (protocol <= 0)
		return false;
	text += 4;
	if (protocol == PPTP_PPP_CHAP) {
		if (*text++ != ':')
			return false;
		algorithm = hex_value(text, 2);
		if (algorithm < 0)
			return false;
		text += 2;
	}
	if (*text != '\0')
		return false;
	m->protocol = (uint16_t)protocol;
	m->algorithm = (uint8_t)algorithm;
	return true;
}

bool pptp_method_parse(struct pptp_method *m, const char *text)
{
	char plain[PPTP_METHOD_TEXT];
	size_t i;

	memset(m, 0, sizeof(*m));
	for (i = 0; text[i] != '\0'; i++) {
		if (i + 1 == sizeof(plain))
			return false;
		plain[i] = text[i] == '-' ? '_' : text[i];
		if (plain[i] >= 'A' && plain[i] <= 'Z')
			plain[i] = (char)(plain[i] - 'A' + 'a');
	}
	plain[i] = '\0';
	for (i = 0; i < COUNT(methods); i++) {
		if (strcmp(methods[i].name, plain) == 0) {
			*m = methods[i].method;
			return true;
		}
	}
	return parse_numbers(m, plain);
}

bool pptp_methods_parse(struct pptp_method list[PPTP_ASKS], const char *text)
{
	char name[PPTP_METHOD_TEXT];
	unsigned count = 0;

	memset(list, 0, PPTP_ASKS * sizeof(*list));
	for (;;) {
		size_t n = strcspn(text, ",");

		if (count == PPTP_ASKS || n >= sizeof(name))
			return false;
		memcpy(name, text, n);
		name[n] = '\0';
		if (!pptp_method_parse(&list[count++], name))
			return false;
		if (text[n] == '\0')
			return true;
		text += n + 1;
	}
}

bool pptp_method_equal(struct pptp_method a, struct pptp_method b)
{
	return a.protocol == b.protocol &&
	       (a.protocol != PPTP_PPP_CHAP || a.algorithm == b.algorithm);
}

static struct pptp_reader value_of(const struct pptp_option *o)
{
	struct pptp_reader r;

	pptp_reader_init(&r, o->value, o->length - 2u);
	return r;
}

bool pptp_method_decode(struct pptp_method *m, const struct pptp_option *o)
{
	struct pptp_reader r = value_of(o);

	memset(m, 0, sizeof(*m));
	m->protocol = pptp_read_u16(&r);
	if (m->protocol == PPTP_PPP_CHAP)
		m->algorithm = pptp_read_u8(&r);
	return pptp_reader_ok(&r);
}

bool pptp_lcp_options_decode(struct pptp_lcp_options *o,
			     struct pptp_reader options)
{
	struct pptp_option option;
	struct pptp_reader value;

	memset(o, 0, sizeof(*o));
	while (pptp_option_next(&options, &option)) {
		if (option.type < 32)
			o->types |= UINT32_C(1) << option.type;
		else
			o->others = true;
		if (option.type == PPTP_LCP_AUTHENTICATION &&
		    !pptp_method_decode(&o->method, &option))
			return false;
		if (option.type == PPTP_LCP_MAGIC && option.length == 6) {
			pptp_reader_init(&value, option.value, 4);
			o->magic = pptp_read_u32(&value);
			o->has_magic = true;
		}
	}
	return options.error == PPTP_OK;
}

void pptp_method_encode(struct pptp_writer *w, struct pptp_method m)
{
	bool chap = m.protocol == PPTP_PPP_CHAP;

	pptp_write_u8(w, PPTP_LCP_AUTHENTICATION);
	pptp_write_u8(w, chap ? 5 : 4);
	pptp_write_u16(w, m.protocol);
	if (chap)
		pptp_write_u8(w, m.algorithm);
}

/* Of an option's value */
enum form {
	FORM_HEX,
	FORM_NONE,
	FORM_U8,
	FORM_U16,
	FORM_U32,
	FORM_METHOD,
	FORM_CALLBACK,
	FORM_ENDPOINT,
};

static const struct {
	const char *name;
	uint8_t form; /* enum form */
} options[] = {
    [PPTP_LCP_VENDOR] = {"vendor", FORM_HEX},
    [PPTP_LCP_MRU] = {"mru", FORM_U16},
    [PPTP_LCP_ACCM] = {"accm", FORM_U32},
    [PPTP_LCP_AUTHENTICATION] = {"authentication", FORM_METHOD},
    [PPTP_LCP_QUALITY] = {"quality", FORM_HEX},
    [PPTP_LCP_MAGIC] = {"magic", FORM_U32},
    [6] = {"reserved", FORM_HEX},
    [PPTP_LCP_PFC] = {"pfc", FORM_NONE},
    [PPTP_LCP_ACFC] = {"acfc", FORM_NONE},
    [PPTP_LCP_FCS_ALTERNATIVES] = {"fcs_alternatives", FORM_U8},
    [PPTP_LCP_SELF_DESCRIBING_PAD] = {"self_describing_pad", FORM_HEX},
    [PPTP_LCP_NUMBERED_MODE] = {"numbered_mode", FORM_HEX},
    [12] = {"multilink_procedure", FORM_HEX},
    [PPTP_LCP_CALLBACK] = {"callback", FORM_CALLBACK},
    [14] = {"connect_time", FORM_HEX},
    [PPTP_LCP_COMPOUND_FRAMES] = {"compound_frames", FORM_NONE},
    [16] = {"nominal_data_encapsulation", FORM_HEX},
    [PPTP_LCP_MRRU] = {"mrru", FORM_U16},
    [PPTP_LCP_SHORT_SEQUENCE] = {"short_sequence", FORM_NONE},
    [PPTP_LCP_ENDPOINT_DISCRIMINATOR] = {"endpoint_discriminator",
					 FORM_ENDPOINT},
    [20] = {"proprietary", FORM_HEX},
    [21] = {"dce_identifier", FORM_HEX},
    [22] = {"multilink_plus", FORM_HEX},
    [PPTP_LCP_LINK_DISCRIMINATOR] = {"link_discriminator", FORM_U16},
    [24] = {"lcp_authentication", FORM_HEX},
    [25] = {"cobs", FORM_HEX},
    [26] = {"prefix_elision", FORM_HEX},
    [27] = {"multilink_header_format", FORM_HEX},
    [PPTP_LCP_INTERNATIONALIZATION] = {"internationalization", FORM_HEX},
    [29] = {"simple_data_link", FORM_HEX},
};

/* RFC 1570 2.3; 6 is Microsoft's CBCP */
static const struct pptp_name callback_operations[] = {
    {0, "authentication"}, {1, "dial_string"},        {2, "location"},
    {3, "e164"},           {4, "distinguished_name"}, {6, "cbcp"},
};

/* RFC 1990 5.1.3 */
static const struct pptp_name endpoint_classes[] = {
    {0, "null"}, {1, "local"}, {2, "ipv4"},
    {3, "mac"},  {4, "magic"}, {5, "phone"},
};

const char *pptp_lcp_option_name(uint8_t type)
{
	return type < COUNT(options) ? options[type].name : NULL;
}

static bool walk_number(struct pptp_reader r, size_t size, struct pptp_sink *s)
{
	uint32_t value = 0;

	if (pptp_reader_left(&r) != size)
		return false;
	while (size-- > 0)
		value = value << 8 | pptp_read_u8(&r);
	s->number(s, "value", value);
	return true;
}

static bool walk_method(const struct pptp_option *o, struct pptp_sink *s)
{
	struct pptp_method m;
	char text[PPTP_METHOD_TEXT];

	if (!pptp_method_decode(&m, o))
		return false;
	pptp_sink_string(s, "value", pptp_method_name(m, text));
	return true;
}

/* A number, its name, and bytes to the end. */
static void walk_code(uint8_t code, const char *key, const char *name_key,
		      const char *name, struct pptp_sink *s)
{
	s->number(s, key, code);
	if (name != NULL)
		pptp_sink_string(s, name_key, name);
}

static bool walk_callback(struct pptp_reader r, struct pptp_sink *s)
{
	uint8_t operation = pptp_read_u8(&r);
	size_t length = pptp_reader_left(&r);

	if (!pptp_reader_ok(&r))
		return false;
	s->object(s, "value");
	walk_code(operation, "operation", "operation_name",
		  pptp_name_of(callback_operations, COUNT(callback_operations),
			       operation),
		  s);
	if (length > 0)
		pptp_sink_hex(s, "message", pptp_read_bytes(&r, length),
			      length);
	s->end(s);
	return true;
}

static bool walk_endpoint(struct pptp_reader r, struct pptp_sink *s)
{
	uint8_t class = pptp_read_u8(&r);
	size_t length = pptp_reader_left(&r);
	char text[PPTP_ADDRESS_TEXT];
	struct pptp_address a;

	if (!pptp_reader_ok(&r))
		return false;
	s->object(s, "value");
	walk_code(
	    class, "class", "class_name",
	    pptp_name_of(endpoint_classes, COUNT(endpoint_classes), class), s);
	if (class == 2 && length == 4) {
		a = pptp_address_v4(pptp_read_u32(&r));
		(void)pptp_address_format(&a, text);
		pptp_sink_string(s, "address", text);
	} else if (length > 0) {
		pptp_sink_hex(s, "address", pptp_read_bytes(&r, length),
			      length);
	}
	s->end(s);
	return true;
}

/* False where the value does not have the length that its type asks for. */
static bool walk_value(const struct pptp_option *o, struct pptp_sink *s)
{
	struct pptp_reader r = value_of(o);
	size_t length = pptp_reader_left(&r);

	switch (o->type < COUNT(options) ? options[o->type].form : FORM_HEX) {
	case FORM_NONE:
		return length == 0;
	case FORM_U8:
		return walk_number(r, 1, s);
	case FORM_U16:
		return walk_number(r, 2, s);
	case FORM_U32:
		return walk_number(r, 4, s);
	case FORM_METHOD:
		return walk_method(o, s);
	case FORM_CALLBACK:
		return walk_callback(r, s);
	case FORM_ENDPOINT:
		return walk_endpoint(r, s);
	default:
		if (length > 0)
			pptp_sink_hex(s, "value", o->value, length);
		return true;
	}
}

void pptp_lcp_option_walk(const struct pptp_option *o, struct pptp_sink *s)
{
	const char *name = pptp_lcp_option_name(o->type);

	s->object(s, NULL);
	s->number(s, "type", o->type);
	if (name != NULL)
		pptp_sink_string(s, "name", name);
	if (!walk_value(o, s)) {
		if (o->length > 2)
			pptp_sink_hex(s, "value", o->value, o->length - 2u);
		s->object(s, "malformed");
		pptp_sink_string(s, "why", "option's length is not its type's");
		s->end(s);
	}
	s->end(s);
}

void pptp_lcp_options_walk(struct pptp_reader list, struct pptp_sink *s,
			   const char *key)
{
	struct pptp_option o;

	s->array(s, key);
	while (pptp_option_next(&list, &o))
		pptp_lcp_option_walk(&o, s);
	s->end(s);
	pptp_ppp_malformed_walk(&list, s);
}

static void walk_u32(struct pptp_reader *r, const char *key,
		     struct pptp_sink *s)
{
	uint32_t value = pptp_read_u32(r);

	if (pptp_reader_ok(r))
		s->number(s, key, value);
}

static void walk_text(struct pptp_reader *r, struct pptp_sink *s)
{
	size_t length = pptp_reader_left(r);

	if (pptp_reader_ok(r))
		s->text(s, "text", pptp_read_bytes(r, length), length);
}

/* RFC 2153 2.1: an OUI, what kind of packet it is, and the vendor's bytes. */
static void walk_vendor(struct pptp_reader *r, struct pptp_sink *s)
{
	const uint8_t *oui;
	uint8_t kind;

	walk_u32(r, "magic_number", s);
	oui = pptp_read_bytes(r, 3);
	kind = pptp_read_u8(r);
	if (oui != NULL)
		pptp_sink_hex(s, "oui", oui, 3);
	if (pptp_reader_ok(r))
		s->number(s, "kind", kind);
	pptp_ppp_data_walk(*r, s);
}

static void walk_rejected(struct pptp_reader *r, struct pptp_sink *s)
{
	uint16_t protocol = pptp_read_u16(r);

	if (pptp_reader_ok(r))
		s->number(s, "rejected_protocol", protocol);
	pptp_ppp_data_walk(*r, s);
}

void pptp_lcp_walk(const struct pptp_ppp_packet *p, struct pptp_sink *s)
{
	struct pptp_reader r = p->data;

	switch (p->code) {
	case PPTP_CONFIGURE_REQUEST:
	case PPTP_CONFIGURE_ACK:
	case PPTP_CONFIGURE_NAK:
	case PPTP_CONFIGURE_REJECT:
		pptp_lcp_options_walk(r, s, "options");
		return;
	case PPTP_PROTOCOL_REJECT:
		walk_rejected(&r, s);
		break;
	case PPTP_LCP_ECHO_REQUEST:
	case PPTP_LCP_ECHO_REPLY:
	case PPTP_DISCARD_REQUEST:
		walk_u32(&r, "magic_number", s);
		pptp_ppp_data_walk(r, s);
		break;
	case PPTP_IDENTIFICATION:
		walk_u32(&r, "magic_number", s);
		walk_text(&r, s);
		break;
	case PPTP_TIME_REMAINING:
		walk_u32(&r, "magic_number", s);
		walk_u32(&r, "seconds_remaining", s);
		walk_text(&r, s);
		break;
	case 0:
		walk_vendor(&r, s);
		break;
	default:
		pptp_ppp_data_walk(r, s);
	}
	pptp_ppp_malformed_walk(&r, s);
}
