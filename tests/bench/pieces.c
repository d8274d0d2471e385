/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the pieces of a sweep cost without a kernel, in ns of processor time:
 *
 *	pieces probe COUNT      to make a SYN: whom to ask, his address, the
 *	                        cookie, the stamp; all of IPv4 but 600 blocks
 *	pieces hear COUNT       to decode a RST in its frame, find whom it is from,
 *	                        and check its cookie; all targets in 10.0.0.0/14
 *	pieces row COUNT        to write the row of one SYN, and its bytes
 *	pieces capture INTERFACE
 *	                        to read a packet by the prober's capture: until
 *	                        SIGTERM; how many were read and lost, then ns
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/ranges_build.h"
#include "format/link.h"
#include "net/capture.h"
#include "scan/row.h"
#include "scan/sweep.h"
#include "scan/template.h"

#define EXCLUDED 600
#define ENTRIES  (EXCLUDED + 1)
#define ANSWERS  ((size_t)1 << 20)
#define RING     ((size_t)16 << 20)
#define FIRST    0x0a000000
#define SECOND   UINT64_C(1000000000)

static struct pptp_block excluded[EXCLUDED];
static struct pptp_entry_v4 entries[ENTRIES];
static uint32_t by_number[PPTP_RANGES_INDEX], by_address[PPTP_RANGES_INDEX];
static struct pptp_ports ports;
static uint16_t port_room[16];
static struct pptp_ranges ranges = {
    .v4 = entries, .by_number = by_number, .by_address = by_address};
static volatile sig_atomic_t ended;

static uint64_t processor_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

static void fail(const char *why)
{
	fprintf(stderr, "pieces: %s\n", why);
	exit(3);
}

/* Numerical Recipes' generator: which blocks does not matter. */
static uint32_t draw(void)
{
	static uint32_t state = 1;

	return state = state * 1664525 + 1013904223;
}

static void build(const struct pptp_span_v4 *span, size_t blocks)
{
	static struct pptp_ranges_work work;
	struct pptp_spans spans = {
	    .v4 = span, .v4_count = 1, .excluded = excluded};
	uint32_t first, i;

	ports.ports = port_room;
	ports.room = sizeof(port_room) / sizeof(port_room[0]);
	for (i = 0; i < blocks; i++) {
		first = draw() & ~UINT32_C(0xffff);
		excluded[i].first = pptp_address_v4(first);
		excluded[i].last = pptp_address_v4(first + draw() % 65536);
	}
	qsort(excluded, blocks, sizeof(excluded[0]), pptp_block_order);
	spans.excluded_count = pptp_blocks_merge(excluded, blocks);
	ranges.v4_room = ENTRIES;
	if (pptp_ranges_build(&ranges, &spans, &ports, &work) != PPTP_RANGES_OK)
		fail("no ranges");
}

static void open_sweep(struct pptp_sweep *s)
{
	struct pptp_sweep_config config = {.count = pptp_ranges_count(&ranges),
					   .seed = 7,
					   .retry_after = SECOND,
					   .cooldown = SECOND,
					   .rate = PPTP_PACE_RATE_MAX,
					   .key = {{1, 2}},
					   .ports = {24576, 8192}};
	struct pptp_sweep_memory memory = {
	    .marks = calloc((size_t)PPTP_SWEEP_CURSORS * PPTP_SWEEP_MARKS,
			    sizeof(struct pptp_mark)),
	    .lost = calloc(2 * PPTP_SWEEP_LOST, sizeof(struct pptp_interval)),
	    .answers = malloc(ANSWERS),
	    .answers_size = ANSWERS};
	struct pptp_order order;

	if (!pptp_order_init(&order, config.count, config.seed) ||
	    !pptp_order_shard(&order, 1, 1, &config.span))
		fail("no order");
	config.low = config.span.first;
	memory.looked = calloc(1, pptp_sweep_look_size(&config.span));
	if (memory.marks == NULL || memory.lost == NULL ||
	    memory.answers == NULL || memory.looked == NULL ||
	    !pptp_sweep_init(s, &config, &memory, 0))
		fail("no sweep");
}

