/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/talk.h"

#define ECHO_MOST 128 /* bytes of an echo request, with its headers */

struct pptp_wire_held {
	struct pptp_wire_held *next;
	struct pptp_wire_talk talk;
	struct pptp_demux_entry entry;
	uint16_t peer_call_id; /* of its first GRE packet */
	uint16_t identifier;   /* of its last echo request */
	bool called, echoed;   /* such were sent */
};

void pptp_wire_policy_init(struct pptp_wire_policy *p, uint32_t seed,
			   uint64_t now_ns)
{
	memset(p, 0, sizeof(*p));
	pptp_demux_init(&p->demux, seed);
	pptp_pace_init(&p->pace, PPTP_WIRE_RATE, now_ns);
}

void pptp_wire_policy_free(struct pptp_wire_policy *p)
{
	struct pptp_wire_held *h;

	while ((h = p->first) != NULL) {
		p->first = h->next;
		free(h);
	}
	pptp_demux_free(&p->demux);
	pptp_exclusions_free(&p->excluded);
}

/* ---- conversations ------------------------------------------------------- */

/* Multicast, reserved, unspecified: nobody who can answer for himself. */
static bool is_somebody(const struct pptp_address *a)
{
	static const uint8_t none[16];

	if (a->family == 4)
		return a->bytes[0] != 0 && a->bytes[0] < 224;
	return a->family == 6 && a->bytes[0] != 0xff &&
	       memcmp(a->bytes, none, sizeof(none)) != 0;
}

/* True where it is counted, or need not be. */
static bool count_public(struct pptp_wire_policy *p,
			 const struct pptp_wire_talk *talk)
{
	size_t i;

	if (talk->contact || pptp_address_is_private(&talk->target))
		return true;
	for (i = 0; i < p->publics; i++)
		if (pptp_address_equal(&p->public[i], &talk -> target))
			return true;
	if (p->publics == PPTP_WIRE_PUBLIC)
		return false;
	p->public[p->publics++] = talk->target;
	return true;
}

static struct pptp_wire_held **place_of(struct pptp_wire_policy *p,
					uint32_t number)
{
	struct pptp_wire_held **at = &p->first;

	while (*at != NULL && (*at)->talk.number != number)
		at = &(*at)->next;
	return at;
}

static int check(struct pptp_wire_policy *p, const struct pptp_wire_talk *talk)
{
	if (talk->number == 0 || talk->source.family != talk->target.family ||
	    !is_somebody(&talk->source) || !is_somebody(&talk->target))
		return EINVAL;
	if (pptp_demux_find(&p->demux, &talk->target) != NULL ||
	    *place_of(p, talk->number) != NULL)
		return EEXIST;
	if (pptp_exclusions_find(&p->excluded, &talk->target) != NULL)
		return EACCES;
	if (p->count >= PPTP_WIRE_TALKS)
		return EMFILE;
	return count_public(p, talk) ? 0 : EDQUOT;
}

int pptp_wire_policy_exclude(struct pptp_wire_policy *p,
			     const struct pptp_block *block)
{
	if (block->first.family != block->last.family ||
	    pptp_address_compare(&block->first, &block->last) > 0)
		return EINVAL;
	if (p->excluded.count >= PPTP_WIRE_BLOCKS)
		return EMFILE;
	return pptp_exclusions_append(&p->excluded, block) ? 0 : ENOMEM;
}

int pptp_wire_policy_talk(struct pptp_wire_policy *p,
			  struct pptp_wire_talk *talk, int64_t now_us)
{
	int error = check(p, talk);
	struct pptp_wire_held *h;

	if (error != 0)
		return error;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return ENOMEM;
	h->talk = *talk;
	h->entry.owner = h;
	h->entry.server = &h->talk.target;
	h->entry.source = &h->talk.source;
	if (talk->call &&
	    !pptp_demux_call_begin(&p->demux, &h->entry, now_us)) {
		error = errno;
		free(h);
		return error;
	}
	pptp_demux_add(&p->demux, &h->entry);
	talk->call_id = h->talk.call_id = h->entry.call_id;
	h->next = p->first;
	p->first = h;
	p->count++;
	return 0;
}

