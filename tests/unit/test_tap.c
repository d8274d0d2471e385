/* SPDX-License-Identifier: BSD-2-Clause */
/* What the captures let through, and what becomes of a capture file. */
#include "net/prober.h"

#include "unit/servers.h"

#define PORTS 16 /* in one filter */
#define ROOM                                                                   \
	(PORTS * (PPTP_FILTER_ROOM + 8) +                                      \
	 PPTP_TARGETS_FEW * (PPTP_ADDRESS_TEXT + 64) + 128)

/* Without a capture: its filter is made, and set nowhere. */
static struct pptp_prober blank;

START_TEST(captures_are_narrow_while_targets_are_few)
{
	size_t i;

	for (i = 0; i < 40; i++) {
		blank.raw = true;
		blank.count = i;
		ck_assert_int_eq(pptp_taps_narrow(&blank, text, sizeof(text)),
				 PPTP_OK);
		ck_assert_int_eq(blank.narrow, i <= PPTP_TARGETS_FEW);
		blank.raw = false;
		ck_assert_int_eq(pptp_taps_narrow(&blank, text, sizeof(text)),
				 PPTP_OK);
		ck_assert(!blank.narrow);
	}
}
END_TEST

/* Targets, so that the filter for them and port 1723 has that length. */
static void fill(struct pptp_probe *all, size_t length)
{
	/* 7 to 15 characters */
	static const uint32_t of_length[] = {
	    0x01010101, 0x0b010101, 0x6f010101, 0x6f0b0101, 0x6f6f0101,
	    0x6f6f0b01, 0x6f6f6f01, 0x6f6f6f0b, 0x6f6f6f6f};
	const size_t least = strlen(" or host 1.1.1.1");
	char part[PPTP_FILTER_ROOM];
	int n = pptp_conversation_filter(NULL, 1723, false, part, sizeof(part));
	size_t left, extra, i;

	ck_assert_int_gt(n, 0);
	left = length - strlen("(()) and (icmp or icmp6)") - (size_t)n;
	for (i = 0; left > 0; i++) {
		extra = left < 2 * least ? left - least : left % least;
		if (extra > 8)
			extra = 8;
		all[i].entry.address = pptp_address_v4(of_length[extra]);
		all[i].after = left > least + extra ? &all[i + 1] : NULL;
		left -= least + extra;
	}
}

START_TEST(a_filter_that_is_too_long_is_told_and_its_port_not_kept)
{
	struct pptp_probe *all = calloc(ROOM / 16, sizeof(*all));

	blank.narrow = true;
	blank.all = all;
	fill(all, ROOM);
	ck_assert_int_eq(pptp_taps_port(&blank, 1723, text, sizeof(text)),
			 PPTP_ERROR_SPACE);
	ck_assert_uint_eq(blank.port_count, 0);
	fill(all, ROOM - 1);
	ck_assert_int_eq(pptp_taps_port(&blank, 1723, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_uint_eq(blank.port_count, 1);
	ck_assert_int_eq(pptp_taps_port(&blank, 1723, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_uint_eq(blank.port_count, 1);
	blank.narrow = false;
	blank.all = NULL;
	pptp_taps_close(&blank);
	free(all);
}
END_TEST

/* Every port passes then, and no more are kept. */
START_TEST(seventeen_ports_are_kept_and_no_more)
{
	uint16_t port;

	for (port = 1; port < 40; port++) {
		ck_assert_int_eq(
		    pptp_taps_port(&blank, port, text, sizeof(text)), PPTP_OK);
		ck_assert_uint_eq(blank.port_count,
				  port <= PORTS ? port : PORTS + 1);
	}
	pptp_taps_close(&blank);
	ck_assert_ptr_null(blank.ports);
}
END_TEST

static struct pptp_prober *raw_prober(const char *write)
{
	struct pptp_prober_config f = {.jobs = 2, .write = write};
	struct pptp_prober *p = open_with(f);

	ck_assert(pptp_prober_raw(p));
	return p;
}

/* As its server's: what is about a target is saved. */
static void send_echoes(uint32_t from, unsigned packets)
{
	struct pptp_sender *s;
	uint8_t packet[64];
	struct pptp_ip ip;
	int n;

	memset(&ip, 0, sizeof(ip));
	ip.source = pptp_address_v4(from);
	ip.destination = pptp_address_v4(LOCALHOST);
	ip.ttl = 64;
	n = pptp_icmp_echo_encode(&ip, 1, 1, packet, sizeof(packet));
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	while (packets-- > 0)
		ck_assert_int_eq(pptp_sender_send(s, packet, (size_t)n),
				 PPTP_OK);
	pptp_sender_close(s);
}

/* More than its buffer holds, before any record is ready. */
START_TEST(a_disk_that_is_full_in_the_middle_ends_the_capture_file)
{
	struct server *s = server(serve_silence);
	struct pptp_prober *p = raw_prober("/dev/full");
	const struct pptp_record *r;
	int64_t tag;
	int i;

	start(p, 0x7f000002, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	ck_assert_ptr_nonnull(p->dump);
	for (i = 0; i < 3; i++) {
		send_echoes(0x7f000002, 300);
		ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
		ck_assert_ptr_null(p->dump);
	}
	ck_assert_str_eq(pptp_prober_error(p),
			 "cannot write capture file '/dev/full': No space left "
			 "on device; the packets since are not in it");
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(only_who_was_heard_there_loses_by_an_interface_that_went_away)
{
	struct server *s = server(serve_silence);
	struct pptp_prober *p = raw_prober(NULL);
	struct pptp_plan away = plan(0xc0000202, 1723, PPTP_DEPTH_SYN);
	const struct pptp_record *r;
	int64_t tag;
	int i;

	if (system("ip link add v0 type veth peer name v1 && "
		   "ip address add 192.0.2.1/24 dev v0 && "
		   "ip link set v1 up && ip link set v0 up") != 0) {
		puts("# SKIPPED: no ip, or no veth");
		return;
	}
	start_plan(p, &away, 1);
	start(p, 0x7f000002, s->port, 2);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	ck_assert_int_eq(system("ip link delete v0"), 0);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 2, &r, &tag), 0);
	pptp_prober_abort(p);
	for (i = 0; i < 2; i++) {
		r = next(p, &tag);
		ck_assert_int_eq(pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED),
				 tag == 1);
	}
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tap");

	CLAIM(s, captures_are_narrow_while_targets_are_few);
	CLAIM(s, a_filter_that_is_too_long_is_told_and_its_port_not_kept);
	CLAIM(s, seventeen_ports_are_kept_and_no_more);
	if (netns_possible()) {
		CLAIM_ALONE(
		    s, a_disk_that_is_full_in_the_middle_ends_the_capture_file);
		CLAIM_ALONE(
		    s,
		    only_who_was_heard_there_loses_by_an_interface_that_went_away);
	}
	return run_suite(s);
}
