/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each kind was met by somebody; the comments say where it is known from. The
 * places are issues of projects on GitHub, unless they are RFCs.
 */
#include "lab/box.h"

#include <string.h>

#include "format/gre.h"
#include "format/icmp.h"
#include "format/tcp.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define LATER  (50 * (SECOND / 1000))
#define QUOTE  28 /* an IP header and eight bytes: RFC 792 */

enum { TO_SERVER, TO_CLIENT, TIME_STAMPS = 8 };

const char *lab_box_name(unsigned kind)
{
	static const char *const names[LAB_BOXES] = {
	    "none",         "handmade_drop", "handmade_rst", "handmade_icmp",
	    "handmade_ack", "soft_icmp",     "forged_icmp",  "gateway",
	    "bare_ack",     "bare_rst",      "ban",          "rate",
	    "forward",      "forward_out",   "first_packet", "first_call",
	    "late_socket",
	};

	return kind < LAB_BOXES ? names[kind] : NULL;
}

void lab_box_init(struct lab_box *b, enum lab_box_kind kind, int detail,
		  const struct pptp_address *router)
{
	memset(b, 0, sizeof(*b));
	b->kind = kind;
	b->detail = detail;
	b->router = *router;
}

/* ---- answers ------------------------------------------------------------- */

/* ICMP 3/`code` about `packet`. Readers accept an unfinished checksum; who has
 * a wire that is checked writes it. */
static void unreachable(struct lab_passage *p, const struct pptp_address *from,
			uint8_t code, const struct pptp_ip *about,
			const uint8_t *packet, size_t length, bool forged)
{
	struct pptp_ip ip;
	struct pptp_writer w;
	size_t quote = length < QUOTE ? length : QUOTE;

	memset(&ip, 0, sizeof(ip));
	ip.source = *from;
	ip.destination = about->source;
	ip.ttl = 64;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&w, p->answer, sizeof(p->answer));
	pptp_ip_encode(&w, &ip, 8 + quote);
	pptp_write_u8(&w, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&w, code);
	pptp_write_zeros(&w, 6);
	pptp_write_bytes(&w, packet, quote);
	p->length = w.length;
	if (forged) /* the quoted sequence number's first byte */
		p->answer[w.length - 4] ^= 0x5a;
}

/* A segment in the server's name, without options. */
static void segment(struct lab_passage *p, const struct pptp_ip *about,
		    const struct pptp_tcp *tcp, uint8_t flags)
{
	struct pptp_ip ip;
	struct pptp_writer w;
	bool acknowledges = (flags & PPTP_TCP_ACK) != 0;

	memset(&ip, 0, sizeof(ip));
	ip.source = about->destination;
	ip.destination = about->source;
	ip.ttl = 64;
	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&w, p->answer, sizeof(p->answer));
	pptp_ip_encode(&w, &ip, 20);
	pptp_write_u16(&w, tcp->destination_port);
	pptp_write_u16(&w, tcp->source_port);
	pptp_write_u32(&w, 0);
	pptp_write_u32(&w, acknowledges ? tcp->sequence_number + 1 : 0);
	pptp_write_u8(&w, 5 << 4);
	pptp_write_u8(&w, flags);
	pptp_write_u16(&w, flags & PPTP_TCP_RST ? 0 : 65535);
	pptp_write_zeros(&w, 4);
	p->length = w.length;
}

/* ---- SYNs ---------------------------------------------------------------- */

static bool has_time_stamps(const struct pptp_tcp *tcp)
{
	struct pptp_reader in;
	uint8_t kind, length;

	pptp_reader_init(&in, tcp->options, tcp->options_length);
	while (pptp_reader_left(&in) > 0) {
		kind = pptp_read_u8(&in);
		if (kind == TIME_STAMPS)
			return true;
		if (kind < 2) /* end of the list, no operation */
			continue;
		length = pptp_read_u8(&in);
		if (length < 2)
			return false;
		pptp_read_skip(&in, length - 2U);
	}
	return false;
}

static struct lab_flow *flow_of(struct lab_box *b, uint16_t port)
{
	for (unsigned i = 0; i < b->flows && i < LAB_BOX_FLOWS; i++)
		if (b->flow[i].port == port)
			return &b->flow[i];
	return NULL;
}

static struct lab_flow *new_flow(struct lab_box *b, uint16_t port, int64_t now)
{
	struct lab_flow *flow = &b->flow[b->flows++ % LAB_BOX_FLOWS];

	*flow = (struct lab_flow){port, false, now};
	return flow;
}

/* SYN scans that meet a filter where connect scans meet an open port:
 * nmap/nmap#2950, microsoft/WSL#12186, evilsocket/opensnitch#1160,
 * cilium/cilium#19623. What a box looks at is its own affair; here it is the
 * time stamps. */
static void handmade(struct lab_box *b, struct lab_passage *p,
		     const struct pptp_ip *ip, const struct pptp_tcp *tcp,
		     const uint8_t *packet, size_t length)
{
	if (has_time_stamps(tcp))
		return;
	p->passes = false;
	if (b->kind == LAB_HANDMADE_RST)
		segment(p, ip, tcp, PPTP_TCP_RST | PPTP_TCP_ACK);
	else if (b->kind == LAB_HANDMADE_ACK)
		segment(p, ip, tcp, PPTP_TCP_ACK);
	else if (b->kind == LAB_HANDMADE_ICMP)
		unreachable(p, &b->router, (uint8_t)b->detail, ip, packet,
			    length, false);
}

/* Soft errors, which end Linux' connect() though the port is open: RFC 1122
 * 4.2.3.9, RFC 5461; forged ones: RFC 5927 4.1. */
