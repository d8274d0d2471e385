/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the observer writes, held against records that were checked by hand:
 * each file in tests/golden is a script of what crossed the wire and, below
 * "record", the whole record, one field or stage a line.
 *
 *	kind syn|gre|conversation         depth syn|control|call
 *	time MICROSECONDS                 since the record's start
 *	connecting, connected, refused, unreachable, timeout
 *	WHO stream HEX…                   one segment
 *	WHO bytes HEX…                    a segment a byte
 *	WHO gre CALL-ID SEQUENCE ACKNOWLEDGMENT HEX…    "-" where there is none
 *	WHO tcp SOURCE-PORT DESTINATION-PORT FLAGS SEQUENCE ACKNOWLEDGMENT OPTIONS
 *	WHO icmp TYPE CODE HEX…           what it quotes
 *	WHO ping|pong IDENTIFIER SEQUENCE
 *	WHO fin|rst
 *	note NUMBER A B                   from who owns the socket
 *	without PPTP-REASON-NUMBER        GRE can't be tested
 *	end NUMBER                        enum pptp_ended_by
 *
 * WHO is us, server, router, or stranger; "2c*3" in HEX is 2c2c2c and {sccrp}
 * one of the messages below; numbers are hexadecimal with 0x. GRE, TCP and ICMP
 * come in IP packets.
 */
#include "core/observer.h"

#include <dirent.h>
#include <stdio.h>

#include "unit/claims.h"
#include "unit/store.h"

#define FOLDER  "tests/golden"
#define MAX     64
#define ROOM    65536
#define SERVERS 1723

static char names[MAX][64];
static int files;

static struct {
	struct pptp_observer observer;
	struct pptp_record record;
	uint8_t behind[32]; /* what a copy past the record would reach */
	int64_t now;
	char *words[8]; /* of the line; then `rest` */
	char *rest;
	bool ended;
} t;

static struct pptp_address address_of(const char *who)
{
	return pptp_address_v4(strcmp(who, "us") == 0       ? 0xc0000202
			       : strcmp(who, "server") == 0 ? 0xc0000201
			       : strcmp(who, "router") == 0 ? 0xc00002fe
							    : 0xc0000263);
}

static enum pptp_side side_of(const char *who)
{
	return strcmp(who, "us") == 0 ? PPTP_US : PPTP_SERVER;
}

static uint32_t number(const char *text)
{
	char *end;
	uint32_t value = (uint32_t)strtoul(text, &end, 0);

	ck_assert_msg(*text != '\0' && *end == '\0', "no number: %s", text);
	return value;
}

/* Messages of a friendly server and of ours, as {name}. */
static const struct {
	const char *name, *hex;
} messages[] = {
    {"sccrq", "009c00011a2b3c4d00010000 01000000 00000003 00000003 00000000"
	      "70707470677261646500*55 70707470677261646500*55"},
    {"sccrp", "009c00011a2b3c4d00020000 01000100 00000000 00000000 00010001"
	      "6c6f63616c00*59 6c696e757800*59"},
    {"ocrq", "00a800011a2b3c4d00070000 1a2c1a2c 0000012c 05f5e100 00000003"
	     "00000003 00400000 00000000 00*128"},
    {"ocrp", "002000011a2b3c4d00080000 04801a2c 01000000 05f5e100 00400000"
	     "00000000"},
    {"ccrq", "001000011a2b3c4d000c0000 1a2c0000"},
    {"cdn", "009400011a2b3c4d000d0000 0480 0400 0000 0000 00*128"},
    {"stop", "001000011a2b3c4d00030000 01000000"},
    {"stopped", "001000011a2b3c4d00040000 01000000"},
    /* LCP: our request and its Ack; a request for MS-CHAPv2, PAP, EAP */
    {"request", "ff03c021 0108000a 050607070707"},
    {"acked", "ff03c021 0208000a 050607070707"},
    {"v2", "ff03c021 01010019 020600000000 0305c22381 0506aa6a6ace 07020802"},
    {"ack-v2",
     "ff03c021 02010019 020600000000 0305c22381 0506aa6a6ace 07020802"},
    {"terminate", "ff03c021 05090004"},
    {"terminated", "ff03c021 06090004"},
};

static size_t bytes_of(const char *text, uint8_t *bytes, size_t room);

