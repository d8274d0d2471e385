/* SPDX-License-Identifier: BSD-2-Clause */
/* The lab's boxes and its kernel: what stands on the way drops and answers as
 * told, and connect() ends as Linux' does. */
#include "lab/box.h"

#include <stdio.h>

#include "format/gre.h"
#include "format/icmp.h"
#include "format/tcp.h"
#include "lab/kernel.h"
#include "unit/claims.h"

#define S INT64_C(1000000)

static struct lab_box box;
static struct lab_kernel kernel;
static struct {
	struct pptp_address source, target;
	uint16_t port;
} config;
static uint8_t packet[PPTP_PACKET_ROOM];
static size_t length;

static void begin(enum lab_box_kind kind, int detail)
{
	struct pptp_address router = pptp_address_v4(0xc00002fe);

	memset(&config, 0, sizeof(config));
	config.source = pptp_address_v4(0xc0000202);
	config.target = pptp_address_v4(0xc0000201);
	config.port = 1723;
	lab_box_init(&box, kind, detail, &router);
}

static struct pptp_ip header(bool to_server)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = to_server ? config.source : config.target;
	ip.destination = to_server ? config.target : config.source;
	ip.ttl = 64;
	return ip;
}

/* Ours has no time stamps. */
static void handmade(uint16_t port)
{
	struct pptp_ip ip = header(true);
	struct pptp_tcp tcp;
	int n;

	memset(&tcp, 0, sizeof(tcp));
	ip.protocol = PPTP_IP_TCP;
	tcp.source_port = port;
	tcp.destination_port = 1723;
	tcp.sequence_number = 0x01020304;
	n = pptp_tcp_syn_encode(&ip, &tcp, packet, sizeof(packet));
	ck_assert_int_gt(n, 0);
	length = (size_t)n;
}

static void kernels(bool deaf)
{
	lab_kernel_connect(&kernel, &config.source, &config.target, config.port,
			   deaf, 77, 0);
	length = lab_kernel_syn(&kernel, packet, 0);
	ck_assert_uint_eq(length, LAB_KERNEL_SYN);
}

static void gre(bool to_server, uint16_t call_id)
{
	struct pptp_ip ip = header(to_server);
	struct pptp_gre g;
	int n;

	memset(&g, 0, sizeof(g));
	g.call_id = call_id;
	g.has_sequence = true;
	n = pptp_gre_packet_encode(&ip, &g, "\xff\x03\xc0\x21", 4, packet,
				   sizeof(packet));
	ck_assert_int_gt(n, 0);
	length = (size_t)n;
}

static struct lab_passage go(bool to_server, int64_t now)
{
	return lab_box_pass(&box, to_server, packet, length, now);
}

/* What an answer is: "" for none, "ack", "rst", "rst-ack", "icmp-CODE". */
static const char *answer(const struct lab_passage *p)
{
	static char text[16];
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_tcp tcp;
	struct pptp_icmp icmp;

	if (p->length == 0)
		return "";
	pptp_reader_init(&in, p->answer, p->length);
	ck_assert(pptp_ip_decode(&ip, &in));
	if (ip.protocol == PPTP_IP_TCP) {
		ck_assert(pptp_tcp_decode(&tcp, &ip.payload));
		return tcp.flags == PPTP_TCP_ACK   ? "ack"
		       : tcp.flags == PPTP_TCP_RST ? "rst"
						   : "rst-ack";
	}
	ck_assert(pptp_icmp_decode(&icmp, &ip, &ip.payload));
	ck_assert(icmp.has_quote);
	snprintf(text, sizeof(text), "icmp-%u", icmp.code);
	return text;
}

static void expect(struct lab_passage p, bool passes, const char *what)
{
	ck_assert_int_eq(p.passes, passes);
	ck_assert_str_eq(answer(&p), what);
}

START_TEST(a_box_that_looks_for_time_stamps_lets_a_kernel_through)
{
	static const struct {
		enum lab_box_kind kind;
		const char *answer;
	} rows[] = {
	    {LAB_HANDMADE_DROP, ""},
	    {LAB_HANDMADE_RST, "rst-ack"},
	    {LAB_HANDMADE_ICMP, "icmp-13"},
	    {LAB_HANDMADE_ACK, "ack"},
	};

	begin(rows[_i].kind, 13);
	handmade(33000);
	expect(go(true, 0), false, rows[_i].answer);
	kernels(false);
	expect(go(true, 0), true, "");
}
END_TEST

START_TEST(a_soft_error_comes_before_a_syn_that_passes)
{
	struct lab_passage p;

	begin(LAB_SOFT_ICMP, 1);
	kernels(false);
	p = go(true, 0);
	expect(p, true, "icmp-1");
	ck_assert_int_eq(p.delay_us, 50000);
}
END_TEST

START_TEST(a_gateway_answers_the_first_syn_of_a_flow)
{
	begin(LAB_GATEWAY, 1);
	handmade(33000);
	expect(go(true, 0), false, "icmp-1");
	expect(go(true, S), true, "");
	handmade(33001);
	expect(go(true, S), false, "icmp-1");
}
END_TEST

static bool ends(const struct lab_passage *p, enum pptp_input *how)
{
	return lab_kernel_packet(&kernel, p->answer, p->length, how);
}