static void icmp_for_syn(struct lab_box *b, struct lab_passage *p, bool first,
			 const struct pptp_ip *ip, const uint8_t *packet,
			 size_t length)
{
	if (b->kind == LAB_SOFT_ICMP)
		p->delay_us = LATER;
	else if (first)
		p->passes = false;
	if (b->kind == LAB_SOFT_ICMP || first)
		unreachable(p, &b->router, (uint8_t)b->detail, ip, packet,
			    length, b->kind == LAB_FORGED_ICMP);
}

/* Lists of new connections, as RouterOS users write them:
 * teckerpro/MikroTik-pptpBan, ChusnulHadi/networking. What was let through once
 * is no new connection when it is sent again. */
static bool admits(struct lab_box *b, struct lab_flow *flow, int64_t now)
{
	unsigned recent = 0, kept = b->flows;

	if (flow->passed)
		return true;
	if (kept > LAB_BOX_FLOWS)
		kept = LAB_BOX_FLOWS;
	for (unsigned i = 0; i < kept; i++)
		recent += b->flow[i].passed && now - b->flow[i].at < MINUTE;
	if (b->kind == LAB_BAN)
		b->banned |= b->flows >= (unsigned)b->detail;
	if (b->kind == LAB_BAN)
		flow->passed = !b->banned;
	else
		flow->passed = recent < (unsigned)b->detail;
	flow->at = now;
	return flow->passed;
}

static void pass_syn(struct lab_box *b, struct lab_passage *p,
		     const struct pptp_ip *ip, const struct pptp_tcp *tcp,
		     const uint8_t *packet, size_t length, int64_t now)
{
	struct lab_flow *flow = flow_of(b, tcp->source_port);
	bool first = flow == NULL;

	if (first)
		flow = new_flow(b, tcp->source_port, now);
	switch (b->kind) {
	case LAB_HANDMADE_DROP:
	case LAB_HANDMADE_RST:
	case LAB_HANDMADE_ICMP:
	case LAB_HANDMADE_ACK:
		handmade(b, p, ip, tcp, packet, length);
		break;
	case LAB_SOFT_ICMP:
	case LAB_FORGED_ICMP:
	case LAB_GATEWAY:
		icmp_for_syn(b, p, first, ip, packet, length);
		break;
	case LAB_BARE_ACK: /* robertdavidgraham/masscan#641; RFC 5961 4 */
		p->passes = false;
		segment(p, ip, tcp, PPTP_TCP_ACK);
		break;
	case LAB_BARE_RST: /* RFC 9293 3.10.7.3: not acceptable to a SYN */
		p->passes = false;
		segment(p, ip, tcp, PPTP_TCP_RST);
		break;
	case LAB_BAN:
	case LAB_RATE:
		p->passes = admits(b, flow, now);
		break;
	default:
		break;
	}
}

/* ---- GRE ----------------------------------------------------------------- */

/* Counts a packet of a call; true where the call is the first. */
static bool count(struct lab_box *b, int way, uint16_t call_id)
{
	if (!b->way[way].begun) {
		b->way[way].begun = true;
		b->way[way].first = b->way[way].last = call_id;
	} else if (b->way[way].last != call_id) {
		b->way[way].last = call_id;
		b->way[way].packets = 0;
	}
	b->way[way].packets++;
	return call_id == b->way[way].first;
}

/* A forward of TCP 1723 without GRE (coolsnowwolf/lede#4399,
 * firewalld/firewalld#199); broken checksums behind the first packet
 * (opnsense/src#312); GRE for the first call alone
 * (Ysurac/openmptcprouter#4184); a socket that opens late (poptop starts
 * pptpctrl for each call). */
static void pass_gre(struct lab_box *b, struct lab_passage *p, int way,
		     const struct pptp_ip *ip, const struct pptp_gre *gre,
		     const uint8_t *packet, size_t length)
{
	bool first_call = count(b, way, gre->call_id);
	bool first = b->way[way].packets == 1;
	int code = -1;

	switch (b->kind) {
	case LAB_FORWARD:
	case LAB_FORWARD_OUT:
		p->passes = way == TO_CLIENT && b->kind == LAB_FORWARD_OUT;
		if (way == TO_SERVER && b->detail > 0)
			code = b->detail;
		break;
	case LAB_FIRST_PACKET:
		p->passes = first;
		break;
	case LAB_FIRST_CALL:
		p->passes = first_call;
		break;
	case LAB_LATE_SOCKET:
		if (way == TO_SERVER && first && (first_call || b->detail == 0))
			code = 2;
		p->passes = code < 0;
		break;
	default:
		break;
	}
	if (code >= 0)
		unreachable(p, &ip->destination, (uint8_t)code, ip, packet,
			    length, false);
}

struct lab_passage lab_box_pass(struct lab_box *b, bool to_server,
				const void *packet, size_t length, int64_t now)
{
	struct lab_passage p = {.passes = true};
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_tcp tcp;
	struct pptp_gre gre;

	pptp_reader_init(&in, packet, length);
	if (b->kind == LAB_NO_BOX || !pptp_ip_decode(&ip, &in))
		return p;
	if (ip.protocol == PPTP_IP_GRE && pptp_gre_decode(&gre, &ip.payload))
		pass_gre(b, &p, to_server ? TO_SERVER : TO_CLIENT, &ip, &gre,
			 packet, length);
	else if (to_server && ip.protocol == PPTP_IP_TCP &&
		 pptp_tcp_decode(&tcp, &ip.payload) &&
		 (tcp.flags & (PPTP_TCP_SYN | PPTP_TCP_ACK)) == PPTP_TCP_SYN)
		pass_syn(b, &p, &ip, &tcp, packet, length, now);
	return p;
}
