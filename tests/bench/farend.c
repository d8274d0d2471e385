/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts what reaches a sweep's far end, and has nothing of the project in it:
 * no scanner tells its own figures.
 *
 *	farend -i INTERFACE -a FIRST-ADDRESS -n COUNT -o FILE [-p PORT]
 *	       [-s PORT-PORT] [-w FIRST-ADDRESS/COUNT] [-f FILE] [-l FILE]
 *
 * Says "ready" on stdout, listens until SIGTERM, and writes a JSON object:
 *
 *	asked       targets by how many SYNs each got: [none, one, two ...], the
 *	            last for 15 and more; a SYN counts from the ports of -s alone
 *	syns        SYNs to targets; elsewhere: SYNs to other ports of theirs
 *	resets      RSTs to targets; reset: how many targets got one
 *	syn_acks    that left here; half_open: of these, the ones that met
 *	            neither RST nor ACK
 *	seconds     from the first of these SYNs to the last
 *	gap         between two SYNs of one /24, the least: in targets, and in us
 *	in_256th    the most targets of one /24 in COUNT/256 targets in a row
 *	watched     of -w: packets to it, targets that were asked, and the last
 *	            packet's time (Unix, seconds)
 *	dropped     packets that the kernel did not keep for us: 0, or all of
 *	            the above is too low
 *	windows     packets of TCP that came, by 50 ms since the first SYN
 *
 * -f has the first SYN's frame: what a bare loop sends in turn. -l has a line
 * for each target: its address, how many SYNs it got (15: or more), and 1 where
 * it got a RST.
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/halfopen.h"

#define BLOCK    ((size_t)1 << 20)
#define BLOCKS   64
#define WAIT_MS  50
#define WINDOWS  72000 /* an hour */
#define WINDOW   INT64_C(50000000)
#define SNAPLEN  128
#define ASKED    16
#define RECENT   16
#define TARGETS  (UINT32_C(1) << 24)
#define TCP_SYN  0x02
#define TCP_RST  0x04
#define TCP_ACK  0x10
#define ETHERNET 14
/* Where a frame's header ends and its link address begins, in the ring. */
#define HEADER   ((sizeof(struct tpacket3_hdr) + 15) / 16 * 16)

/* The targets of one /24 that were asked last, by how many were before. */
struct block {
	uint32_t recent[RECENT], asked;
	int64_t at;
};

struct farend {
	const char *interface, *output, *frame, *list;
	uint32_t first, count, watch, watched;
	uint16_t port, source_first, source_last;
	int fd;
	uint8_t *ring;
	uint8_t *times, *reset; /* one a target */
	struct block *blocks;
	struct half_open open;
	uint64_t syns, elsewhere, resets, reset_targets, syn_acks, distinct;
	uint64_t watched_packets, watched_asked, dropped;
	int64_t begun, last, watched_last, gap_ns;
	uint32_t gap, most;
	uint32_t windows[WINDOWS];
	uint32_t windows_used;
};

struct segment {
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint8_t flags;
	int64_t at; /* ns, Unix */
};

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

/* ---- counting ------------------------------------------------------------- */

static uint32_t big_endian(const uint8_t *at, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *at++;
	return value;
}

static bool dissect(struct segment *s, const uint8_t *frame, size_t length)
{
	size_t ip;

	if (length < ETHERNET + 20 || big_endian(frame + 12, 2) != 0x0800 ||
	    frame[ETHERNET + 9] != 6)
		return false;
	ip = (size_t)(frame[ETHERNET] & 15) * 4;
	if (ip < 20 || length < ETHERNET + ip + 20)
		return false;
	s->source = big_endian(frame + ETHERNET + 12, 4);
	s->destination = big_endian(frame + ETHERNET + 16, 4);
	frame += ETHERNET + ip;
	s->source_port = (uint16_t)big_endian(frame, 2);
	s->destination_port = (uint16_t)big_endian(frame + 2, 2);
	s->flags = frame[13];
	return true;
}

static void count_block(struct farend *f, uint32_t target, int64_t at)
{
	struct block *b = &f->blocks[target >> 8];
	uint32_t window = f->count / 256 > 0 ? f->count / 256 : 1, hits = 1;
	uint32_t now = (uint32_t)f->distinct, before, i;

	for (i = 1; i <= RECENT && i <= b->asked; i++) {
		before = b->recent[(b->asked - i) % RECENT];
		if (now - before >= window)
			break;
		hits++;
	}
	if (b->asked > 0) {
		before = b->recent[(b->asked - 1) % RECENT];
		if (now - before < f->gap)
			f->gap = now - before;
		if (at - b->at < f->gap_ns)
			f->gap_ns = at - b->at;
	}
	if (hits > f->most)
		f->most = hits;
	b->recent[b->asked++ % RECENT] = now;
	b->at = at;
}

