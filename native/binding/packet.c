/* SPDX-License-Identifier: BSD-2-Clause */
/* core.syn, core.gre and core.dissect: whole packets out and in. */
#include "binding/core.h"

#include <string.h>

#include "binding/arguments.h"
#include "binding/sink.h"
#include "format/dissect.h"
#include "format/gre.h"
#include "format/link.h"
#include "format/tcp.h"

#define PACKET_ROOM    2048
#define PAYLOAD_MAX    1500
#define DEFAULT_TTL    64
#define DEFAULT_WINDOW 64240 /* what Linux begins with on Ethernet */
#define LINKTYPE_RAW   101   /* a bare IP packet */

static lua_Integer required(lua_State *L, const char *key, lua_Integer least,
			    lua_Integer most)
{
	if (!pptp_arguments_has(L, 1, key))
		luaL_error(L, "field '%s' is missing", key);
	return pptp_arguments_integer(L, 1, key, least, most, least);
}

static void read_ip(lua_State *L, struct pptp_ip *ip)
{
	memset(ip, 0, sizeof(*ip));
	ip->source = pptp_arguments_address(L, 1, "source");
	ip->destination = pptp_arguments_address(L, 1, "target");
	if (ip->source.family == 0 || ip->destination.family == 0)
		luaL_error(L, "field '%s' is missing",
			   ip->source.family == 0 ? "source" : "target");
	if (ip->source.family != ip->destination.family)
		luaL_error(L, "fields 'source' and 'target' are of two IP "
			      "versions");
	ip->ttl =
	    (uint8_t)pptp_arguments_integer(L, 1, "ttl", 1, 255, DEFAULT_TTL);
	ip->identification =
	    (uint16_t)pptp_arguments_integer(L, 1, "id", 0, UINT16_MAX, 0);
	ip->dont_fragment = true;
}

static int push_packet(lua_State *L, const void *packet, int length)
{
	if (length < 0)
		return luaL_error(L, "the packet does not fit %d bytes",
				  PACKET_ROOM);
	lua_pushlstring(L, packet, (size_t)length);
	return 1;
}

int pptp_core_syn(lua_State *L)
{
	static const char *const keys[] = {
	    "source", "target", "source_port", "port", "sequence",
	    "ttl",    "window", "id",          NULL,
	};
	uint8_t packet[PACKET_ROOM];
	struct pptp_tcp tcp = {0};
	struct pptp_ip ip;

	pptp_arguments_check(L, 1, keys);
	read_ip(L, &ip);
	tcp.source_port = (uint16_t)required(L, "source_port", 1, UINT16_MAX);
	tcp.destination_port = (uint16_t)pptp_arguments_integer(
	    L, 1, "port", 1, UINT16_MAX, PPTP_PORT);
	tcp.sequence_number = (uint32_t)required(L, "sequence", 0, UINT32_MAX);
	tcp.window = (uint16_t)pptp_arguments_integer(
	    L, 1, "window", 0, UINT16_MAX, DEFAULT_WINDOW);
	return push_packet(
	    L, packet, pptp_tcp_syn_encode(&ip, &tcp, packet, sizeof(packet)));
}

int pptp_core_gre(lua_State *L)
{
	static const char *const keys[] = {
	    "source",         "target",  "call_id", "sequence", "ttl",
	    "acknowledgment", "payload", "id",      NULL,
	};
	uint8_t packet[PACKET_ROOM];
	struct pptp_gre gre = {0};
	struct pptp_ip ip;
	const char *payload;
	size_t length;

	pptp_arguments_check(L, 1, keys);
	read_ip(L, &ip);
	if (ip.source.family != 4)
		luaL_error(L, "fields 'source' and 'target': GRE for PPTP is "
			      "sent over IPv4 only");
	gre.call_id = (uint16_t)required(L, "call_id", 0, UINT16_MAX);
	gre.has_sequence = pptp_arguments_has(L, 1, "sequence");
	gre.sequence_number = (uint32_t)pptp_arguments_integer(
	    L, 1, "sequence", 0, UINT32_MAX, 0);
	gre.has_acknowledgment = pptp_arguments_has(L, 1, "acknowledgment");
	gre.acknowledgment_number = (uint32_t)pptp_arguments_integer(
	    L, 1, "acknowledgment", 0, UINT32_MAX, 0);
	payload = pptp_arguments_text(L, 1, "payload", PAYLOAD_MAX, &length);
	return push_packet(L, packet,
			   pptp_gre_packet_encode(&ip, &gre, payload, length,
						  packet, sizeof(packet)));
}

/* The reason of a last layer that is called "malformed". */
static int push_why(lua_State *L)
{
	lua_Integer n = (lua_Integer)lua_rawlen(L, -1);
	bool malformed;

	if (n == 0 || lua_rawgeti(L, -1, n) != LUA_TTABLE)
		return 1;
	malformed = pptp_arguments_fetch(L, -1, "layer") == LUA_TSTRING &&
		    strcmp(lua_tostring(L, -1), "malformed") == 0;
	pptp_arguments_fetch(L, -2, malformed ? "why" : "malformed");
	lua_replace(L, -3);
	lua_pop(L, 1);
	return 2;
}

int pptp_core_dissect(lua_State *L)
{
	size_t length;
	const char *frame = luaL_checklstring(L, 1, &length);
	lua_Integer linktype = luaL_optinteger(L, 2, LINKTYPE_RAW);
	enum pptp_link_payload kind = PPTP_LINK_IP;
	struct pptp_reader payload;
	struct pptp_table table;

	luaL_argcheck(L, linktype >= 0 && linktype <= UINT16_MAX, 2,
		      "not a link type");
	pptp_reader_init(&payload, frame, length);
	if (linktype != LINKTYPE_RAW)
		kind = pptp_link_decode((int)linktype, frame, length, &payload);
	pptp_table_init(&table, L);
	if (kind == PPTP_LINK_IP) {
		pptp_dissect_ip(payload.at, pptp_reader_left(&payload),
				&table.sink, NULL);
	} else if (kind == PPTP_LINK_PPP) {
		pptp_dissect_ppp(payload, &table.sink, NULL);
	} else {
		table.sink.array(&table.sink, NULL);
		table.sink.end(&table.sink);
		lua_pushliteral(L, "nothing that is read here inside the link "
				   "layer");
		return 2;
	}
	return push_why(L);
}