/* The message whose name follows the brace; where the text goes on. */
static const char *named(const char *text, uint8_t *bytes, size_t room,
			 size_t *n)
{
	size_t length = strcspn(text, "}");

	for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
		if (strlen(messages[i].name) == length &&
		    memcmp(messages[i].name, text, length) == 0) {
			*n += bytes_of(messages[i].hex, bytes, room);
			return text + length + 1;
		}
	ck_abort_msg("no message {%.*s}", (int)length, text);
	return text;
}

/* "0a1b 00*64 {sccrp}" to bytes. */
static size_t bytes_of(const char *text, uint8_t *bytes, size_t room)
{
	char pair[3] = {0};
	size_t n = 0, times;
	char *end;

	while (*text != '\0') {
		if (*text == ' ') {
			text++;
			continue;
		}
		if (*text == '{') {
			text = named(text + 1, bytes + n, room - n, &n);
			continue;
		}
		memcpy(pair, text, 2);
		text += 2;
		times = 1;
		if (*text == '*') {
			times = strtoul(text + 1, &end, 10);
			text = end;
		}
		ck_assert_uint_le(n + times, room);
		memset(bytes + n, (int)strtoul(pair, &end, 16), times);
		ck_assert_msg(*end == '\0', "no byte: %s", pair);
		n += times;
	}
	return n;
}

/* ---- what crosses the wire ----------------------------------------------- */

static void stream(const char *who, size_t part)
{
	static uint8_t bytes[4096];
	size_t length = bytes_of(t.rest, bytes, sizeof(bytes));
	struct pptp_event event;
	size_t used, n;

	for (size_t at = 0; at < length; at += used) {
		n = length - at < part ? length - at : part;
		used = pptp_observer_stream(&t.observer, side_of(who),
					    bytes + at, n, t.now, &event);
		ck_assert_uint_ge(used, 1);
		ck_assert_uint_le(used, n);
	}
}

static struct pptp_ip header(const char *who, uint8_t protocol)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = address_of(who);
	ip.destination = address_of(side_of(who) == PPTP_US ? "server" : "us");
	ip.ttl = 57;
	ip.protocol = protocol;
	return ip;
}

static void packet(const char *who, const struct pptp_writer *w)
{
	struct pptp_event event;

	ck_assert(pptp_writer_ok(w));
	(void)pptp_observer_bytes(&t.observer, side_of(who), w->bytes,
				  w->length, t.now, &event);
}

static void gre(const char *who)
{
	uint8_t bytes[512], payload[400];
	struct pptp_ip ip = header(who, PPTP_IP_GRE);
	size_t length = bytes_of(t.rest, payload, sizeof(payload));
	bool sequence = strcmp(t.words[3], "-") != 0;
	bool acknowledgment = strcmp(t.words[4], "-") != 0;
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ip_encode(&w, &ip,
		       8 + length + 4U * sequence + 4U * acknowledgment);
	pptp_write_u8(&w, sequence ? 0x30 : 0x20);
	pptp_write_u8(&w, acknowledgment ? 0x81 : 0x01);
	pptp_write_u16(&w, 0x880b);
	pptp_write_u16(&w, (uint16_t)length);
	pptp_write_u16(&w, (uint16_t)number(t.words[2]));
	if (sequence)
		pptp_write_u32(&w, number(t.words[3]));
	if (acknowledgment)
		pptp_write_u32(&w, number(t.words[4]));
	pptp_write_bytes(&w, payload, length);
	packet(who, &w);
}

static void tcp(const char *who)
{
	uint8_t bytes[128], options[40];
	struct pptp_ip ip = header(who, PPTP_IP_TCP);
	size_t length = bytes_of(t.rest, options, sizeof(options));
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ip_encode(&w, &ip, 20 + length);
	pptp_write_u16(&w, (uint16_t)number(t.words[2]));
	pptp_write_u16(&w, (uint16_t)number(t.words[3]));
	pptp_write_u32(&w, number(t.words[5]));
	pptp_write_u32(&w, number(t.words[6]));
	pptp_write_u8(&w, (uint8_t)((20 + length) / 4 << 4));
	pptp_write_u8(&w, (uint8_t)number(t.words[4]));
	pptp_write_u16(&w, 64240);
	pptp_write_zeros(&w, 4);
	pptp_write_bytes(&w, options, length);
	packet(who, &w);
}