static void count_syn(struct farend *f, const struct segment *s,
		      uint32_t target)
{
	if (s->destination_port != f->port) {
		f->elsewhere++;
		return;
	}
	if (s->source_port < f->source_first || s->source_port > f->source_last)
		return;
	if (f->begun == 0)
		f->begun = s->at;
	f->last = s->at;
	f->syns++;
	if (f->times[target] == 0) {
		count_block(f, target, s->at);
		f->distinct++;
		f->watched_asked += s->destination - f->watch < f->watched;
	}
	if (f->times[target] < ASKED - 1)
		f->times[target]++;
}

static void count_window(struct farend *f, int64_t at)
{
	int64_t window;

	if (f->begun == 0 || at < f->begun)
		return;
	window = (at - f->begun) / WINDOW;
	if (window >= WINDOWS)
		return;
	f->windows[window]++;
	if (window >= f->windows_used)
		f->windows_used = (uint32_t)window + 1;
}

static void count_in(struct farend *f, const struct segment *s)
{
	uint32_t target = s->destination - f->first;

	if (target >= f->count)
		return;
	if (s->destination - f->watch < f->watched) {
		f->watched_packets++;
		f->watched_last = s->at;
	}
	if ((s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
		count_syn(f, s, target);
	} else {
		if (s->flags & TCP_RST) {
			f->resets++;
			f->reset_targets += f->reset[target] == 0;
			f->reset[target] = 1;
		}
		half_open_end(&f->open, target, s->source_port);
	}
	count_window(f, s->at);
}

static void count_out(struct farend *f, const struct segment *s)
{
	uint32_t target = s->source - f->first;

	if (target >= f->count ||
	    (s->flags & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK))
		return;
	f->syn_acks++;
	half_open_begin(&f->open, target, s->destination_port);
}

static void keep_frame(struct farend *f, const uint8_t *frame, size_t length)
{
	FILE *file = fopen(f->frame, "wb");

	if (file == NULL || fwrite(frame, 1, length, file) != length)
		perror(f->frame);
	if (file != NULL)
		fclose(file);
	f->frame = NULL;
}

static void count(struct farend *f, const struct tpacket3_hdr *h)
{
	const uint8_t *bytes = (const uint8_t *)h;
	const struct sockaddr_ll *where = (const void *)(bytes + HEADER);
	struct segment s;

	if (!dissect(&s, bytes + h->tp_mac, h->tp_snaplen))
		return;
	s.at = h->tp_sec * INT64_C(1000000000) + h->tp_nsec;
	if (where->sll_pkttype == PACKET_OUTGOING) {
		count_out(f, &s);
		return;
	}
	count_in(f, &s);
	if (f->frame != NULL && f->syns > 0)
		keep_frame(f, bytes + h->tp_mac, h->tp_snaplen);
}

/* ---- the ring ------------------------------------------------------------- */

static bool filter(int fd)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETHERTYPE_IP, 0, 3),
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETHERNET + 9),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SNAPLEN),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(*code), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program)) == 0;
}

static bool open_ring(struct farend *f)
{
	struct tpacket_req3 request = {.tp_block_size = BLOCK,
				       .tp_block_nr = BLOCKS,
				       .tp_frame_size = 2048,
				       .tp_frame_nr = BLOCK / 2048 * BLOCKS,
				       .tp_retire_blk_tov = WAIT_MS};
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ALL)};
	int version = TPACKET_V3;

	at.sll_ifindex = (int)if_nametoindex(f->interface);
	f->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (f->fd < 0 || at.sll_ifindex == 0 || !filter(f->fd) ||
	    setsockopt(f->fd, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) != 0 ||
	    setsockopt(f->fd, SOL_PACKET, PACKET_RX_RING, &request,
		       sizeof(request)) != 0)
		return false;
	f->ring = mmap(NULL, BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED,
		       f->fd, 0);
	return f->ring != MAP_FAILED &&
	       bind(f->fd, (const struct sockaddr *)&at, sizeof(at)) == 0;
}

static void count_all(struct farend *f, const struct tpacket_block_desc *block)
{
	const uint8_t *at =
	    (const uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;

	for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; i++) {
		const struct tpacket3_hdr *h = (const void *)at;

		count(f, h);
		at += h->tp_next_offset;
	}
}

/* After the signal it goes on until a block's time is over: what had come is
 * counted. */
static void listen_on(struct farend *f)
{
	struct pollfd p = {.fd = f->fd, .events = POLLIN | POLLERR};
	unsigned next = 0, quiet = 0;

	while (!ended || quiet < 3) {
		struct tpacket_block_desc *block =
		    (void *)(f->ring + next * BLOCK);

		if (!(__atomic_load_n(&block->hdr.bh1.block_status,
				      __ATOMIC_ACQUIRE) &
		      TP_STATUS_USER)) {
			quiet += poll(&p, 1, WAIT_MS) <= 0 && ended;
			continue;
		}
		count_all(f, block);
		__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
		next = (next + 1) % BLOCKS;
	}
}

/* ---- telling -------------------------------------------------------------- */

static void tell_asked(const struct farend *f, FILE *out)
{
	uint32_t asked[ASKED] = {0};
	unsigned i, used = ASKED;

	for (i = 0; i < f->count; i++)
		asked[f->times[i]]++;
	while (used > 2 && asked[used - 1] == 0)
		used--;
	fputs("{\"asked\":[", out);
	for (i = 0; i < used; i++)
		fprintf(out, "%s%" PRIu32, i > 0 ? "," : "", asked[i]);
	fputs("],", out);
}

