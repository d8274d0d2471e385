/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/template.h"

#include "format/tcp.h"
#include "unit/scan.h"

static const uint8_t ethernet[PPTP_ETHERNET_HEADER] = {2, 0, 0, 0, 0, 1, 2,
						       0, 0, 0, 0, 2, 8, 0};

static struct pptp_address address(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return a;
}

/* The SYN that pptp_tcp_syn_encode makes from nothing is the same. */
static void check_syn(const struct pptp_template *t,
		      const struct pptp_address *target, uint16_t port,
		      const struct pptp_cookie *c, struct guarded *g)
{
	struct pptp_tcp tcp = {
	    .source_port = c->source_port,
	    .destination_port = port,
	    .sequence_number = c->sequence_number,
	    .window = 64240,
	};
	uint8_t whole[PPTP_TEMPLATE_MAX], *frame = guarded_room(g, t->length);
	struct pptp_ip ip;
	int length;

	memset(&ip, 0, sizeof(ip));
	ip.source = t->source;
	ip.destination = *target;
	ip.identification = c->identification;
	ip.ttl = 64;
	length = pptp_tcp_syn_encode(&ip, &tcp, whole, sizeof(whole));
	ck_assert_int_eq(length, (int)(t->length - t->start));
	pptp_template_syn(t, target, port, c, frame);
	ck_assert_mem_eq(frame + t->start, whole, t->length - t->start);
	ck_assert_mem_eq(frame, ethernet, t->start);
}

static struct pptp_cookie random_cookie(uint64_t *random)
{
	return (struct pptp_cookie){
	    .sequence_number = (uint32_t)random_next(random),
	    .source_port = (uint16_t)random_next(random),
	    .identification = (uint16_t)random_next(random),
	};
}

START_TEST(stamped_syn_is_the_one_made_from_nothing)
{
	struct pptp_address from = address("192.0.2.1"), to;
	struct guarded g = guarded_new();
	struct pptp_template t;
	struct pptp_cookie c;
	uint64_t random = 1;
	int i;

	for (i = 0; i < 100000; i++) {
		pptp_template_init(&t, i % 2 != 0 ? ethernet : NULL, &from, 64,
				   64240);
		to = pptp_address_v4((uint32_t)random_next(&random));
		c = random_cookie(&random);
		check_syn(&t, &to, (uint16_t)random_next(&random), &c, &g);
		from = to;
	}
	guarded_free(&g);
}
END_TEST

START_TEST(sums_at_their_bounds_are_right)
{
	static const uint32_t bounds[] = {
	    0, 1, 0xffff, 0x10000, 0xffff0000, 0xfffffffe, 0xffffffff};
	struct pptp_address from = address("255.255.255.255"), to;
	struct guarded g = guarded_new();
	struct pptp_template t;
	struct pptp_cookie c;
	size_t i, j;

	pptp_template_init(&t, NULL, &from, 64, 64240);
	for (i = 0; i < 7; i++)
		for (j = 0; j < 7; j++) {
			to = pptp_address_v4(bounds[i]);
			c.sequence_number = bounds[j];
			c.source_port = c.identification = (uint16_t)bounds[j];
			check_syn(&t, &to, (uint16_t)bounds[i], &c, &g);
		}
	guarded_free(&g);
}
END_TEST

START_TEST(ipv6_is_stamped_alike)
{
	struct pptp_address from = address("2001:db8::1");
	struct pptp_address to = from;
	struct guarded g = guarded_new();
	struct pptp_template t;
	struct pptp_cookie c;
	uint64_t random = 2, half;
	int i, j;

	pptp_template_init(&t, NULL, &from, 64, 64240);
	ck_assert_uint_eq(t.length, 72);
	for (i = 0; i < 20000; i++) {
		for (j = 0; j < 16; j += 8) {
			half = random_next(&random);
			memcpy(to.bytes + j, &half, 8);
		}
		c = random_cookie(&random);
		check_syn(&t, &to, 1723, &c, &g);
	}
	guarded_free(&g);
}
END_TEST

/* scapy: IP(flags="DF", ttl=64)/TCP(flags="R", window=0). */
static void check_reset(const char *from, const char *to, bool framed,
			const char *hex)
{
	struct pptp_address source = address(from), target = address(to);
	struct vector v = vector(hex);
	uint8_t frame[PPTP_TEMPLATE_MAX];
	struct pptp_template t;
	size_t start = framed ? PPTP_ETHERNET_HEADER : 0;

	pptp_template_init(&t, framed ? ethernet : NULL, &source, 64, 64240);
	ck_assert_uint_eq(
	    pptp_template_reset(&t, &target, 1723, 24600, 0x01020305, frame),
	    start + v.length);
	ck_assert_mem_eq(frame, ethernet, start);
	ck_assert_mem_eq(frame + start, v.bytes, v.length);
}

START_TEST(reset_is_scapys_in_both_versions)
{
	check_reset("192.0.2.1", "198.51.100.7", true,
		    "450000280000400040064e94c0000201c6336407601806bb01020305"
		    "000000005004000058ca0000");
	check_reset("192.0.2.1", "198.51.100.7", false,
		    "450000280000400040064e94c0000201c6336407601806bb01020305"
		    "000000005004000058ca0000");
	check_reset("2001:db8::1", "2001:db8::2", false,
		    "600000000014064020010db800000000000000000000000120010db8"
		    "000000000000000000000002601806bb010203050000000050040000"
		    "e9910000");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("template");

	CLAIM(s, stamped_syn_is_the_one_made_from_nothing);
	CLAIM(s, sums_at_their_bounds_are_right);
	CLAIM(s, ipv6_is_stamped_alike);
	CLAIM(s, reset_is_scapys_in_both_versions);
	return run_suite(s);
}
