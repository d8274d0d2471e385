/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/cookie.h"

#include <string.h>

#define SECOND_PORT_FIRST 40001
#define SECOND_PORT_COUNT 20000

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static inline void mix(struct state *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static inline void absorb(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s);
	mix(s);
	s->v0 ^= word;
}

static inline void begin(struct state *s, const struct pptp_cookie_key *key)
{
	s->v0 = key->words[0] ^ UINT64_C(0x736f6d6570736575);
	s->v1 = key->words[1] ^ UINT64_C(0x646f72616e646f6d);
	s->v2 = key->words[0] ^ UINT64_C(0x6c7967656e657261);
	s->v3 = key->words[1] ^ UINT64_C(0x7465646279746573);
}

static inline uint64_t end(struct state *s)
{
	int i;

	s->v2 ^= 0xff;
	for (i = 0; i < 4; i++)
		mix(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* Up to eight bytes, the first one lowest. */
static uint64_t word_of(const uint8_t *bytes, size_t length)
{
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < length; i++)
		word |= (uint64_t)bytes[i] << 8 * i;
	return word;
}

void pptp_cookie_key_init(struct pptp_cookie_key *key,
			  const uint8_t bytes[PPTP_COOKIE_KEY_SIZE])
{
	key->words[0] = word_of(bytes, 8);
	key->words[1] = word_of(bytes + 8, 8);
}

uint64_t pptp_siphash(const struct pptp_cookie_key *key, const void *bytes,
		      size_t length)
{
	const uint8_t *at = bytes;
	size_t left = length;
	struct state s;

	begin(&s, key);
	for (; left >= 8; at += 8, left -= 8)
		absorb(&s, word_of(at, 8));
	absorb(&s, word_of(at, left) | (uint64_t)length << 56);
	return end(&s);
}

/* Words of our own making, since nobody else reads them: two for IPv4, so that
 * a cookie costs no more than it has to. */
static uint64_t hash_of(const struct pptp_cookie_key *key,
			const struct pptp_address *source,
			const struct pptp_address *target, uint64_t last)
{
	struct state s;

	begin(&s, key);
	if (target->family == 6) {
		absorb(&s, word_of(target->bytes, 8));
		absorb(&s, word_of(target->bytes + 8, 8));
		absorb(&s, word_of(source->bytes, 8));
		absorb(&s, word_of(source->bytes + 8, 8));
	} else {
		absorb(&s, (uint64_t)pptp_address_v4_value(target) << 32 |
			       pptp_address_v4_value(source));
	}
	absorb(&s, (uint64_t)target->family << 56 | last);
	return end(&s);
}

struct pptp_cookie pptp_cookie_make(const struct pptp_cookie_key *key,
				    const struct pptp_address *source,
				    const struct pptp_address *target,
				    uint16_t port, uint8_t attempt,
				    const struct pptp_source_ports *ports)
{
	uint64_t hash =
	    hash_of(key, source, target, (uint64_t)attempt << 16 | port);
	struct pptp_cookie cookie;

	cookie.sequence_number = (uint32_t)hash;
	cookie.identification = (uint16_t)(hash >> 32);
	/* 13 bits, spread over as many ports as there are */
	cookie.source_port =
	    (uint16_t)(ports->first + ((hash >> 51) * ports->count >> 13));
	return cookie;
}

uint16_t pptp_cookie_second_port(const struct pptp_cookie_key *key,
				 const struct pptp_address *target)
{
	size_t size = target->family == 6 ? 16 : 4;

	return (uint16_t)(SECOND_PORT_FIRST +
			  pptp_siphash(key, target->bytes, size) %
			      SECOND_PORT_COUNT);
}