START_TEST(a_forged_quote_ends_no_connect_and_a_true_one_does)
{
	enum pptp_input how;
	struct lab_passage p;

	begin(LAB_FORGED_ICMP, 3);
	kernels(false);
	p = go(true, 0);
	expect(p, false, "icmp-3");
	ck_assert(!ends(&p, &how));
	begin(LAB_GATEWAY, 3);
	p = go(true, 0);
	ck_assert(ends(&p, &how));
	ck_assert_int_eq(how, PPTP_INPUT_REFUSED);
	kernels(false);
	begin(LAB_GATEWAY, 13);
	p = go(true, 0);
	ck_assert(ends(&p, &how));
	ck_assert_int_eq(how, PPTP_INPUT_UNREACHABLE);
}
END_TEST

START_TEST(a_deaf_connect_hears_no_icmp_and_any_rst)
{
	enum pptp_input how;
	struct lab_passage p;

	begin(LAB_GATEWAY, 13);
	kernels(true);
	p = go(true, 0);
	ck_assert(!ends(&p, &how));
	ck_assert(kernel.trying);
}
END_TEST

START_TEST(a_syn_is_sent_again_after_1_3_and_7_s)
{
	begin(LAB_NO_BOX, 0);
	kernels(false);
	ck_assert_int_eq(kernel.resend, S);
	(void)lab_kernel_syn(&kernel, packet, S);
	ck_assert_int_eq(kernel.resend, 3 * S);
	(void)lab_kernel_syn(&kernel, packet, 3 * S);
	ck_assert_int_eq(kernel.resend, 7 * S);
}
END_TEST

START_TEST(neither_a_bare_ack_nor_a_bare_rst_ends_connect)
{
	enum pptp_input how;
	struct lab_passage p;

	begin(_i == 0 ? LAB_BARE_ACK : LAB_BARE_RST, 0);
	kernels(false);
	p = go(true, 0);
	expect(p, false, _i == 0 ? "ack" : "rst");
	ck_assert(!ends(&p, &how));
}
END_TEST

START_TEST(the_third_connection_bans_for_good)
{
	begin(LAB_BAN, 3);
	for (uint16_t port = 33000; port < 33002; port++) {
		handmade(port);
		expect(go(true, 0), true, "");
		expect(go(true, S), true, "");
	}
	handmade(33002);
	expect(go(true, 2 * S), false, "");
	expect(go(true, 4000 * S), false, "");
}
END_TEST

START_TEST(a_rate_admits_so_many_a_minute)
{
	begin(LAB_RATE, 1);
	handmade(33000);
	expect(go(true, 0), true, "");
	handmade(33001);
	expect(go(true, S), false, "");
	expect(go(true, 61 * S), true, "");
}
END_TEST

START_TEST(a_forward_of_tcp_answers_gre_in_the_targets_name)
{
	begin(_i == 0 ? LAB_FORWARD : LAB_FORWARD_OUT, 2);
	gre(true, 5);
	expect(go(true, 0), false, "icmp-2");
	gre(false, 6);
	expect(go(false, 0), _i == 1, "");
	begin(LAB_FORWARD, 0);
	gre(true, 5);
	expect(go(true, 0), false, "");
	handmade(33000);
	expect(go(true, 0), true, "");
}
END_TEST

START_TEST(one_packet_of_each_call_or_one_call)
{
	begin(LAB_FIRST_PACKET, 0);
	gre(true, 5);
	expect(go(true, 0), true, "");
	expect(go(true, 0), false, "");
	gre(true, 6);
	expect(go(true, 0), true, "");
	begin(LAB_FIRST_CALL, 0);
	expect(go(true, 0), true, "");
	expect(go(true, 0), true, "");
	gre(true, 7);
	expect(go(true, 0), false, "");
}
END_TEST

START_TEST(a_socket_that_opens_late_refuses_one_packet)
{
	begin(LAB_LATE_SOCKET, _i);
	gre(true, 5);
	expect(go(true, 0), false, "icmp-2");
	expect(go(true, 0), true, "");
	gre(true, 6);
	expect(go(true, 0), _i == 1, _i == 1 ? "" : "icmp-2");
}
END_TEST

static void claim_each(Suite *s, const char *name, const TTest *test, int count)
{
	TCase *c = tcase_create(name);

	tcase_add_loop_test(c, test, 0, count);
	suite_add_tcase(s, c);
}

#define CLAIM_EACH(suite, test, count) claim_each(suite, #test, test, count)

int main(void)
{
	Suite *s = suite_create("box");

	CLAIM_EACH(s, a_box_that_looks_for_time_stamps_lets_a_kernel_through,
		   4);
	CLAIM(s, a_soft_error_comes_before_a_syn_that_passes);
	CLAIM(s, a_gateway_answers_the_first_syn_of_a_flow);
	CLAIM(s, a_forged_quote_ends_no_connect_and_a_true_one_does);
	CLAIM(s, a_deaf_connect_hears_no_icmp_and_any_rst);
	CLAIM(s, a_syn_is_sent_again_after_1_3_and_7_s);
	CLAIM_EACH(s, neither_a_bare_ack_nor_a_bare_rst_ends_connect, 2);
	CLAIM(s, the_third_connection_bans_for_good);
	CLAIM(s, a_rate_admits_so_many_a_minute);
	CLAIM_EACH(s, a_forward_of_tcp_answers_gre_in_the_targets_name, 2);
	CLAIM(s, one_packet_of_each_call_or_one_call);
	CLAIM_EACH(s, a_socket_that_opens_late_refuses_one_packet, 2);
	return run_suite(s);
}
