/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/special.h"

#include <string.h>

enum rule {
	INSIDE, /* for targets that lie inside */
	NEVER,
};

struct row {
	uint8_t family, bits;
	uint8_t rule;
	uint8_t prefix[16];
};

static const struct row rows[] = {
    {4, 8, NEVER, {0}},                     /* "this network", RFC 791 */
    {4, 8, INSIDE, {10}},                   /* private, RFC 1918 */
    {4, 10, INSIDE, {100, 64}},             /* shared, RFC 6598 */
    {4, 8, INSIDE, {127}},                  /* loopback, RFC 1122 */
    {4, 16, INSIDE, {169, 254}},            /* link-local, RFC 3927 */
    {4, 12, INSIDE, {172, 16}},             /* private, RFC 1918 */
    {4, 24, INSIDE, {192, 0, 0}},           /* IETF protocols, RFC 6890 */
    {4, 29, INSIDE, {192, 0, 0}},           /* continuity, RFC 7335 */
    {4, 32, INSIDE, {192, 0, 0, 8}},        /* dummy, RFC 7600 */
    {4, 32, INSIDE, {192, 0, 0, 9}},        /* PCP anycast, RFC 7723 */
    {4, 32, INSIDE, {192, 0, 0, 10}},       /* TURN anycast, RFC 8155 */
    {4, 31, INSIDE, {192, 0, 0, 170}},      /* NAT64 discovery, RFC 7050 */
    {4, 24, INSIDE, {192, 0, 2}},           /* documentation, RFC 5737 */
    {4, 24, INSIDE, {192, 31, 196}},        /* AS112, RFC 7535 */
    {4, 24, INSIDE, {192, 52, 193}},        /* AMT, RFC 7450 */
    {4, 24, INSIDE, {192, 88, 99}},         /* was 6to4 relay, RFC 7526 */
    {4, 16, INSIDE, {192, 168}},            /* private, RFC 1918 */
    {4, 24, INSIDE, {192, 175, 48}},        /* AS112, RFC 7534 */
    {4, 15, INSIDE, {198, 18}},             /* benchmarking, RFC 2544 */
    {4, 24, INSIDE, {198, 51, 100}},        /* documentation, RFC 5737 */
    {4, 24, INSIDE, {203, 0, 113}},         /* documentation, RFC 5737 */
    {4, 4, NEVER, {224}},                   /* multicast, RFC 5771 */
    {4, 4, NEVER, {240}},                   /* reserved, RFC 1112; broadcast */
    {6, 128, NEVER, {0}},                   /* unspecified, RFC 4291 */
    {6, 128, INSIDE, {[15] = 1}},           /* loopback, RFC 4291 */
    {6, 96, NEVER, {[10] = 0xff, 0xff}},    /* IPv4-mapped, RFC 4291 */
    {6, 96, INSIDE, {0, 0x64, 0xff, 0x9b}}, /* NAT64, RFC 6052 */
    {6, 48, INSIDE, {0, 0x64, 0xff, 0x9b, 0, 1}}, /* … local, RFC 8215 */
    {6, 64, INSIDE, {1}},                         /* discard-only, RFC 6666 */
    {6, 64, INSIDE, {1, [7] = 1}},                /* dummy prefix, RFC 9780 */
    {6, 23, INSIDE, {0x20, 1}},                   /* IETF protocols, RFC 2928 */
    {6, 32, INSIDE, {0x20, 1}},                   /* Teredo, RFC 4380 */
    {6, 128, INSIDE, {0x20, 1, 0, 1, [15] = 1}},  /* PCP, RFC 7723 */
    {6, 128, INSIDE, {0x20, 1, 0, 1, [15] = 2}},  /* TURN, RFC 8155 */
    {6, 128, INSIDE, {0x20, 1, 0, 1, [15] = 3}},  /* SRP, RFC 9665 */
    {6, 48, INSIDE, {0x20, 1, 0, 2}},             /* benchmarking, RFC 5180 */
    {6, 32, INSIDE, {0x20, 1, 0, 3}},             /* AMT, RFC 7450 */
    {6, 48, INSIDE, {0x20, 1, 0, 4, 1, 0x12}},    /* AS112, RFC 7535 */
    {6, 28, INSIDE, {0x20, 1, 0, 0x10}},          /* was ORCHID, RFC 4843 */
    {6, 28, INSIDE, {0x20, 1, 0, 0x20}},          /* ORCHIDv2, RFC 7343 */
    {6, 28, INSIDE, {0x20, 1, 0, 0x30}},          /* drones' tags, RFC 9374 */
    {6, 32, INSIDE, {0x20, 1, 0xd, 0xb8}},        /* documentation, RFC 3849 */
    {6, 16, INSIDE, {0x20, 2}},                   /* 6to4, RFC 3056 */
    {6, 48, INSIDE, {0x26, 0x20, 0, 0x4f, 0x80}}, /* AS112, RFC 7534 */
    {6, 20, INSIDE, {0x3f, 0xff}},                /* documentation, RFC 9637 */
    {6, 7, INSIDE, {0xfc}},                       /* unique local, RFC 4193 */
    {6, 10, INSIDE, {0xfe, 0x80}},                /* link-local, RFC 4291 */
    {6, 8, NEVER, {0xff}},                        /* multicast, RFC 4291 */
    /* What RFC 4291 and RFC 3879 leave reserved. SRv6's 5f00::/16 (RFC 9602)
     * is within: segments name no host. */
    {6, 7, NEVER, {2}},
    {6, 6, NEVER, {4}},
    {6, 5, NEVER, {8}},
    {6, 4, NEVER, {0x10}},
    {6, 3, NEVER, {0x40}},
    {6, 3, NEVER, {0x60}},
    {6, 3, NEVER, {0x80}},
    {6, 3, NEVER, {0xa0}},
    {6, 3, NEVER, {0xc0}},
    {6, 4, NEVER, {0xe0}},
    {6, 5, NEVER, {0xf0}},
    {6, 6, NEVER, {0xf8}},
    {6, 9, NEVER, {0xfe}},
    {6, 10, NEVER, {0xfe, 0xc0}},
};

