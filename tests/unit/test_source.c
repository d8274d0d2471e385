/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/source.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "unit/captures.h"

START_TEST(capture_cut_at_every_length_shows_what_stands_before)
{
	struct capture *c = capture(101);
	size_t first;

	add_message(c, 1, VECTOR_ECHO_REQUEST);
	first = c->w.length;
	add_hex(c, VECTOR_IP_GRE_LCP);
	for (size_t n = 1; n <= c->w.length; n++) {
		struct said *out = new_said();
		char text[256] = "";
		enum pptp_error error = decode_with(c, n, out, text);

		if (n < 24)
			ck_assert_int_eq(error, PPTP_ERROR_MALFORMED);
		else if (n == 24 || n == first || n == c->w.length)
			ck_assert_int_eq(error, PPTP_OK);
		else
			ck_assert_int_eq(error, PPTP_ERROR_SHORT);
		ck_assert_int_eq(error == PPTP_OK, text[0] == '\0');
		if (n < c->w.length)
			ck_assert_uint_eq(out->objects, n >= first);
	}
}
END_TEST

START_TEST(link_layer_that_is_not_read_is_said)
{
	struct capture *c = capture(105);
	struct said *out = new_said();
	char text[256] = "";

	add_hex(c, VECTOR_IP_GRE_LCP);
	ck_assert_int_eq(decode_with(c, c->w.length, out, text),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "memory: its link layer, IEEE802_11 (105),");
}
END_TEST

static struct pptp_read_counts counted(const struct capture *c)
{
	struct pptp_read_counts counts = {0};
	const struct pptp_decode_output output = {.begin = begin,
						  .end = end,
						  .context = new_said(),
						  .counts = &counts};
	static uint8_t copy[1 << 18];
	char text[256];
	FILE *file;

	memcpy(copy, c->bytes, c->w.length);
	file = fmemopen(copy, c->w.length, "rb");
	ck_assert_int_eq(
	    pptp_decode_open_file(file, "memory", &output, text, sizeof(text)),
	    PPTP_OK);
	return counts;
}

START_TEST(frames_that_are_not_understood_are_counted_by_kind)
{
	static const char macs[] = "ffffffffffff020000000001";
	static const struct {
		const char *hex;
		int kind; /* -1: understood, or none of ours */
	} cases[] = {
	    {"0800" VECTOR_IP_GRE_ACK, -1},
	    {"0806 0001", -1},
	    {"8847 00000000", PPTP_UNREAD_LINK},
	    {"0800 4400", PPTP_UNREAD_IP},
	    {"0800 4500001600010000400 60000c0000201c0000202 0000",
	     PPTP_UNREAD_TCP},
	    {"0800 4500001c00010002402f0000c0000201c0000202 0000000000000000",
	     PPTP_UNREAD_FRAGMENT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct capture *c = capture(1);
		struct pptp_read_counts counts;
		char hex[512];

		snprintf(hex, sizeof(hex), "%s%s", macs, cases[i].hex);
		add_hex(c, hex);
		counts = counted(c);
		ck_assert_uint_eq(counts.frames, 1);
		for (int k = 0; k < PPTP_UNREAD_COUNT; k++)
			ck_assert_uint_eq(counts.unread[k], k == cases[i].kind);
	}
}
END_TEST

static const char *complaint_of(const void *bytes, size_t length,
				enum pptp_error wanted)
{
	static char text[512];
	struct capture c = {.count = 0};

	text[0] = '\0';
	memcpy(c.bytes, bytes, length);
	ck_assert_int_eq(decode_with(&c, length, new_said(), text), wanted);
	return text;
}

START_TEST(compressed_captures_are_named)
{
	ck_assert_has(
	    complaint_of("\x1f\x8b\x08\0more", 8, PPTP_ERROR_MALFORMED),
	    "gunzip -c FILE | pptp-probe decode -");
	ck_assert_has(
	    complaint_of("\x28\xb5\x2f\xfd....", 8, PPTP_ERROR_MALFORMED),
	    "zstd -d -c FILE");
	ck_assert_has(complaint_of("\xfd"
				   "7zXZ...",
				   8, PPTP_ERROR_MALFORMED),
		      "xz -d -c FILE");
	ck_assert_has(complaint_of("BZh9....", 8, PPTP_ERROR_MALFORMED),
		      "bunzip2 -c FILE");
	ck_assert_has(complaint_of("BZ", 2, PPTP_ERROR_MALFORMED),
		      "give a pcap or pcapng file");
}
END_TEST

START_TEST(wireless_captures_get_advice_of_their_own)
{
	static const uint32_t types[] = {105, 119, 127, 163, 192, 104, 107};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct capture *c = capture(types[i]);
		char text[512] = "";

		ck_assert_int_eq(decode_with(c, c->w.length, new_said(), text),
				 PPTP_ERROR_ARGUMENT);
		ck_assert_has(text, i < 5 ? "without monitor mode"
					  : "capture on Ethernet");
	}
}
END_TEST

