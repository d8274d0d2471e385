/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/pcapng.h"

#include <stdlib.h>
#include <string.h>

#include "format/bytes.h"

#define BLOCK_MAX   (16U << 20) /* as libpcap's */
#define HEAD        8           /* type and length */
#define TRAILER     4           /* the length again */
#define SECOND      1000000
#define ORDER_MAGIC 0x1a2b3c4dU

enum {
	SECTION = 0x0a0d0d0a,
	INTERFACE = 1,
	OLD_PACKET = 2,
	SIMPLE_PACKET = 3,
	PACKET = 6,
};

enum { OPTION_END = 0, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };

void pptp_pcapng_init(struct pptp_pcapng *p, FILE *file)
{
	memset(p, 0, sizeof(*p));
	p->file = file;
}

void pptp_pcapng_free(struct pptp_pcapng *p)
{
	free(p->interfaces);
	free(p->block);
	p->interfaces = NULL;
	p->block = NULL;
	p->count = p->room = 0;
}

int pptp_pcapng_linktype(const struct pptp_pcapng *p)
{
	return p->count > 0 ? p->interfaces[0].linktype : -1;
}

static int broken(struct pptp_pcapng *p, const char *why)
{
	p->why = why;
	return -1;
}

/* ---- numbers in the section's order -------------------------------------- */

static uint16_t u16(const struct pptp_pcapng *p, struct pptp_reader *r)
{
	uint16_t v = pptp_read_u16(r);

	return p->swapped ? __builtin_bswap16(v) : v;
}

static uint32_t u32(const struct pptp_pcapng *p, struct pptp_reader *r)
{
	uint32_t v = pptp_read_u32(r);

	return p->swapped ? __builtin_bswap32(v) : v;
}

static uint64_t u64(const struct pptp_pcapng *p, struct pptp_reader *r)
{
	uint64_t first = u32(p, r), second = u32(p, r);

	return p->swapped ? second << 32 | first : first << 32 | second;
}

/* ---- blocks -------------------------------------------------------------- */

static bool make_room(struct pptp_pcapng *p, size_t room)
{
	uint8_t *block;

	if (room <= p->room)
		return true;
	block = realloc(p->block, room);
	if (block == NULL)
		return false;
	p->block = block;
	p->room = room;
	return true;
}

/* A section's length is in its own byte order, which follows it. */
static bool take_byte_order(struct pptp_pcapng *p)
{
	struct pptp_reader r;
	uint8_t order[4];

	if (fread(order, 1, sizeof(order), p->file) != sizeof(order))
		return false;
	pptp_reader_init(&r, order, sizeof(order));
	p->swapped = pptp_read_u32(&r) != ORDER_MAGIC;
	pptp_reader_init(&r, order, sizeof(order));
	p->count = 0;
	return u32(p, &r) == ORDER_MAGIC;
}

/* The block's body in `r`. 1, 0 at the end, -1. */
static int next_block(struct pptp_pcapng *p, uint32_t *type,
		      struct pptp_reader *r)
{
	uint8_t head[HEAD];
	size_t got = fread(head, 1, sizeof(head), p->file), body, had;
	struct pptp_reader h;
	uint32_t length;

	if (got == 0 && !ferror(p->file))
		return 0;
	if (got < sizeof(head))
		return broken(p, "the file ends within a block");
	pptp_reader_init(&h, head, sizeof(head));
	*type = pptp_read_u32(&h);
	had = 0;
	if (*type == SECTION) {
		if (!take_byte_order(p))
			return broken(p, "a section without a byte order");
		had = 4;
	} else if (p->swapped) {
		*type = __builtin_bswap32(*type);
	}
	length = u32(p, &h);
	if (length < HEAD + TRAILER + had || length > BLOCK_MAX ||
	    length % 4 != 0)
		return broken(p, "a block with an impossible length");
	body = length - HEAD - had;
	if (!make_room(p, body))
		return broken(p, "not enough memory for a block");
	if (fread(p->block, 1, body, p->file) != body)
		return broken(p, "the file ends within a block");
	pptp_reader_init(r, p->block, body - TRAILER);
	return 1;
}

