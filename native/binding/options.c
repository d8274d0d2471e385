/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of LCP and the NCPs, from {type=, value=} to bytes. */
#include "binding/fields.h"

#include <string.h>

#include "binding/arguments.h"
#include "format/lcp.h"
#include "format/ncp.h"

#define VALUE_MAX 253

enum { MPPE = 18 };

/* Of an option whose value is a number: its size in bytes; else 0. */
static unsigned number_size(uint16_t protocol, uint8_t type)
{
	if (protocol == PPTP_PPP_CCP && type == MPPE)
		return 4;
	if (protocol != PPTP_PPP_LCP)
		return 0;
	switch (type) {
	case PPTP_LCP_ACCM:
	case PPTP_LCP_MAGIC:
		return 4;
	case PPTP_LCP_MRU:
	case PPTP_LCP_MRRU:
	case PPTP_LCP_LINK_DISCRIMINATOR:
		return 2;
	case PPTP_LCP_FCS_ALTERNATIVES:
		return 1;
	default:
		return 0;
	}
}

static void put_number(struct pptp_fields *f, uint16_t protocol, uint8_t type)
{
	unsigned size = number_size(protocol, type);
	uint32_t value;

	if (size == 0)
		luaL_error(f->L,
			   "field 'value' of option %d is a number, not "
			   "hexadecimal",
			   type);
	value = pptp_field_number(f, "value", size);
	while (size-- > 0)
		pptp_write_u8(f->w, (uint8_t)(value >> 8 * size));
}

static bool put_method(struct pptp_fields *f, const char *text)
{
	struct pptp_method m;
	uint8_t bytes[8];
	struct pptp_writer w;

	if (!pptp_method_parse(&m, text))
		return false;
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_method_encode(&w, m);
	pptp_write_bytes(f->w, bytes + 2, w.length - 2);
	return true;
}

static bool put_address(struct pptp_fields *f, const char *text, size_t length)
{
	struct pptp_address a;

	if (!pptp_address_parse(&a, text, length) || a.family != 4)
		return false;
	pptp_write_u32(f->w, pptp_address_v4_value(&a));
	return true;
}

/* A method's name, an address, or hexadecimal digits. */
static void put_string(struct pptp_fields *f, uint16_t protocol, uint8_t type)
{
	size_t length;
	const char *text = pptp_field_bytes(f, "value", 2 * VALUE_MAX, &length);

	if (text == NULL)
		return;
	if (protocol == PPTP_PPP_LCP && type == PPTP_LCP_AUTHENTICATION &&
	    strlen(text) == length && put_method(f, text))
		return;
	if (protocol == PPTP_PPP_IPCP && put_address(f, text, length))
		return;
	pptp_field_hex(f, "value", VALUE_MAX);
}

/* {operation=, message=} of callback, {class=, address=} of an endpoint
 * discriminator. The names beside the numbers are for readers. */
static void put_table(struct pptp_fields *f, uint8_t type)
{
	bool endpoint = type == PPTP_LCP_ENDPOINT_DISCRIMINATOR;
	const char *key = endpoint ? "address" : "message";
	struct pptp_fields value;
	const char *text;
	size_t length;

	if (!endpoint && type != PPTP_LCP_CALLBACK)
		luaL_error(f->L, "field 'value' of option %d is a table", type);
	if (pptp_arguments_fetch(f->L, f->table, "value") != LUA_TTABLE)
		luaL_error(f->L, "field 'value' of option %d is no table",
			   type);
	pptp_fields_open(&value, f->L, -1, f->w);
	pptp_write_u8(f->w, (uint8_t)pptp_field_required(
				&value, endpoint ? "class" : "operation", 1));
	text = pptp_field_bytes(&value, key, 2 * VALUE_MAX, &length);
	if (text == NULL || !endpoint || !put_address(f, text, length))
		pptp_field_hex(&value, key, VALUE_MAX - 1);
	(void)pptp_field_has(&value,
			     endpoint ? "class_name" : "operation_name");
	pptp_fields_close(&value);
	lua_pop(f->L, 2);
}

static void put_value(struct pptp_fields *f, uint16_t protocol, uint8_t type)
{
	int kind;

	if (pptp_field_has(f, "raw")) {
		(void)pptp_field_has(f, "value");
		pptp_field_hex(f, "raw", VALUE_MAX);
		return;
	}
	(void)pptp_field_has(f, "value");
	kind = pptp_arguments_fetch(f->L, f->table, "value");
	lua_pop(f->L, 1);
	if (kind == LUA_TNUMBER)
		put_number(f, protocol, type);
	else if (kind == LUA_TTABLE)
		put_table(f, type);
	else
		put_string(f, protocol, type);
}

/* The option on top of the stack, which is popped. */
static void put_option(lua_State *L, struct pptp_writer *w, uint16_t protocol)
{
	size_t start = w->length, length;
	struct pptp_fields f;
	uint8_t type;

	pptp_fields_open(&f, L, -1, w);
	type = (uint8_t)pptp_field_required(&f, "type", 1);
	pptp_field_named(&f, "name",
			 protocol == PPTP_PPP_LCP
			     ? pptp_lcp_option_name(type)
			     : pptp_ncp_option_name(protocol, type));
	pptp_write_u8(w, type);
	pptp_write_u8(w, 0);
	put_value(&f, protocol, type);
	(void)pptp_field_has(&f, "malformed"); /* decode's remark */
	pptp_fields_close(&f);
	length = w->length - start;
	if (length > UINT8_MAX)
		luaL_error(L, "field 'value' of option %d is too long", type);
	if (pptp_writer_ok(w))
		w->bytes[start + 1] = (uint8_t)length;
	lua_pop(L, 2);
}

void pptp_field_options(struct pptp_fields *f, uint16_t protocol)
{
	lua_State *L = f->L;
	lua_Integer i, n;
	int list, type;

	(void)pptp_field_has(f, "options");
	type = pptp_arguments_fetch(L, f->table, "options");
	list = lua_gettop(L);
	if (type != LUA_TNIL && type != LUA_TTABLE)
		luaL_error(L, "field 'options' is a %s, not a list",
			   lua_typename(L, type));
	n = type == LUA_TTABLE ? (lua_Integer)lua_rawlen(L, list) : 0;
	for (i = 1; i <= n; i++) {
		if (lua_rawgeti(L, list, i) != LUA_TTABLE)
			luaL_error(L,
				   "field 'options': element %I is not a "
				   "table",
				   (LUAI_UACINT)i);
		put_option(L, f->w, protocol);
	}
	lua_pop(L, 1);
}