static struct pptp_block block_of(const struct row *r)
{
	struct pptp_block b;
	unsigned i, width = r->family == 4 ? 32 : 128;

	b.first.family = r->family;
	memcpy(b.first.bytes, r->prefix, sizeof(r->prefix));
	b.last = b.first;
	for (i = r->bits; i < width; i++)
		b.last.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return b;
}

static bool contains(const struct pptp_block *b, const struct pptp_block *in)
{
	return pptp_address_compare(&b->first, &in->first) <= 0 &&
	       pptp_address_compare(&in->last, &b->last) <= 0;
}

void pptp_special_begin(struct pptp_special_cut *c,
			const struct pptp_block *target)
{
	c->target = *target;
	c->at = target->first;
	c->ended = false;
}

/* By the first byte alone: most rows are nowhere near. */
static bool is_far(const struct pptp_special_cut *c, const struct row *r)
{
	return r->family != c->target.first.family ||
	       r->prefix[0] > c->target.last.bytes[0] ||
	       (r->bits >= 8 && r->prefix[0] < c->at.bytes[0]);
}

/* The first block that is taken off, of those that do not end before c->at. */
static bool next_gap(const struct pptp_special_cut *c, struct pptp_block *gap)
{
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pptp_block b;

		if (is_far(c, &rows[i]))
			continue;
		b = block_of(&rows[i]);
		if (pptp_address_compare(&b.last, &c->at) < 0 ||
		    pptp_address_compare(&b.first, &c->target.last) > 0 ||
		    (rows[i].rule == INSIDE && contains(&b, &c->target)) ||
		    (found && pptp_address_compare(&gap->first, &b.first) <= 0))
			continue;
		*gap = b;
		found = true;
	}
	return found;
}

bool pptp_special_next(struct pptp_special_cut *c, struct pptp_block *piece)
{
	struct pptp_block gap;
	bool before;

	while (!c->ended) {
		piece->first = c->at;
		piece->last = c->target.last;
		c->ended = true;
		if (!next_gap(c, &gap))
			return true;
		before = pptp_address_compare(&gap.first, &c->at) > 0;
		if (pptp_address_compare(&gap.last, &c->target.last) < 0) {
			c->ended = false;
			c->at = gap.last;
			pptp_address_increment(&c->at);
		}
		if (before) {
			piece->last = gap.first;
			pptp_address_decrement(&piece->last);
			return true;
		}
	}
	return false;
}
