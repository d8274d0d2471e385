/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/packet_filter.h"

#include <stdio.h>

#include "unit/wire_packets.h"

static bool passes(const char *words, const struct sample *s, size_t length)
{
	struct pptp_packet_filter *f;
	char text[256] = "";
	bool passed;

	ck_assert_msg(pptp_packet_filter_open(&f, words, text, sizeof(text)) ==
			  PPTP_OK,
		      "%s", text);
	passed = pptp_packet_filter_passes(f, s->bytes, length, s->length);
	pptp_packet_filter_close(f);
	return passed;
}

START_TEST(a_packet_is_held_against_the_words)
{
	struct sample s = syn(US, SERVER, 61440, 1723);

	ck_assert(passes("", &s, s.length));
	ck_assert(passes("tcp and src host " US, &s, s.length));
	ck_assert(passes("tcp dst port 1723", &s, s.length));
	ck_assert(passes("tcp[tcpflags] & tcp-syn != 0", &s, s.length));
	ck_assert(!passes("tcp dst port 1724", &s, s.length));
	ck_assert(!passes("src host " SERVER, &s, s.length));
	ck_assert(!passes("icmp", &s, s.length));
	ck_assert(!passes("ip proto 47", &s, s.length));
}
END_TEST

/* What is not there cannot be asked for; how long it was can. */
START_TEST(a_cut_packet_is_read_as_far_as_it_goes)
{
	struct sample s = syn(US, SERVER, 61440, 1723);
	char words[32];

	ck_assert(passes("src host " US, &s, 20));
	ck_assert(!passes("tcp dst port 1723", &s, 20));
	ck_assert(!passes("src host " US, &s, 12));
	snprintf(words, sizeof(words), "len >= %zu", s.length);
	ck_assert(passes(words, &s, 20));
}
END_TEST

START_TEST(what_is_no_filter_of_packets_is_told)
{
	struct pptp_packet_filter *f;
	char text[256];

	ck_assert_int_eq(
	    pptp_packet_filter_open(&f, "no such words", text, sizeof(text)),
	    PPTP_ERROR_ARGUMENT);
	ck_assert_ptr_null(f);
	ck_assert_ptr_nonnull(strstr(text, "'no such words'"));
	ck_assert_int_eq(pptp_packet_filter_open(&f, "ether host 1:2:3:4:5:6",
						 text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	pptp_packet_filter_close(NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("packet filter");

	CLAIM(s, a_packet_is_held_against_the_words);
	CLAIM(s, a_cut_packet_is_read_as_far_as_it_goes);
	CLAIM(s, what_is_no_filter_of_packets_is_told);
	return run_suite(s);
}