int pptp_wire_policy_hush(struct pptp_wire_policy *p, uint32_t number,
			  int64_t now_us)
{
	struct pptp_wire_held **at = place_of(p, number), *h = *at;

	if (h == NULL)
		return ENOENT;
	*at = h->next;
	pptp_demux_remove(&p->demux, &h->entry);
	pptp_demux_call_end(&p->demux, &h->entry, now_us);
	free(h);
	p->count--;
	return 0;
}

void pptp_wire_policy_each(const struct pptp_wire_policy *p,
			   void (*each)(void *context,
					const struct pptp_wire_talk *talk),
			   void *context)
{
	const struct pptp_wire_held *h;

	for (h = p->first; h != NULL; h = h->next)
		each(context, &h->talk);
}

/* ---- out ----------------------------------------------------------------- */

/* All of it here, nothing behind it, and no options or extension headers, which
 * may lead it elsewhere. */
static bool is_one_packet(const struct pptp_packet *packet)
{
	const struct pptp_ip *ip = &packet->ip;
	size_t header = ip->source.family == 4 ? 20 : 40;

	return packet->whole && !ip->truncated && !ip->more_fragments &&
	       ip->fragment_offset == 0 &&
	       pptp_reader_offset(&ip->payload) == header &&
	       header + pptp_reader_left(&ip->payload) == packet->length;
}

static bool may_knock(const struct pptp_wire_held *h,
		      const struct pptp_tcp *tcp)
{
	return tcp->flags == PPTP_TCP_SYN &&
	       tcp->destination_port == h->talk.port &&
	       tcp->source_port >= PPTP_SYN_PORT &&
	       pptp_reader_left(&tcp->payload) == 0;
}

static bool may_echo(struct pptp_wire_held *h, const struct pptp_packet *packet)
{
	const struct pptp_icmp *icmp = &packet->icmp;
	uint8_t type =
	    icmp->v6 ? PPTP_ICMPV6_ECHO_REQUEST : PPTP_ICMP_ECHO_REQUEST;

	if (icmp->type != type || icmp->code != 0 || packet->length > ECHO_MOST)
		return false;
	h->identifier = icmp->identifier;
	h->echoed = true;
	return true;
}

/* One Call-ID of the peer's for one conversation. Outside a call there is an
 * acknowledgment, which can disturb nobody's tunnel. */
static bool may_talk(struct pptp_wire_held *h, const struct pptp_packet *packet)
{
	const struct pptp_gre *gre = &packet->gre;
	bool plain = !gre->has_sequence && pptp_reader_left(&gre->payload) == 0;

	if (packet->ip.source.family != 4 || (h->talk.call_id == 0 && !plain) ||
	    (h->called && gre->call_id != h->peer_call_id))
		return false;
	h->peer_call_id = gre->call_id;
	h->called = true;
	return true;
}

static bool may_leave(struct pptp_wire_policy *p,
		      const struct pptp_address *source,
		      const struct pptp_packet *packet)
{
	const struct pptp_ip *ip = &packet->ip;
	struct pptp_demux_entry *e =
	    pptp_demux_find(&p->demux, &ip->destination);
	struct pptp_wire_held *h = e != NULL ? e->owner : NULL;

	if (h == NULL || !is_one_packet(packet) ||
	    !pptp_address_equal(&ip->source, source) ||
	    !pptp_address_equal(source, &h->talk.source))
		return false;
	switch (packet->kind) {
	case PPTP_PACKET_TCP:
		return may_knock(h, &packet->tcp);
	case PPTP_PACKET_ICMP:
		return may_echo(h, packet);
	case PPTP_PACKET_GRE:
		return may_talk(h, packet);
	case PPTP_PACKET_OTHER:
		break;
	}
	return false;
}

int pptp_wire_policy_out(struct pptp_wire_policy *p,
			 const struct pptp_address *source, const void *packet,
			 size_t length, uint64_t now_ns)
{
	struct pptp_packet decoded;

	if (!pptp_packet_decode(&decoded, packet, length) ||
	    !may_leave(p, source, &decoded))
		return EPERM;
	return pptp_pace_take(&p->pace, now_ns, 1) == 1 ? 0 : EAGAIN;
}

/* ---- in ------------------------------------------------------------------ */

enum way {
	NEITHER,
	FROM_US,
	TO_US,
};