static void add_block(struct pptp_writer *w, uint32_t type, const void *body,
		      size_t length)
{
	pptp_write_u32(w, type);
	pptp_write_u32(w, (uint32_t)(12 + length));
	pptp_write_bytes(w, body, length);
	pptp_write_u32(w, (uint32_t)(12 + length));
}

/* A packet of an interface, in a pcapng file of Ethernet and one more. */
static void begin_pcapng(struct pptp_writer *w, uint8_t second)
{
	uint8_t head[16] = {0x1a, 0x2b, 0x3c, 0x4d, 0, 1};
	uint8_t interface[8] = {0, 1, 0, 0, 0, 0, 0, 200};

	add_block(w, 0x0a0d0d0a, head, sizeof(head));
	add_block(w, 1, interface, sizeof(interface));
	interface[1] = second;
	interface[7] = 100;
	add_block(w, 1, interface, sizeof(interface));
}

static void add_packet(struct pptp_writer *w, uint8_t id, const char *hex)
{
	struct vector v = vector(hex);
	uint8_t body[600] = {[3] = id, [19] = 0};

	body[15] = body[19] = (uint8_t)v.length;
	memcpy(body + 20, v.bytes, v.length);
	add_block(w, 6, body, 20 + (v.length + 3) / 4 * 4);
}

#define ETHERNET "ffffffffffff020000000001 0800"
#define COOKED   "0000 0001 0006 0200000000010000 0800"

START_TEST(several_link_types_in_one_pcapng_are_read)
{
	struct capture *c = capture(1);
	struct said *out;

	pptp_writer_init(&c->w, c->bytes, sizeof(c->bytes));
	begin_pcapng(&c->w, 113);
	add_packet(&c->w, 1, COOKED VECTOR_IP_GRE_ACK);
	add_packet(&c->w, 0, ETHERNET VECTOR_IP_GRE_ACK);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "{\"frame\":1,");
	ck_assert_has(object(out, 1), "{\"frame\":2,");
	ck_assert_has_not(out->text, "malformed");
}
END_TEST

START_TEST(a_pcapng_of_nothing_that_is_read_is_refused)
{
	struct capture *c = capture(1);
	struct pptp_read_counts counts;
	char text[512] = "";

	pptp_writer_init(&c->w, c->bytes, sizeof(c->bytes));
	begin_pcapng(&c->w, 105);
	add_packet(&c->w, 1, VECTOR_IP_GRE_ACK);
	ck_assert_int_eq(decode_with(c, c->w.length, new_said(), text),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "IEEE802_11 (105)");
	/* Beside what is read it is counted. */
	add_packet(&c->w, 0, ETHERNET VECTOR_IP_GRE_ACK);
	counts = counted(c);
	ck_assert_uint_eq(counts.frames, 2);
	ck_assert_uint_eq(counts.unread[PPTP_UNREAD_LINK], 1);
	ck_assert_has(complaint_of(c->bytes, c->w.length - 2, PPTP_ERROR_SHORT),
		      "after 1 frames: the file ends within a block");
}
END_TEST

START_TEST(a_pcapng_without_an_interface_is_empty)
{
	uint8_t head[16] = {0x1a, 0x2b, 0x3c, 0x4d, 0, 1};
	struct capture *c = capture(1);
	char text[512] = "";

	pptp_writer_init(&c->w, c->bytes, sizeof(c->bytes));
	add_block(&c->w, 0x0a0d0d0a, head, sizeof(head));
	ck_assert_int_eq(decode_with(c, c->w.length, new_said(), text),
			 PPTP_OK);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(file_that_is_no_capture_is_said)
{
	const struct pptp_decode_output output = {
	    .begin = begin, .end = end, .context = new_said()};
	char name[] = "/tmp/test_decode.XXXXXX", text[256];
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "no capture, but long enough", 27), 27);
	close(fd);
	ck_assert_int_eq(pptp_decode_file(name, &output, text, sizeof(text)),
			 PPTP_ERROR_MALFORMED);
	ck_assert_has(text, name);
	unlink(name);
	ck_assert_int_eq(pptp_decode_file(name, &output, text, sizeof(text)),
			 PPTP_ERROR_SYSTEM);
	ck_assert_has(text, "No such file");
}
END_TEST

START_TEST(time_that_is_none_is_left_out)
{
	struct capture *c = capture(101);
	struct said *out;

	add_hex(c, VECTOR_IP_GRE_ACK);
	memset(c->bytes + 28, 0xff, 4); /* microseconds */
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has_not(out->text, "time");
}
END_TEST

START_TEST(reader_that_has_enough_is_given_no_more)
{
	struct capture *c = capture(101);
	struct said *out = new_said();
	char text[256] = "";

	for (int i = 0; i < 10; i++)
		add_hex(c, VECTOR_IP_GRE_LCP);
	out->stop = 3;
	ck_assert_int_eq(decode_with(c, c->w.length, out, text), PPTP_OK);
	ck_assert_uint_eq(out->objects, 3);
}
END_TEST