/* As net/sweeper_send.c does, in virtual time. */
static void make_probes(uint64_t count)
{
	static const uint8_t ethernet[PPTP_ETHERNET_HEADER] = {[12] = 8};
	static const struct pptp_span_v4 all = {0, UINT32_MAX, 1723, 0};
	static uint8_t frames[PPTP_PACE_BATCH][PPTP_TEMPLATE_MAX];
	static struct pptp_sweep s;
	const struct pptp_address source = pptp_address_v4(0xc0000201);
	struct pptp_ask asks[PPTP_PACE_BATCH];
	struct pptp_template t;
	struct pptp_address target;
	struct pptp_cookie cookie;
	uint64_t begun, now = 0, wake, made = 0;
	unsigned i, n;
	uint16_t port;

	build(&all, EXCLUDED);
	open_sweep(&s);
	pptp_template_init(&t, ethernet, &source, 64, 64240);
	begun = processor_ns();
	while (made < count) {
		now += 5000;
		n = pptp_sweep_ask(&s, now, asks, PPTP_PACE_BATCH, &wake);
		for (i = 0; i < n; i++) {
			pptp_ranges_nth(&ranges, asks[i].target, &target,
					&port);
			cookie = pptp_cookie_make(
			    &s.config.key, &source, &target, port,
			    asks[i].attempt, &s.config.ports);
			pptp_template_syn(&t, &target, port, &cookie,
					  frames[i]);
		}
		made += n;
	}
	printf("%.2f\n", (double)(processor_ns() - begun) / (double)made);
}

#define HEARD 262144 /* targets of a /14 */
#define FRAME 66     /* Ethernet, IPv4, TCP with 12 bytes of options */

struct heard {
	struct pptp_sweep sweep;
	struct pptp_address source;
	uint8_t (*frames)[FRAME];
	uint32_t count;
};

static void put_u16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put_u32(uint8_t *at, uint32_t value)
{
	put_u16(at, value >> 16);
	put_u16(at + 2, value & 0xffff);
}

static void make_reply(struct heard *h, const struct pptp_ask *ask)
{
	/* of a SYN: segment size first */
	static const uint8_t options[] = {2, 4, 5, 180, 1, 1, 4, 2, 1, 3, 3, 7};
	uint8_t *frame = h->frames[h->count++];
	struct pptp_address target;
	struct pptp_cookie cookie;
	uint16_t port;

	pptp_ranges_nth(&ranges, ask->target, &target, &port);
	cookie = pptp_cookie_make(&h->sweep.config.key, &h->source, &target,
				  port, ask->attempt, &h->sweep.config.ports);
	memset(frame, 0, FRAME);
	put_u16(frame + 12, 0x0800);
	put_u16(frame + 14, 0x4500);
	put_u16(frame + 16, FRAME - 14);
	put_u16(frame + 22, 64 << 8 | 6);
	put_u32(frame + 26, pptp_address_v4_value(&target));
	put_u32(frame + 30, pptp_address_v4_value(&h->source));
	put_u16(frame + 34, port);
	put_u16(frame + 36, cookie.source_port);
	put_u32(frame + 42, cookie.sequence_number + 1);
	put_u16(frame + 46, 8 << 12 | 20);
	memcpy(frame + 54, options, sizeof(options));
}

/* All were asked, at 150,000 a second. */
static void ask_all(struct heard *h)
{
	struct pptp_ask asks[PPTP_PACE_BATCH];
	uint64_t now = 0, wake;
	unsigned i, n;

	while (h->count < HEARD && now < 60 * SECOND) {
		now += 100000;
		n = pptp_sweep_ask(&h->sweep, now, asks, 15, &wake);
		for (i = 0; i < n && h->count < HEARD; i++)
			if (asks[i].attempt == 0)
				make_reply(h, &asks[i]);
	}
	if (h->count < HEARD)
		fail("not all were asked");
}

