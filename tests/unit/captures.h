/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of native/read share: captures in the making, and the objects
 * that decode tells of them, a line each. */
#ifndef TESTS_CAPTURES_H
#define TESTS_CAPTURES_H

#include "format/tcp.h"
#include "read/decode.h"
#include "unit/claims.h"
#include "unit/vectors.h"

#define CLIENT 0xc0000201 /* 192.0.2.1 */
#define SERVER 0xc0000202

/* ---- what came out: a line an object ------------------------------------- */

struct said {
	struct pptp_json j;
	char line[65536], text[1 << 20];
	size_t length;
	unsigned objects, stop; /* stop after so many; 0: never */
};

static inline struct pptp_sink *begin(void *context)
{
	struct said *out = context;

	pptp_json_init(&out->j, out->line, sizeof(out->line));
	return &out->j.sink;
}

static inline bool end(void *context)
{
	struct said *out = context;

	ck_assert(!out->j.failed);
	ck_assert_uint_eq(out->j.depth, 0);
	ck_assert_uint_lt(out->length + out->j.length + 2, sizeof(out->text));
	memcpy(out->text + out->length, out->line, out->j.length);
	out->length += out->j.length;
	out->text[out->length++] = '\n';
	out->text[out->length] = '\0';
	return ++out->objects != out->stop;
}

static inline struct said *new_said(void)
{
	static struct said out;

	memset(&out, 0, sizeof(out));
	return &out;
}

/* The n-th object, from 0. */
static inline const char *object(const struct said *out, unsigned n)
{
	static char line[65536];
	const char *at = out->text;

	ck_assert_uint_lt(n, out->objects);
	while (n-- > 0)
		at = strchr(at, '\n') + 1;
	memset(line, 0, sizeof(line));
	memcpy(line, at, (size_t)(strchr(at, '\n') - at));
	return line;
}

/* ---- captures ------------------------------------------------------------ */

struct capture {
	uint8_t bytes[1 << 18];
	struct pptp_writer w;
	unsigned count;
};

static inline struct capture *capture(uint32_t linktype)
{
	static struct capture c;

	c.count = 0;
	pptp_writer_init(&c.w, c.bytes, sizeof(c.bytes));
	pptp_write_u32(&c.w, 0xa1b2c3d4);
	pptp_write_u32(&c.w, 0x00020004);
	pptp_write_zeros(&c.w, 8);
	pptp_write_u32(&c.w, 65535);
	pptp_write_u32(&c.w, linktype);
	return &c;
}

/* Frame n comes n seconds after the day that 1700000000 is in. */
static inline void add_cut(struct capture *c, const void *bytes, size_t length,
			   size_t sent)
{
	pptp_write_u32(&c->w, 1700000000 + ++c->count);
	pptp_write_u32(&c->w, 42);
	pptp_write_u32(&c->w, (uint32_t)length);
	pptp_write_u32(&c->w, (uint32_t)sent);
	pptp_write_bytes(&c->w, bytes, length);
	ck_assert(pptp_writer_ok(&c->w));
}

static inline void add(struct capture *c, const void *bytes, size_t length)
{
	add_cut(c, bytes, length, length);
}

static inline void add_hex(struct capture *c, const char *hex)
{
	struct vector v = vector(hex);

	add(c, v.bytes, v.length);
}

static inline struct pptp_ip between(bool from_server)
{
	struct pptp_ip ip = {0};

	ip.source = pptp_address_v4(from_server ? SERVER : CLIENT);
	ip.destination = pptp_address_v4(from_server ? CLIENT : SERVER);
	ip.ttl = 64;
	return ip;
}

struct packet {
	uint8_t bytes[2048];
	size_t length;
};

static inline struct packet segment(bool from_server, uint32_t sequence,
				    const void *data, size_t length)
{
	struct pptp_ip ip = between(from_server);
	struct pptp_writer w;
	struct packet p;

	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&w, p.bytes, sizeof(p.bytes));
	pptp_ip_encode(&w, &ip, 20 + length);
	pptp_write_u16(&w, from_server ? 1723 : 40000);
	pptp_write_u16(&w, from_server ? 40000 : 1723);
	pptp_write_u32(&w, sequence);
	pptp_write_u32(&w, 1);
	pptp_write_u16(&w, 5 << 12 | PPTP_TCP_ACK);
	pptp_write_zeros(&w, 6);
	pptp_write_bytes(&w, data, length);
	ck_assert(pptp_writer_ok(&w));
	p.length = w.length;
	return p;
}

static inline void add_segment(struct capture *c, uint32_t sequence,
			       const void *data, size_t length)
{
	struct packet p = segment(true, sequence, data, length);

	add(c, p.bytes, p.length);
}

static inline void add_message(struct capture *c, uint32_t sequence,
			       const char *hex)
{
	struct vector v = vector(hex);

	add_segment(c, sequence, v.bytes, v.length);
}

static inline enum pptp_error decode_with(const struct capture *c,
					  size_t length, struct said *out,
					  char *text)
{
	static uint8_t copy[1 << 18];
	const struct pptp_decode_output output = {
	    .begin = begin, .end = end, .context = out};
	FILE *file;

	memcpy(copy, c->bytes, length);
	file = fmemopen(copy, length, "rb");
	ck_assert_ptr_nonnull(file);
	return pptp_decode_open_file(file, "memory", &output, text, 256);
}

static inline struct said *decode(const struct capture *c)
{
	struct said *out = new_said();
	char text[256] = "";

	ck_assert_int_eq(decode_with(c, c->w.length, out, text), PPTP_OK);
	ck_assert_str_eq(text, "");
	return out;
}

static inline enum pptp_error decode_bytes(const void *bytes, size_t length,
					   struct said *out)
{
	const struct pptp_decode_output output = {
	    .begin = begin, .end = end, .context = out};
	struct guarded g = guarded_new();
	enum pptp_error error =
	    pptp_decode_bytes(guarded_copy(&g, bytes, length), length, &output);

	guarded_free(&g);
	return error;
}

static inline struct said *decode_hex(const char *hex)
{
	struct vector v = vector(hex);
	struct said *out = new_said();

	ck_assert_int_eq(decode_bytes(v.bytes, v.length, out), PPTP_OK);
	return out;
}

#endif