static enum way way_of(const struct pptp_wire_held *h, const struct pptp_ip *ip)
{
	const struct pptp_wire_talk *t = &h->talk;

	if (pptp_address_equal(&ip->source, &t->target) &&
	    pptp_address_equal(&ip->destination, &t->source))
		return TO_US;
	if (pptp_address_equal(&ip->source, &t->source) &&
	    pptp_address_equal(&ip->destination, &t->target))
		return FROM_US;
	return NEITHER;
}

/* Where the target is this host both ways are one. */
static bool is_own_tcp(const struct pptp_wire_held *h, const struct pptp_ip *ip,
		       uint16_t source, uint16_t destination)
{
	return way_of(h, ip) != NEITHER &&
	       (source == h->talk.port || destination == h->talk.port);
}

static bool is_own_call(const struct pptp_wire_held *h,
			const struct pptp_ip *ip, uint16_t call_id)
{
	const struct pptp_wire_talk *t = &h->talk;
	bool of_peer = h->called && call_id == h->peer_call_id;
	bool ours = t->call_id != 0 ? call_id == t->call_id : of_peer;

	if (pptp_address_equal(&t->source, &t->target))
		return way_of(h, ip) != NEITHER && (ours || of_peer);
	switch (way_of(h, ip)) {
	case TO_US:
		return ours;
	case FROM_US:
		return of_peer;
	case NEITHER:
		break;
	}
	return false;
}

/* GRE is quoted with 8 bytes of its header at least, and TCP with its ports. */
static bool is_own_quote(const struct pptp_wire_held *h,
			 const struct pptp_ip *quote)
{
	struct pptp_reader r = quote->payload;
	struct pptp_gre gre;
	uint16_t source, destination;

	if (quote->protocol == PPTP_IP_GRE)
		return pptp_gre_decode_quote(&gre, &r) &&
		       is_own_call(h, quote, gre.call_id);
	if (quote->protocol == PPTP_IP_TCP) {
		source = pptp_read_u16(&r);
		destination = pptp_read_u16(&r);
		return pptp_reader_ok(&r) &&
		       is_own_tcp(h, quote, source, destination);
	}
	return (quote->protocol == PPTP_IP_ICMP ||
		quote->protocol == PPTP_IP_ICMPV6) &&
	       h->echoed && way_of(h, quote) == FROM_US;
}

static bool is_own_icmp(const struct pptp_wire_held *h,
			const struct pptp_packet *packet)
{
	const struct pptp_icmp *icmp = &packet->icmp;

	if (icmp->has_quote)
		return is_own_quote(h, &icmp->quote);
	return h->echoed && icmp->identifier == h->identifier &&
	       way_of(h, &packet->ip) != NEITHER;
}

static enum pptp_wire_verdict judge(const struct pptp_wire_held *h,
				    const struct pptp_packet *packet)
{
	const struct pptp_ip *ip = &packet->ip;
	bool own = false;

	switch (packet->kind) {
	case PPTP_PACKET_TCP:
		own = is_own_tcp(h, ip, packet->tcp.source_port,
				 packet->tcp.destination_port);
		break;
	case PPTP_PACKET_ICMP:
		own = is_own_icmp(h, packet);
		break;
	case PPTP_PACKET_GRE:
		own = is_own_call(h, ip, packet->gre.call_id);
		if (!own && h->talk.call_id != 0 &&
		    packet->gre.call_id == h->talk.call_id &&
		    pptp_address_equal(&ip->destination, &h->talk.source))
			return PPTP_WIRE_HEADERS;
		break;
	case PPTP_PACKET_OTHER:
		break;
	}
	return own ? PPTP_WIRE_WHOLE : PPTP_WIRE_DROP;
}

enum pptp_wire_verdict pptp_wire_policy_in(const struct pptp_wire_policy *p,
					   const struct pptp_packet *packet)
{
	struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES];
	enum pptp_wire_verdict best = PPTP_WIRE_DROP, one;
	size_t n, i;

	/* Ports and Call-IDs of a header that is broken are 0. */
	if (!packet->whole)
		return PPTP_WIRE_DROP;
	n = pptp_demux_candidates(&p->demux, packet, found);
	for (i = 0; i < n; i++) {
		one = judge(found[i]->owner, packet);
		best = one > best ? one : best;
	}
	return best;
}
