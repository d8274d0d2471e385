/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/syn_reply.h"

#include "unit/scan.h"

/* By scapy: 192.0.2.1 port 24600 sent a SYN with 0x01020304 to 198.51.100.7
 * port 1723; 203.0.113.9 is a router. */
#define SYN_ACK                                                                \
	"4500002c000300003c06928dc6336407c000020106bb6018000000070102030560"   \
	"12fe8842780000020405ac"
#define RST                                                                    \
	"45000028000300003c069291c6336407c000020106bb60180000000001020305"     \
	"5014000058ba0000"
#define UNREACHABLE                                                            \
	"45000038000300003c0180b7cb007109c0000201030d92190000000045000028"     \
	"004d00000906c547c0000201c6336407601806bb01020304"
#define EXCEEDED                                                               \
	"45000038000300003c0180b7cb007109c00002010b008a260000000045000028"     \
	"004d00000906c547c0000201c6336407601806bb01020304"
#define UNREACHABLE_V6                                                         \
	"6000000000443a3d20010db800000000000000000000009920010db800000000"     \
	"000000000000000101013c7100000000600000000014060920010db800000000"     \
	"000000000000000120010db8000000000000000000000002601806bb01020304"     \
	"0000000050022000c9940000"

static struct pptp_syn_reply reply_of(struct vector v)
{
	struct guarded g = guarded_new();
	struct pptp_syn_reply reply;

	pptp_syn_reply_decode(&reply, guarded_copy(&g, v.bytes, v.length),
			      v.length);
	guarded_free(&g);
	return reply;
}

static const struct pptp_cookie cookie = {
    .sequence_number = 0x01020304,
    .source_port = 24600,
};

static void check_address(const struct pptp_address *a, const char *text)
{
	char is[PPTP_ADDRESS_TEXT];

	pptp_address_format(a, is);
	ck_assert_str_eq(is, text);
}

static void check_sides(const struct pptp_syn_reply *reply)
{
	check_address(&reply->target, "198.51.100.7");
	check_address(&reply->source, "192.0.2.1");
	ck_assert_uint_eq(reply->port, 1723);
	ck_assert_uint_eq(reply->source_port, 24600);
	ck_assert_uint_eq(reply->ttl, 60);
	ck_assert(pptp_syn_reply_is_proven(reply, &cookie));
}

START_TEST(syn_ack_tells_its_sides_and_its_number)
{
	struct pptp_syn_reply reply = reply_of(vector(SYN_ACK));

	ck_assert_int_eq(reply.kind, PPTP_SYN_REPLY_SYN_ACK);
	check_sides(&reply);
	check_address(&reply.from, "198.51.100.7");
	ck_assert_uint_eq(reply.number, 0x01020305);
	ck_assert_uint_eq(reply.window, 65160);
	ck_assert_uint_eq(reply.mss, 1452);
	reply.number--;
	ck_assert(!pptp_syn_reply_is_proven(&reply, &cookie));
	reply.number += 2;
	ck_assert(!pptp_syn_reply_is_proven(&reply, &cookie));
}
END_TEST

START_TEST(rst_may_acknowledge_the_number_itself)
{
	struct pptp_syn_reply reply = reply_of(vector(RST));

	ck_assert_int_eq(reply.kind, PPTP_SYN_REPLY_RST);
	check_sides(&reply);
	reply.number--;
	ck_assert(pptp_syn_reply_is_proven(&reply, &cookie));
	reply.number--;
	ck_assert(!pptp_syn_reply_is_proven(&reply, &cookie));
	reply.number += 3;
	ck_assert(!pptp_syn_reply_is_proven(&reply, &cookie));
}
END_TEST

START_TEST(icmp_is_believed_by_what_it_quotes)
{
	struct pptp_syn_reply reply = reply_of(vector(UNREACHABLE));

	ck_assert_int_eq(reply.kind, PPTP_SYN_REPLY_ICMP);
	check_sides(&reply);
	check_address(&reply.from, "203.0.113.9");
	ck_assert_uint_eq(reply.icmp_type, 3);
	ck_assert_uint_eq(reply.icmp_code, 13);
	ck_assert(reply.icmp_hard);
	reply.number++;
	ck_assert(!pptp_syn_reply_is_proven(&reply, &cookie));
	reply = reply_of(vector(EXCEEDED));
	ck_assert_int_eq(reply.kind, PPTP_SYN_REPLY_ICMP);
	check_sides(&reply);
	ck_assert_uint_eq(reply.icmp_type, 11);
	ck_assert(!reply.icmp_hard);
}
END_TEST

