/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fragments that a script sends, seven bytes each: which packet, flags, offset,
 * length, how much later. Byte n of every packet is n modulo 251, so that
 * whatever is put together must be what stands at its place. Every packet that
 * comes out puts in a fragment of its own, as a tunnel does.
 */
#include "fuzz/fuzz.h"

#include "read/fragment.h"

#define PACKETS  (PPTP_FRAGMENTS + 8) /* more than there are places */
#define ROUND    251
#define DEPTHS   5
#define LAST     0x01
#define CUT      0x02
#define PROTOCOL 0x04
#define SECONDS  1000000LL

struct bench {
	struct pptp_fragments *all;
	unsigned given, put; /* packets out, fragments in */
	uint64_t frame;
	int64_t now;
};

static void put(struct bench *b, struct pptp_ip *ip, size_t length,
		unsigned depth)
{
	static uint8_t pattern[65536 + ROUND];
	uint8_t *bytes = malloc(length + 1);
	size_t i;

	if (bytes == NULL)
		return;
	if (pattern[1] == 0)
		for (i = 0; i < sizeof(pattern); i++)
			pattern[i] = (uint8_t)(i % ROUND);
	memcpy(bytes, pattern + ip->fragment_offset % ROUND, length);
	pptp_reader_init(&ip->payload, bytes, length);
	ip->fragment = ip->payload;
	ip->fragment_protocol = ip->protocol;
	b->put++;
	pptp_fragments_input(b->all, ip, depth, b->frame, b->now);
	free(bytes);
}

static void hear(void *context, const struct pptp_ip *ip, unsigned depth,
		 uint64_t frame, int64_t time_us)
{
	struct bench *b = context;
	struct pptp_reader r = ip->payload;
	struct pptp_ip inner = *ip;
	size_t left = pptp_reader_left(&r), i;
	const uint8_t *bytes = pptp_read_bytes(&r, left);

	b->given++;
	CHECK(left > 0 && left <= 65536);
	for (i = 0; i < left; i++)
		CHECK(bytes[i] == i % ROUND);
	CHECK(!ip->more_fragments && ip->fragment_offset == 0);
	CHECK(depth < DEPTHS && frame <= b->frame && time_us <= b->now);
	if (depth + 1 == DEPTHS)
		return;
	inner.more_fragments = left & 1;
	inner.fragment_offset = (uint16_t)(left % 3 * 8);
	put(b, &inner, left < 24 ? left : 24, depth + 1);
	/* What came in did not take this packet's bytes away. */
	CHECK(bytes[left - 1] == (left - 1) % ROUND);
}

static void put_one(struct bench *b, const uint8_t *script)
{
	struct pptp_ip ip = {0};
	size_t length = (size_t)script[4] << 8 | script[5];

	ip.source = pptp_address_v4(0xc0000201);
	ip.destination = pptp_address_v4(0xc0000202);
	ip.identification = script[0] % PACKETS;
	ip.more_fragments = !(script[1] & LAST);
	ip.truncated = script[1] & CUT;
	ip.protocol = script[1] & PROTOCOL ? PPTP_IP_TCP : PPTP_IP_GRE;
	/* What 13 bits of eight bytes each can say. */
	ip.fragment_offset = (uint16_t)((script[2] << 8 | script[3]) << 3);
	b->frame++;
	b->now += script[6] * SECONDS;
	put(b, &ip, length, (script[1] >> 4) % DEPTHS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench b = {0};

	b.all = pptp_fragments_new(hear, &b);
	if (b.all == NULL)
		return 0;
	for (; size >= 7; data += 7, size -= 7)
		put_one(&b, data);
	if (size > 0)
		pptp_fragments_end(b.all);
	CHECK(b.given <= b.put);
	pptp_fragments_free(b.all);
	return 0;
}