/* ---- interfaces ---------------------------------------------------------- */

static void read_options(const struct pptp_pcapng *p, struct pptp_reader *r,
			 struct pptp_pcapng_interface *i)
{
	struct pptp_reader value;
	uint16_t code, length;

	while (pptp_reader_left(r) >= 4) {
		code = u16(p, r);
		length = u16(p, r);
		if (code == OPTION_END)
			return;
		value = pptp_read_sub(r, length);
		if (code == OPTION_RESOLUTION && length == 1)
			i->resolution = pptp_read_u8(&value);
		if (code == OPTION_OFFSET && length == 8)
			i->offset = (int64_t)u64(p, &value);
		pptp_read_skip(r, (4 - length % 4U) % 4);
	}
}

static bool add_interface(struct pptp_pcapng *p, struct pptp_reader *r)
{
	struct pptp_pcapng_interface i = {.resolution = 6}, *all;

	if (p->count == PPTP_PCAPNG_INTERFACES)
		return false;
	i.linktype = u16(p, r);
	pptp_read_skip(r, 2);
	i.snapshot = u32(p, r);
	if (!pptp_reader_ok(r))
		return false;
	read_options(p, r, &i);
	all = realloc(p->interfaces, (p->count + 1) * sizeof(*all));
	if (all == NULL)
		return false;
	p->interfaces = all;
	all[p->count++] = i;
	return true;
}

/* ---- packets ------------------------------------------------------------- */

/* False: no time that makes sense. */
static bool to_time(const struct pptp_pcapng_interface *i, uint64_t ticks,
		    int64_t *us)
{
	unsigned power = i->resolution & 0x7f;
	uint64_t part = 1, whole, rest;

	if (i->resolution & 0x80) {
		if (power > 40)
			return false;
		part <<= power;
	} else {
		if (power > 12)
			return false;
		while (power-- > 0)
			part *= 10;
	}
	whole = ticks / part;
	rest = ticks % part * SECOND / part;
	if (whole > INT32_MAX * UINT64_C(128) || i->offset < -INT32_MAX ||
	    i->offset > INT32_MAX * INT64_C(128))
		return false;
	*us = ((int64_t)whole + i->offset) * SECOND + (int64_t)rest;
	return *us >= 0;
}

/* The interface, the time and the lengths of a packet block. */
static bool read_packet(struct pptp_pcapng *p, uint32_t type,
			struct pptp_reader *r, struct pptp_pcapng_packet *out)
{
	const struct pptp_pcapng_interface *i;
	uint32_t id = 0;
	uint64_t ticks, high;

	if (type == OLD_PACKET) {
		id = u16(p, r);
		pptp_read_skip(r, 2);
	} else if (type == PACKET) {
		id = u32(p, r);
	}
	if (id >= p->count)
		return false;
	i = &p->interfaces[id];
	out->linktype = i->linktype;
	out->timed = false;
	if (type == SIMPLE_PACKET) {
		out->sent = u32(p, r);
		out->length = out->sent;
		if (i->snapshot != 0 && out->length > i->snapshot)
			out->length = i->snapshot;
	} else {
		high = u32(p, r);
		ticks = high << 32 | u32(p, r);
		out->timed = to_time(i, ticks, &out->time_us);
		out->length = u32(p, r);
		out->sent = u32(p, r);
	}
	out->bytes = pptp_read_bytes(r, out->length);
	return out->bytes != NULL;
}

int pptp_pcapng_next(struct pptp_pcapng *p, struct pptp_pcapng_packet *packet)
{
	struct pptp_reader r;
	uint32_t type;
	int got;

	while ((got = next_block(p, &type, &r)) == 1) {
		switch (type) {
		case INTERFACE:
			if (!add_interface(p, &r))
				return broken(p, "an interface that is broken, "
						 "or one too many");
			break;
		case OLD_PACKET:
		case SIMPLE_PACKET:
		case PACKET:
			if (!read_packet(p, type, &r, packet))
				return broken(p, "a packet without its "
						 "interface or its bytes");
			return 1;
		default: /* statistics, names, keys */
			break;
		}
	}
	return got;
}