/* TYPE CODE, four bytes, and what follows them. */
static void icmp(const char *who, uint32_t type, uint32_t code, uint32_t four)
{
	uint8_t bytes[256], more[128];
	struct pptp_ip ip = header(who, PPTP_IP_ICMP);
	size_t length = bytes_of(t.rest, more, sizeof(more));
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ip_encode(&w, &ip, 8 + length);
	pptp_write_u8(&w, (uint8_t)type);
	pptp_write_u8(&w, (uint8_t)code);
	pptp_write_zeros(&w, 2);
	pptp_write_u32(&w, four);
	pptp_write_bytes(&w, more, length);
	packet(who, &w);
}

/* ---- the script ---------------------------------------------------------- */

/* Cuts the first words off a line. */
static void split(char *line)
{
	unsigned n = 0, most = 2;

	memset(t.words, 0, sizeof(t.words));
	t.rest = line;
	while (n < most && *t.rest != '\0') {
		t.words[n] = t.rest;
		t.rest += strcspn(t.rest, " ");
		while (*t.rest == ' ')
			*t.rest++ = '\0';
		n++;
		if (n == 2) {
			const char *what = t.words[1];

			most = strcmp(what, "gre") == 0          ? 5
			       : strcmp(what, "tcp") == 0        ? 7
			       : strcmp(what, "icmp") == 0       ? 4
			       : what[0] == 'p'                  ? 4
			       : strcmp(t.words[0], "note") == 0 ? 4
								 : 2;
		}
	}
}

static bool is_somebody(const char *who)
{
	static const char *const all[] = {"us", "server", "router", "stranger"};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(all[i], who) == 0)
			return true;
	return false;
}

static bool by_somebody(void)
{
	const char *who = t.words[0], *what = t.words[1];
	uint32_t identifier = 0;

	if (what == NULL || !is_somebody(who))
		return false;
	if (what[0] == 'p' && t.words[3] != NULL)
		identifier = number(t.words[2]) << 16 | number(t.words[3]);
	if (strcmp(what, "stream") == 0)
		stream(who, SIZE_MAX);
	else if (strcmp(what, "bytes") == 0)
		stream(who, 1);
	else if (strcmp(what, "gre") == 0)
		gre(who);
	else if (strcmp(what, "tcp") == 0)
		tcp(who);
	else if (strcmp(what, "icmp") == 0)
		icmp(who, number(t.words[2]), number(t.words[3]), 0);
	else if (strcmp(what, "ping") == 0)
		icmp(who, PPTP_ICMP_ECHO_REQUEST, 0, identifier);
	else if (strcmp(what, "pong") == 0)
		icmp(who, PPTP_ICMP_ECHO_REPLY, 0, identifier);
	else if (strcmp(what, "fin") == 0 || strcmp(what, "rst") == 0)
		pptp_observer_closed(&t.observer, side_of(who), what[0] == 'r',
				     t.now);
	else
		return false;
	return true;
}

static bool by_the_kernel(const char *what)
{
	static const struct {
		const char *name;
		enum pptp_connect how;
	} ends[] = {{"refused", PPTP_CONNECT_REFUSED},
		    {"unreachable", PPTP_CONNECT_UNREACHABLE},
		    {"timeout", PPTP_CONNECT_TIMEOUT},
		    {"error", PPTP_CONNECT_ERROR}};

	if (strcmp(what, "connecting") == 0)
		pptp_observer_connecting(&t.observer, t.now);
	else if (strcmp(what, "connected") == 0)
		pptp_observer_connected(&t.observer, t.now);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (strcmp(what, ends[i].name) == 0) {
			pptp_observer_not_connected(&t.observer, ends[i].how,
						    t.now);
			return true;
		}
	return strncmp(what, "connect", 7) == 0;
}

static bool set_up(const char *what, const char *value)
{
	struct pptp_record *r = &t.record;
	enum pptp_depth depth;

	if (value == NULL)
		return false;
	if (strcmp(what, "kind") == 0)
		r->kind = strcmp(value, "syn") == 0   ? PPTP_KIND_SYN
			  : strcmp(value, "gre") == 0 ? PPTP_KIND_GRE
						      : PPTP_KIND_CONVERSATION;
	else if (strcmp(what, "depth") == 0 && pptp_depth_parse(&depth, value))
		r->depth = (uint8_t)depth;
	else if (strcmp(what, "time") == 0)
		t.now = r->start + (int64_t)number(value);
	else if (strcmp(what, "note") == 0)
		pptp_record_note(r, (enum pptp_note_code)number(value),
				 number(t.words[2]), number(t.words[3]));
	else if (strcmp(what, "without") == 0)
		pptp_observer_without_gre(&t.observer,
					  (enum pptp_reason)number(value));
	else if (strcmp(what, "end") == 0)
		pptp_observer_end(&t.observer,
				  (enum pptp_ended_by)number(value), t.now);
	else
		return false;
	return true;
}