static void tell_gap(const struct farend *f, FILE *out)
{
	if (f->gap == UINT32_MAX)
		fputs("\"gap\":null,", out);
	else
		fprintf(out,
			"\"gap\":{\"targets\":%" PRIu32 ",\"us\":%" PRId64 "},",
			f->gap, f->gap_ns / 1000);
	fprintf(out, "\"in_256th\":%" PRIu32 ",", f->most);
}

static bool tell(const struct farend *f)
{
	FILE *out = fopen(f->output, "w");

	if (out == NULL)
		return false;
	tell_asked(f, out);
	tell_gap(f, out);
	fprintf(out,
		"\"syns\":%" PRIu64 ",\"elsewhere\":%" PRIu64
		",\"resets\":%" PRIu64 ",\"reset\":%" PRIu64
		",\"syn_acks\":%" PRIu64 ",\"half_open\":%" PRIu64
		",\"seconds\":%.6f,",
		f->syns, f->elsewhere, f->resets, f->reset_targets, f->syn_acks,
		f->open.used, (double)(f->last - f->begun) / 1e9);
	fprintf(out,
		"\"watched\":{\"packets\":%" PRIu64 ",\"asked\":%" PRIu64
		",\"last\":%.6f},"
		"\"dropped\":%" PRIu64 ",\"windows\":[",
		f->watched_packets, f->watched_asked,
		(double)f->watched_last / 1e9, f->dropped);
	for (uint32_t i = 0; i < f->windows_used; i++)
		fprintf(out, "%s%" PRIu32, i > 0 ? "," : "", f->windows[i]);
	fputs("]}\n", out);
	return fclose(out) == 0;
}

/* True also where nobody wants it. */
static bool list(const struct farend *f)
{
	FILE *out = f->list != NULL ? fopen(f->list, "w") : NULL;
	uint32_t i, a;

	if (out == NULL)
		return f->list == NULL;
	for (i = 0; i < f->count; i++) {
		a = f->first + i;
		fprintf(out, "%u.%u.%u.%u %u %u\n", a >> 24, a >> 16 & 255,
			a >> 8 & 255, a & 255, f->times[i], f->reset[i]);
	}
	return fclose(out) == 0;
}

static void count_drops(struct farend *f)
{
	struct tpacket_stats_v3 stats;
	socklen_t size = sizeof(stats);

	if (getsockopt(f->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) ==
	    0)
		f->dropped = stats.tp_drops;
	f->dropped += f->open.lost;
}

/* ---- setting up ----------------------------------------------------------- */

static bool parse_address(const char *text, uint32_t *address)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1)
		return false;
	*address = ntohl(a.s_addr);
	return true;
}

static bool parse_watch(struct farend *f, char *text)
{
	char *slash = strchr(text, '/');

	if (slash == NULL)
		return false;
	*slash = '\0';
	f->watched = (uint32_t)strtoul(slash + 1, NULL, 10);
	return parse_address(text, &f->watch);
}

static bool choose(struct farend *f, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "i:a:n:o:p:s:w:f:l:")) != -1) {
		if (option == 'i')
			f->interface = optarg;
		else if (option == 'o')
			f->output = optarg;
		else if (option == 'f')
			f->frame = optarg;
		else if (option == 'l')
			f->list = optarg;
		else if (option == 'n')
			f->count = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 'p')
			f->port = (uint16_t)strtoul(optarg, NULL, 10);
		else if (option == 'a' ? !parse_address(optarg, &f->first)
			 : option == 's'
			     ? sscanf(optarg, "%" SCNu16 "-%" SCNu16,
				      &f->source_first, &f->source_last) != 2
			 : option == 'w' ? !parse_watch(f, optarg)
					 : true)
			return false;
	}
	return f->interface != NULL && f->output != NULL && f->count > 0 &&
	       f->count <= TARGETS;
}

static bool prepare(struct farend *f)
{
	f->times = calloc(f->count, 1);
	f->reset = calloc(f->count, 1);
	f->blocks = calloc((f->count >> 8) + 1, sizeof(*f->blocks));
	return f->times != NULL && f->reset != NULL && f->blocks != NULL &&
	       half_open_init(&f->open);
}

int main(int argc, char **argv)
{
	static struct farend f = {.port = 1723,
				  .source_last = UINT16_MAX,
				  .gap = UINT32_MAX,
				  .gap_ns = INT64_MAX};
	bool told;

	if (!choose(&f, argc, argv)) {
		fputs("farend: see the head of its source\n", stderr);
		return 2;
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	if (!prepare(&f) || !open_ring(&f)) {
		perror("farend");
		return 3;
	}
	puts("ready");
	fflush(stdout);
	listen_on(&f);
	count_drops(&f);
	told = tell(&f) && list(&f);
	half_open_free(&f.open);
	free(f.times);
	free(f.reset);
	free(f.blocks);
	return told ? 0 : 3;
}
