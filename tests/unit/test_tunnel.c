/* SPDX-License-Identifier: BSD-2-Clause */
/* What is inside of a packet, and that all who walk tunnels see the same. */
#include "format/tunnel.h"

#include "unit/claims.h"

#define IP(protocol) "45000000 00004000 40" protocol "0000 c0000201 c0000202"

static struct pptp_reader inner;

/* ip, ppp or none; and where it begins, from the packet's front. */
static const char *inside(const char *hex, size_t *from)
{
	static struct pptp_packet p;
	static struct vector v;
	enum pptp_tunnel in;

	v = vector(hex);
	ck_assert(pptp_packet_decode(&p, v.bytes, v.length));
	in = pptp_tunnel_of(&p, &inner);
	*from = in == PPTP_TUNNEL_NONE ? 0 : (size_t)(inner.at - v.bytes);
	return in == PPTP_TUNNEL_IP ? "ip"
				    : (in == PPTP_TUNNEL_PPP ? "ppp" : "none");
}

static const struct {
	const char *hex, *in;
	size_t from;
} packets[] = {
    {IP("04") "45", "ip", 20},
    {IP("29") "60", "ip", 20},
    {IP("2f") "00000800 45", "ip", 24},
    {IP("2f") "000086dd 60", "ip", 24},
    {IP("2f") "b0000800 11111111 22222222 33333333 45", "ip", 36},
    {IP("2f") "20000800 22222222 45", "ip", 28},
    {IP("2f") "20000800 2222", "none", 0},        /* no whole key */
    {IP("2f") "40000800 00000000 45", "none", 0}, /* routing */
    {IP("2f") "00010800 45", "none", 0},          /* version 1, but not 880B */
    {IP("2f") "0000880b 45", "none", 0},          /* version 0 */
    {IP("2f") "00006558 45", "none", 0},          /* Ethernet */
    {IP("2f") "3001880b 00021a2c 00000007 ff03", "ppp", 32},
    {IP("2f") "3001880b 00041a2c 00000007 ff03", "ppp", 32}, /* cut */
    {IP("2f") "2081880b 00001a2c 00000007", "none", 0},
    {IP("06") "06bbee48 00000009 01020305 50121020 00000000", "none", 0},
    {"45000000 00000001 4004 0000 c0000201 c0000202 45", "none", 0},
    {"45000000 00002000 4004 0000 c0000201 c0000202 45", "ip", 20},
};

START_TEST(what_is_inside_follows_from_the_headers)
{
	size_t from;

	ck_assert_str_eq(inside(packets[_i].hex, &from), packets[_i].in);
	ck_assert_uint_eq(from, packets[_i].from);
}
END_TEST

START_TEST(ppp_has_ip_by_its_protocol)
{
	static const struct {
		const char *hex;
		enum pptp_tunnel in;
		size_t from;
	} frames[] = {
	    {"ff030021 45", PPTP_TUNNEL_IP, 4},
	    {"21 45", PPTP_TUNNEL_IP, 1},
	    {"0057 60", PPTP_TUNNEL_IP, 2},
	    {"c021 01", PPTP_TUNNEL_NONE, 0},
	    {"ff03", PPTP_TUNNEL_NONE, 0},
	};

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct vector v = vector(frames[i].hex);

		ck_assert_int_eq(pptp_tunnel_in_ppp(reader_of(&v), &inner),
				 frames[i].in);
		if (frames[i].in == PPTP_TUNNEL_IP)
			ck_assert_ptr_eq(inner.at, v.bytes + frames[i].from);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tunnel");
	TCase *c = tcase_create("what_is_inside_follows_from_the_headers");

	tcase_add_loop_test(c, what_is_inside_follows_from_the_headers, 0,
			    sizeof(packets) / sizeof(packets[0]));
	suite_add_tcase(s, c);
	CLAIM(s, ppp_has_ip_by_its_protocol);
	return run_suite(s);
}
