/* SPDX-License-Identifier: BSD-2-Clause */
/* Link-layer headers, by their LINKTYPE_ and DLT_ numbers. Those are written
 * out here: this file is part of a module that must not need libpcap. */
#include "format/link.h"

enum {
	TYPE_NULL = 0,
	TYPE_ETHERNET = 1,
	TYPE_PPP = 9,
	TYPE_RAW_LINUX = 12,
	TYPE_RAW_OPENBSD = 14,
	TYPE_PPP_SERIAL = 50,
	TYPE_PPP_ETHER = 51,
	TYPE_RAW = 101,
	TYPE_LOOP = 108,
	TYPE_COOKED = 113,
	TYPE_PPP_DIRECTION = 204,
	TYPE_IPV4 = 228,
	TYPE_IPV6 = 229,
	TYPE_COOKED2 = 276,
};

enum {
	ETHER_IPV4 = 0x0800,
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_ARP = 0x0806,
	ETHER_RARP = 0x8035,
	ETHER_PPPOE_DISCOVERY = 0x8863,
	ETHER_PPPOE = 0x8864, /* session stage */
	ETHER_EAPOL = 0x888e,
	ETHER_LLDP = 0x88cc,
	ETHER_LOOP = 0x9000, /* configuration testing */
	ETHER_PPP = 0x880b,
	ETHER_QINQ = 0x88a8,
	ETHER_QINQ_OLD = 0x9100,
	ETHER_LENGTH = 1500, /* up to here, of an 802.3 frame with LLC */
};

enum { CISCO_UNICAST = 0x0f, CISCO_BROADCAST = 0x8f };

#define TAGS 4 /* stacked VLAN tags that are followed */

/* PPPoE (RFC 2516 4): version and type 1, code 0; its length ends the frame,
 * whatever padding follows. */
static enum pptp_link_payload pppoe(struct pptp_reader *r)
{
	uint8_t version = pptp_read_u8(r), code = pptp_read_u8(r);
	size_t length;

	pptp_read_skip(r, 2);
	length = pptp_read_u16(r);
	if (!pptp_reader_ok(r) || version != 0x11 || code != 0)
		return PPTP_LINK_OTHER;
	if (length < pptp_reader_left(r))
		*r = pptp_read_sub(r, length);
	return PPTP_LINK_PPP;
}

/* IEEE 802.2 with SNAP, which is Ethernet's type behind six bytes. */
static bool is_snap(struct pptp_reader *r)
{
	struct pptp_reader peek = *r;

	if (pptp_read_u32(&peek) != 0xaaaa0300 || pptp_read_u16(&peek) != 0 ||
	    !pptp_reader_ok(&peek))
		return false;
	*r = peek;
	return true;
}

static enum pptp_link_payload ethertype(struct pptp_reader *r, uint16_t type)
{
	if (type <= ETHER_LENGTH && is_snap(r))
		type = pptp_read_u16(r);
	for (unsigned i = 0; i < TAGS; i++) {
		if (type != ETHER_VLAN && type != ETHER_QINQ &&
		    type != ETHER_QINQ_OLD)
			break;
		pptp_read_skip(r, 2);
		type = pptp_read_u16(r);
	}
	switch (type) {
	case ETHER_IPV4:
	case ETHER_IPV6:
		return PPTP_LINK_IP;
	case ETHER_PPPOE:
		return pppoe(r);
	case ETHER_PPP:
		return PPTP_LINK_PPP;
	case ETHER_ARP:
	case ETHER_RARP:
	case ETHER_PPPOE_DISCOVERY:
	case ETHER_EAPOL:
	case ETHER_LLDP:
	case ETHER_LOOP:
		return PPTP_LINK_NONE;
	default:
		return type <= ETHER_LENGTH ? PPTP_LINK_NONE : PPTP_LINK_OTHER;
	}
}

/* By the version in its first byte: AF_INET6 has as many numbers as systems,
 * and both byte orders. */
static enum pptp_link_payload by_version(const struct pptp_reader *r)
{
	struct pptp_reader peek = *r;
	unsigned version = pptp_read_u8(&peek) >> 4;

	return version == 4 || version == 6 ? PPTP_LINK_IP : PPTP_LINK_OTHER;
}

static enum pptp_link_payload after(struct pptp_reader *r, size_t skip)
{
	pptp_read_skip(r, skip);
	return ethertype(r, pptp_read_u16(r));
}

static enum pptp_link_payload cooked2(struct pptp_reader *r)
{
	uint16_t type = pptp_read_u16(r);

	pptp_read_skip(r, 18);
	return ethertype(r, type);
}

/* Cisco's HDLC (RFC 1547 4.3.1) has address, control and an Ethernet type. */
static bool is_cisco(const struct pptp_reader *r)
{
	struct pptp_reader peek = *r;
	uint8_t address = pptp_read_u8(&peek);

	return address == CISCO_UNICAST || address == CISCO_BROADCAST;
}

/* PPP over serial lines (RFC 1662), over Ethernet, or bare. */
static enum pptp_link_payload ppp(struct pptp_reader *r, int linktype)
{
	if (linktype == TYPE_PPP_SERIAL && is_cisco(r))
		return after(r, 2);
	if (linktype == TYPE_PPP_ETHER)
		return pppoe(r);
	if (linktype == TYPE_PPP_DIRECTION)
		pptp_read_skip(r, 1);
	return PPTP_LINK_PPP;
}

static enum pptp_link_payload decode(struct pptp_reader *r, int linktype)
{
	switch (linktype) {
	case TYPE_ETHERNET:
		return after(r, 12);
	case TYPE_COOKED:
		return after(r, 14);
	case TYPE_COOKED2:
		return cooked2(r);
	case TYPE_NULL:
	case TYPE_LOOP:
		pptp_read_skip(r, 4);
		return by_version(r);
	case TYPE_RAW_LINUX:
	case TYPE_RAW_OPENBSD:
	case TYPE_RAW:
	case TYPE_IPV4:
	case TYPE_IPV6:
		return by_version(r);
	case TYPE_PPP:
	case TYPE_PPP_SERIAL:
	case TYPE_PPP_ETHER:
	case TYPE_PPP_DIRECTION:
		return ppp(r, linktype);
	default:
		return PPTP_LINK_OTHER;
	}
}

enum pptp_link_payload pptp_link_decode(int linktype, const void *frame,
					size_t length,
					struct pptp_reader *payload)
{
	enum pptp_link_payload kind;

	pptp_reader_init(payload, frame, length);
	kind = decode(payload, linktype);
	if (!pptp_reader_ok(payload))
		return PPTP_LINK_OTHER;
	/* Offsets of what is inside count from its own start. */
	pptp_reader_init(payload, payload->at, pptp_reader_left(payload));
	return kind;
}

bool pptp_link_is_known(int linktype)
{
	static const int known[] = {
	    TYPE_NULL,      TYPE_ETHERNET,      TYPE_PPP,
	    TYPE_RAW_LINUX, TYPE_RAW_OPENBSD,   TYPE_PPP_SERIAL,
	    TYPE_PPP_ETHER, TYPE_RAW,           TYPE_LOOP,
	    TYPE_COOKED,    TYPE_PPP_DIRECTION, TYPE_IPV4,
	    TYPE_IPV6,      TYPE_COOKED2,
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == linktype)
			return true;
	return false;
}