/* One interface, and no packet. */
#define PCAPNG                                                                 \
	"0a0d0d0a 0000001c 1a2b3c4d 00010000 ffffffff ffffffff 0000001c"       \
	"00000001 00000014 00010000 0000ffff 00000014"

/* A pipe whose other end writes only when the reader would have to wait. */
struct slow {
	struct said *said;
	const struct capture *c;
	int fd;
	size_t written;
	unsigned waits, seen; /* objects told at the last wait */
};

static struct pptp_sink *slow_begin(void *context)
{
	return begin(((struct slow *)context)->said);
}

static bool slow_end(void *context)
{
	return end(((struct slow *)context)->said);
}

static void write_some(void *context)
{
	struct slow *s = context;
	size_t left = s->c->w.length - s->written, n = left < 60 ? left : 60;

	s->waits++;
	s->seen = s->said->objects;
	ck_assert_int_eq(write(s->fd, s->c->bytes + s->written, n), (ssize_t)n);
	s->written += n;
	if (s->written == s->c->w.length)
		close(s->fd);
}

START_TEST(whoever_waits_for_objects_has_them_before_a_read_waits)
{
	struct capture *c = capture(101);
	struct slow s = {.said = new_said(), .c = c};
	const struct pptp_decode_output output = {.begin = slow_begin,
						  .end = slow_end,
						  .context = &s,
						  .idle = write_some};
	char text[256] = "";
	int ends[2];

	for (int i = 0; i < 3; i++)
		add_hex(c, VECTOR_IP_GRE_ACK);
	ck_assert_int_eq(pipe(ends), 0);
	s.fd = ends[1];
	ck_assert_int_eq(pptp_decode_open_file(fdopen(ends[0], "rb"), "pipe",
					       &output, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_uint_eq(s.said->objects, 3);
	ck_assert_uint_eq(s.waits, (c->w.length + 59) / 60);
	/* The last piece completes the last frame; those before were told. */
	ck_assert_uint_eq(s.seen, 2);
}
END_TEST

static unsigned open_files(void)
{
	DIR *all = opendir("/proc/self/fd");
	unsigned n = 0;

	ck_assert_ptr_nonnull(all);
	while (readdir(all) != NULL)
		n++;
	closedir(all);
	return n;
}

static const struct {
	const char *hex;
	uint32_t linktype; /* 0: the bytes of hex alone */
	size_t cut;
} cases[] = {
    {VECTOR_IP_GRE_LCP, 101, 0},
    {VECTOR_IP_GRE_LCP, 101, 3},
    {VECTOR_IP_GRE_LCP, 105, 0},
    {VECTOR_HTTP, 0, 0},
    {PCAPNG, 0, 0},
    {"0a0d0d0a 00000000", 0, 0},
    {"1f8b0800", 0, 0},
};

/* Through every way out: whole, cut, no capture, of no link type that is read;
 * pcap and pcapng. */
START_TEST(files_and_memory_are_given_back)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[] = "/tmp/test_source.XXXXXX", text[512];
		const struct pptp_decode_output output = {
		    .begin = begin, .end = end, .context = new_said()};
		size_t n = i, before = 0;
		struct vector v = vector(cases[n].hex);
		struct capture *c = capture(cases[n].linktype);
		unsigned files;
		int fd = mkstemp(name);

		add(c, v.bytes, v.length);
		if (cases[n].linktype == 0) {
			pptp_writer_init(&c->w, c->bytes, sizeof(c->bytes));
			pptp_write_bytes(&c->w, v.bytes, v.length);
		}
		n = c->w.length - cases[n].cut;
		ck_assert_int_eq(write(fd, c->bytes, n), (ssize_t)n);
		close(fd);
		files = open_files();
		for (int round = 0; round < 20; round++) {
			(void)!pptp_decode_file(name, &output, text,
						sizeof(text));
			ck_assert_uint_eq(open_files(), files);
			/* What is freed may be kept for a while, seven of each
			 * size. */
			if (round > 10)
				ck_assert_uint_eq(heap_in_use(), before);
			before = heap_in_use();
		}
		unlink(name);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("source");

	CLAIM(s, frames_that_are_not_understood_are_counted_by_kind);
	CLAIM(s, compressed_captures_are_named);
	CLAIM(s, wireless_captures_get_advice_of_their_own);
	CLAIM(s, several_link_types_in_one_pcapng_are_read);
	CLAIM(s, a_pcapng_of_nothing_that_is_read_is_refused);
	CLAIM(s, capture_cut_at_every_length_shows_what_stands_before);
	CLAIM(s, link_layer_that_is_not_read_is_said);
	CLAIM(s, a_pcapng_without_an_interface_is_empty);
	CLAIM(s, file_that_is_no_capture_is_said);
	CLAIM(s, time_that_is_none_is_left_out);
	CLAIM(s, reader_that_has_enough_is_given_no_more);
	CLAIM(s, whoever_waits_for_objects_has_them_before_a_read_waits);
	CLAIM(s, files_and_memory_are_given_back);
	return run_suite(s);
}