START_TEST(icmpv6_is_believed_alike)
{
	struct pptp_syn_reply reply = reply_of(vector(UNREACHABLE_V6));

	ck_assert_int_eq(reply.kind, PPTP_SYN_REPLY_ICMP);
	check_address(&reply.target, "2001:db8::2");
	check_address(&reply.from, "2001:db8::99");
	ck_assert_uint_eq(reply.icmp_code, 1);
	ck_assert(reply.icmp_hard);
	ck_assert(pptp_syn_reply_is_proven(&reply, &cookie));
}
END_TEST

START_TEST(another_port_of_ours_proves_nothing)
{
	static const char *const packets[] = {SYN_ACK, RST, UNREACHABLE};
	struct pptp_syn_reply reply;
	size_t i;

	for (i = 0; i < 3; i++) {
		reply = reply_of(vector(packets[i]));
		reply.source_port++;
		ck_assert(!pptp_syn_reply_is_proven(&reply, &cookie));
	}
}
END_TEST

/* The SYN-ACK with these flags. */
static enum pptp_syn_reply_kind kind_of(uint8_t flags)
{
	struct vector v = vector(SYN_ACK);

	v.bytes[20 + 13] = flags;
	return reply_of(v).kind;
}

START_TEST(other_segments_are_none)
{
	unsigned flags, kind;

	for (flags = 0; flags < 64; flags++) {
		kind = PPTP_SYN_REPLY_NONE;
		if ((flags & 0x17) == 0x12)
			kind = PPTP_SYN_REPLY_SYN_ACK;
		if ((flags & 0x16) == 0x14)
			kind = PPTP_SYN_REPLY_RST;
		ck_assert_uint_eq(kind_of((uint8_t)flags), kind);
	}
}
END_TEST

/* A byte changed by its mask. */
static enum pptp_syn_reply_kind changed(const char *hex, size_t at,
					uint8_t mask)
{
	struct vector v = vector(hex);

	v.bytes[at] ^= mask;
	return reply_of(v).kind;
}

START_TEST(fragments_and_other_protocols_are_none)
{
	ck_assert_int_eq(changed(SYN_ACK, 6, 0x20), PPTP_SYN_REPLY_NONE);
	ck_assert_int_eq(changed(SYN_ACK, 7, 0x01), PPTP_SYN_REPLY_NONE);
	ck_assert_int_eq(changed(SYN_ACK, 9, 0x01), PPTP_SYN_REPLY_NONE);
	ck_assert_int_eq(changed(UNREACHABLE, 28 + 6, 0x20),
			 PPTP_SYN_REPLY_NONE);
	ck_assert_int_eq(changed(UNREACHABLE, 28 + 9, 0x01),
			 PPTP_SYN_REPLY_NONE);
	/* an echo reply, and a quote of what somebody else sent */
	ck_assert_int_eq(changed(UNREACHABLE, 20, 0x03), PPTP_SYN_REPLY_NONE);
	ck_assert_int_eq(changed(UNREACHABLE, 28 + 15, 0x01),
			 PPTP_SYN_REPLY_NONE);
}
END_TEST

START_TEST(truncated_at_every_length_is_none)
{
	static const char *const packets[] = {SYN_ACK, RST, UNREACHABLE,
					      EXCEEDED};
	struct vector v;
	size_t i, length;

	for (i = 0; i < 4; i++) {
		v = vector(packets[i]);
		for (length = v.length; length-- > 0;) {
			v.length = length;
			ck_assert_int_eq(reply_of(v).kind, PPTP_SYN_REPLY_NONE);
		}
	}
}
END_TEST

START_TEST(nothing_proves_none)
{
	struct pptp_syn_reply reply = {.source_port = 24600};

	for (reply.number = 0x01020303; reply.number < 0x01020306;
	     reply.number++)
		ck_assert(!pptp_syn_reply_is_proven(&reply, &cookie));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("syn_reply");

	CLAIM(s, syn_ack_tells_its_sides_and_its_number);
	CLAIM(s, rst_may_acknowledge_the_number_itself);
	CLAIM(s, icmp_is_believed_by_what_it_quotes);
	CLAIM(s, icmpv6_is_believed_alike);
	CLAIM(s, another_port_of_ours_proves_nothing);
	CLAIM(s, other_segments_are_none);
	CLAIM(s, fragments_and_other_protocols_are_none);
	CLAIM(s, truncated_at_every_length_is_none);
	CLAIM(s, nothing_proves_none);
	return run_suite(s);
}
