/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/capture_filter.h"

#include <pcap/pcap.h>

#include "unit/claims.h"

static struct pptp_capture_filter f;
static const uint16_t port = 1723;

/* Targets, so that the filter for them and port 1723 has that length. */
static enum pptp_error fill(size_t length)
{
	/* 7 to 15 characters */
	static const uint32_t of_length[] = {
	    0x01010101, 0x0b010101, 0x6f010101, 0x6f0b0101, 0x6f6f0101,
	    0x6f6f0b01, 0x6f6f6f01, 0x6f6f6f0b, 0x6f6f6f6f};
	const size_t least = strlen(" or host 1.1.1.1");
	struct pptp_address target;
	size_t left, extra;

	pptp_capture_filter_begin(&f, &port, 1, false);
	pptp_capture_filter_narrow(&f);
	left = length - f.length - 1;
	while (left > 0) {
		extra = left < 2 * least ? left - least : left % least;
		if (extra > 8)
			extra = 8;
		target = pptp_address_v4(of_length[extra]);
		pptp_capture_filter_add(&f, &target, 0);
		left -= least + extra;
	}
	return pptp_capture_filter_end(&f, true);
}

START_TEST(a_filter_that_is_too_long_is_told)
{
	ck_assert_int_eq(fill(sizeof(f.text)), PPTP_ERROR_SPACE);
	ck_assert_int_eq(fill(sizeof(f.text) - 1), PPTP_OK);
	ck_assert_uint_eq(strlen(f.text), sizeof(f.text) - 1);
}
END_TEST

/* Whether libpcap understands it. */
static void compile(void)
{
	pcap_t *p = pcap_open_dead(DLT_RAW, 65535);
	struct bpf_program program;

	ck_assert_msg(
	    pcap_compile(p, &program, f.text, 1, PCAP_NETMASK_UNKNOWN) == 0,
	    "%s: %s", f.text, pcap_geterr(p));
	pcap_freecode(&program);
	pcap_close(p);
}

START_TEST(sixteen_ports_and_sixteen_targets_of_any_length_fit)
{
	struct pptp_address target;
	uint16_t ports[PPTP_CAPTURE_PORTS];
	unsigned i, stream;

	ck_assert(pptp_address_parse(
	    &target, "fd11:1111:1111:1111:1111:1111:1111:1111", 39));
	for (i = 0; i < PPTP_CAPTURE_PORTS; i++)
		ports[i] = (uint16_t)(65535 - i);
	for (stream = 0; stream < 2; stream++) {
		pptp_capture_filter_begin(&f, ports, PPTP_CAPTURE_PORTS,
					  stream == 1);
		pptp_capture_filter_narrow(&f);
		for (i = 0; i < PPTP_CAPTURE_TARGETS; i++)
			pptp_capture_filter_add(&f, &target, 65534);
		ck_assert_int_eq(pptp_capture_filter_end(&f, true), PPTP_OK);
		compile();
	}
}
END_TEST

START_TEST(past_sixteen_ports_every_port_passes)
{
	uint16_t ports[PPTP_CAPTURE_PORTS + 1] = {0};

	pptp_capture_filter_begin(&f, ports, PPTP_CAPTURE_PORTS + 1, false);
	ck_assert_int_eq(pptp_capture_filter_end(&f, false), PPTP_OK);
	ck_assert_str_eq(f.text, "(" PPTP_CAPTURE_ALL ")");
	compile();
}
END_TEST

START_TEST(without_a_port_there_is_no_tcp)
{
	pptp_capture_filter_begin(&f, NULL, 0, true);
	ck_assert_int_eq(pptp_capture_filter_end(&f, false), PPTP_OK);
	ck_assert_str_eq(f.text, "(icmp or icmp6 or ip proto 47)");
	compile();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("capture filter");

	CLAIM(s, a_filter_that_is_too_long_is_told);
	CLAIM(s, sixteen_ports_and_sixteen_targets_of_any_length_fit);
	CLAIM(s, past_sixteen_ports_every_port_passes);
	CLAIM(s, without_a_port_there_is_no_tcp);
	return run_suite(s);
}
