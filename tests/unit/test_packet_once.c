/* SPDX-License-Identifier: BSD-2-Clause */
/* Nobody who is handed a packet decodes its header again. */
#include "format/packet.h"

#include "unit/peer.h"

/* Linked in the place of the library's (see the Makefile). */
bool __real_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r);
bool __wrap_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r);

static unsigned decoded; /* IP headers */

bool __wrap_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r)
{
	decoded++;
	return __real_pptp_ip_decode(ip, r);
}

static struct pptp_packet p;

static void hand_over(const void *bytes, size_t length, unsigned quotes)
{
	unsigned before = decoded;

	ck_assert(pptp_packet_decode(&p, bytes, length));
	w.now += MS;
	ck_assert(pptp_conversation_packet(&w.c, &p, w.now));
	ck_assert_uint_eq(decoded - before, 1 + quotes);
}

static void hand_over_segment(struct segment s)
{
	uint8_t bytes[40];

	hand_over(bytes, segment_bytes(s, bytes), 0);
}

static void hand_over_gre(uint32_t sequence, const char *hex)
{
	uint8_t bytes[128];

	hand_over(bytes, call_packet(sequence, hex, bytes, sizeof(bytes)), 0);
}

START_TEST(a_conversation_decodes_no_header_of_what_it_is_handed)
{
	struct setting f = knocking();
	struct pptp_tcp syn;

	begin(&f);
	syn = expect_syn();
	hand_over_segment((struct segment){SERVER, US, 1723, syn.source_port,
					   PPTP_TCP_SYN | PPTP_TCP_ACK, 77,
					   syn.sequence_number + 1});
	drain();
	hand_over_segment(
	    (struct segment){US, SERVER, 40000, 1723, PPTP_TCP_SYN, 5, 0});
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	say(PPTP_OCRP);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	hand_over_gre(0, "ff03c021 0101000f 0305c22381 0506aabbccdd");
	ck_assert_uint_eq(w.c.record.lcp.offers, 1);
	hand_over_gre(1, "ff03c021 05020004");
	ck_assert(w.c.record.lcp.terminated);
}
END_TEST

/* The packet that ICMP quotes has a header of its own. */
START_TEST(a_quoted_header_is_decoded_once_too)
{
	uint8_t bytes[256];
	struct setting f = plan();
	const struct sent *s;
	struct pptp_writer out;
	struct pptp_ip ip;

	open_call(&f);
	s = last_packet();
	memset(&ip, 0, sizeof(ip));
	ip.source = address(SERVER);
	ip.destination = address(US);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_ip_encode(&out, &ip, 8 + s->length);
	pptp_write_u8(&out, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&out, 2);
	pptp_write_zeros(&out, 6);
	pptp_write_bytes(&out, s->bytes, s->length);
	ck_assert(pptp_writer_ok(&out));
	hand_over(bytes, out.length, 1);
	ck_assert_int_eq(w.c.record.gre.reason, PPTP_REASON_ICMP);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("packet, once");

	CLAIM(s, a_conversation_decodes_no_header_of_what_it_is_handed);
	CLAIM(s, a_quoted_header_is_decoded_once_too);
	return run_suite(s);
}