/* As net/sweeper_receive.c does, without a kernel. */
static bool hear(struct heard *h, const uint8_t *frame)
{
	struct pptp_reader payload;
	struct pptp_syn_reply reply;
	struct pptp_heard heard;
	uint64_t target;
	bool known;

	if (pptp_link_decode(1, frame, FRAME, &payload) != PPTP_LINK_IP)
		return false;
	pptp_syn_reply_decode(&reply, payload.at, pptp_reader_left(&payload));
	known =
	    pptp_ranges_index_of(&ranges, &reply.target, reply.port, &target);
	heard = pptp_sweep_hear(&h->sweep, &reply, known ? &target : NULL);
	return heard.kind == PPTP_HEARD_NEWS || heard.kind == PPTP_HEARD_REPEAT;
}

static void hear_replies(uint64_t count)
{
	static const struct pptp_span_v4 network = {FIRST, FIRST + HEARD - 1,
						    1723, 0};
	struct heard h = {.source = pptp_address_v4(0xc0000201)};
	uint64_t begun, i;

	build(&network, 0);
	open_sweep(&h.sweep);
	h.frames = calloc(HEARD, FRAME);
	if (h.frames == NULL)
		fail("no frames");
	ask_all(&h);
	begun = processor_ns();
	for (i = 0; i < count; i++)
		if (!hear(&h, h.frames[i % HEARD]))
			fail("a reply was not believed");
	printf("%.2f\n", (double)(processor_ns() - begun) / (double)count);
}

static bool drop(void *context, const char *text, size_t length)
{
	(void)text;
	*(uint64_t *)context += length;
	return true;
}

static void write_rows(uint64_t count)
{
	static const uint8_t run[PPTP_RUN_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};
	static char room[65536];
	struct pptp_syn_reply reply = {.kind = PPTP_SYN_REPLY_SYN_ACK,
				       .ttl = 57,
				       .window = 64240,
				       .mss = 1460};
	struct pptp_syn_row row = {.run = run,
				   .port = 1723,
				   .time_us = INT64_C(1900000000000000),
				   .answer = PPTP_PORT_OPEN,
				   .reply = &reply,
				   .rtt_us = 123456};
	struct pptp_json j;
	uint64_t begun, bytes = 0, i;

	pptp_json_stream(&j, room, sizeof(room), drop, &bytes);
	begun = processor_ns();
	for (i = 0; i < count; i++) {
		row.position = i * 977;
		row.target = pptp_address_v4(FIRST + (uint32_t)i);
		row.time_us += 977;
		pptp_syn_row_walk(&row, &j.sink);
		pptp_json_line(&j);
	}
	begun = processor_ns() - begun;
	if (!pptp_json_flush(&j))
		fail("no rows");
	printf("%.2f %.1f\n", (double)begun / (double)count,
	       (double)bytes / (double)count);
}

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

static void read_packets(const char *interface)
{
	struct pptp_capture *capture;
	struct pptp_captured captured;
	char text[256] = "";
	uint64_t begun, packets = 0;
	struct pollfd in = {.events = POLLIN};

	if (pptp_capture_open(&capture, interface, "tcp", RING, text,
			      sizeof(text)) != PPTP_OK)
		fail(text);
	in.fd = pptp_capture_fd(capture);
	puts("ready");
	fflush(stdout);
	begun = processor_ns();
	while (!ended)
		if (poll(&in, 1, 50) > 0)
			while (pptp_capture_next(capture, &captured) > 0)
				packets++;
	begun = processor_ns() - begun;
	printf("%llu %u %.2f\n", (unsigned long long)packets,
	       pptp_capture_drops(capture),
	       packets > 0 ? (double)begun / (double)packets : 0);
	pptp_capture_close(capture);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("pieces: see the head of its source\n", stderr);
		return 2;
	}
	signal(SIGTERM, on_signal);
	if (strcmp(argv[1], "probe") == 0)
		make_probes(strtoull(argv[2], NULL, 10));
	else if (strcmp(argv[1], "hear") == 0)
		hear_replies(strtoull(argv[2], NULL, 10));
	else if (strcmp(argv[1], "row") == 0)
		write_rows(strtoull(argv[2], NULL, 10));
	else
		read_packets(argv[2]);
	return 0;
}