static void begin(void)
{
	struct pptp_record *r = &t.record;

	memset(&t, 0, sizeof(t));
	memset(t.behind, 0xa5, sizeof(t.behind));
	record_empty(r);
	r->source = address_of("us");
	r->target = address_of("server");
	r->port = SERVERS;
	r->kind = PPTP_KIND_CONVERSATION;
	r->depth = PPTP_DEPTH_CALL;
	r->time_us = INT64_C(1795387200500000); /* 2026-11-22T22:40:00.5Z */
	r->start = r->end = 7000000;
	t.now = r->start;
	pptp_observer_init(&t.observer, r);
}

/* ---- comparing ----------------------------------------------------------- */

/* The record's JSON, one field of the outermost object a line. */
static void tell(char *text, size_t room)
{
	static char json[ROOM];
	struct pptp_json j;
	unsigned depth = 0;
	bool quoted = false;
	size_t n = 0;

	pptp_json_init(&j, json, sizeof(json) - 1);
	pptp_record_walk(&t.record, &j.sink);
	ck_assert(!j.failed);
	json[j.length] = '\0';
	for (const char *p = json; *p != '\0'; p++) {
		ck_assert_uint_lt(n + 2, room);
		text[n++] = *p;
		if (*p == '"' && p[-1] != '\\')
			quoted = !quoted;
		if (quoted)
			continue;
		depth += *p == '{' || *p == '[';
		depth -= *p == '}' || *p == ']';
		if (depth == 1 && (*p == ',' || *p == '{'))
			text[n++] = '\n';
	}
	text[n++] = '\n';
	text[n] = '\0';
}

static size_t line_length(const char *text)
{
	return strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
}

/* Lines that differ, as diff(1) shows them. */
static void compare(const char *wanted, const char *got, const char *name)
{
	static char report[2 * ROOM];
	size_t n = 0;

	while (*wanted != '\0' || *got != '\0') {
		size_t a = line_length(wanted), b = line_length(got);

		if (a != b || memcmp(wanted, got, a) != 0)
			n += (size_t)snprintf(report + n, sizeof(report) - n,
					      "%s%.*s%s%.*s", a > 0 ? "- " : "",
					      (int)a, wanted, b > 0 ? "+ " : "",
					      (int)b, got);
		wanted += a;
		got += b;
	}
	ck_assert_msg(n == 0, "%s:\n%s", name, report);
}

static void play(char *script, const char *name)
{
	char *line, *next;

	for (line = script; line != NULL && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (*line == '\0' || *line == '#')
			continue;
		split(line);
		ck_assert_msg(by_somebody() || by_the_kernel(t.words[0]) ||
				  set_up(t.words[0], t.words[1]),
			      "%s: %s", name, t.words[0]);
	}
}

START_TEST(a_script_gives_the_record_below_it)
{
	static char text[ROOM], got[ROOM];
	char path[128], *wanted;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), FOLDER "/%s", names[_i]);
	file = fopen(path, "r");
	ck_assert_ptr_ne(file, NULL);
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	wanted = strstr(text, "\nrecord\n");
	ck_assert_msg(wanted != NULL, "%s: no record", path);
	wanted[1] = '\0';
	begin();
	play(text, path);
	tell(got, sizeof(got));
	compare(wanted + 8, got, path);
	for (size_t i = 0; i < sizeof(t.behind); i++)
		ck_assert_uint_eq(t.behind[i], 0xa5);
}
END_TEST

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void find_files(void)
{
	DIR *folder = opendir(FOLDER);
	struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.' && files < MAX)
			snprintf(names[files++], sizeof(names[0]), "%.63s",
				 entry->d_name);
	if (folder != NULL)
		closedir(folder);
	qsort(names, (size_t)files, sizeof(names[0]), by_name);
}

START_TEST(the_scripts_are_there)
{
	ck_assert_int_ge(files, 20);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("golden");
	TCase *c = tcase_create("a_script_gives_the_record_below_it");

	find_files();
	tcase_add_loop_test(c, a_script_gives_the_record_below_it, 0, files);
	suite_add_tcase(s, c);
	CLAIM(s, the_scripts_are_there);
	return run_suite(s);
}
