/* SPDX-License-Identifier: BSD-2-Clause */
/* A wire without sockets: what was sent stands in a list, and a test says what
 * is captured. */
#ifndef TESTS_FAKE_WIRE_H
#define TESTS_FAKE_WIRE_H

#include <errno.h>

#include "unit/claims.h"

#include "net/wire.h"

#define FAKE_MOST 64

struct fake_packet {
	uint8_t bytes[1600];
	size_t length;
};

static struct fake_wire {
	struct pptp_wire wire; /* first */
	struct fake_packet sent[FAKE_MOST], ring[FAKE_MOST];
	unsigned sent_count, ring_count, ring_read;
	int refuse; /* errno of each send; 0: none */
	unsigned guards, kept, flushed, drained;
	uint32_t drops;
	bool deaf; /* its interface is gone */
	char any;  /* stands for the capture on all interfaces */
} fake;

static inline struct pptp_captured fake_decode(const void *packet,
					       size_t length)
{
	struct pptp_captured c = {
	    .packet = packet, .length = length, .wire_length = length};

	c.decoded = pptp_packet_decode(&c.parts, packet, length);
	return c;
}

static inline enum pptp_error fake_out(struct pptp_wire *w,
				       const struct pptp_route *route,
				       struct pptp_wire_out **out, char *text,
				       size_t room)
{
	(void)w;
	(void)route;
	(void)text;
	(void)room;
	*out = (struct pptp_wire_out *)&fake;
	return PPTP_OK;
}

static inline enum pptp_error fake_in(struct pptp_wire *w,
				      const char *interface,
				      struct pptp_wire_in **in, char *text,
				      size_t room)
{
	(void)w;
	(void)text;
	(void)room;
	*in = strcmp(interface, "any") == 0 ? (struct pptp_wire_in *)&fake.any
					    : (struct pptp_wire_in *)&fake;
	return PPTP_OK;
}

static inline enum pptp_error fake_port(struct pptp_wire *w, uint16_t port,
					char *text, size_t room)
{
	(void)w;
	(void)port;
	(void)text;
	(void)room;
	return PPTP_OK;
}

static inline enum pptp_error fake_narrow(struct pptp_wire *w, char *text,
					  size_t room)
{
	return fake_port(w, 0, text, room);
}

static inline enum pptp_error fake_send(struct pptp_wire *w,
					struct pptp_wire_out *out,
					const void *packet, size_t length)
{
	struct fake_packet *p = &fake.sent[fake.sent_count];

	(void)w;
	(void)out;
	if (fake.refuse != 0) {
		errno = fake.refuse;
		return PPTP_ERROR_SYSTEM;
	}
	ck_assert_uint_lt(fake.sent_count, FAKE_MOST);
	memcpy(p->bytes, packet, length);
	p->length = length;
	fake.sent_count++;
	return PPTP_OK;
}

static inline bool fake_drain(struct pptp_wire *w, struct pptp_wire_in *in)
{
	struct pptp_captured c;

	(void)in;
	fake.drained++;
	while (fake.ring_read < fake.ring_count) {
		const struct fake_packet *p = &fake.ring[fake.ring_read++];

		c = fake_decode(p->bytes, p->length);
		pptp_wire_deliver(w, (struct pptp_wire_in *)&fake, &c);
	}
	return true;
}

static inline uint32_t fake_drops(struct pptp_wire *w, struct pptp_wire_in *in)
{
	(void)w;
	(void)in;
	return fake.drops;
}

static inline bool fake_hears(const struct pptp_wire_in *in)
{
	(void)in;
	return !fake.deaf;
}

static inline int fake_guard(struct pptp_wire *w)
{
	(void)w;
	fake.guards++;
	return 0;
}

static inline void fake_keep(struct pptp_wire *w, const struct pptp_captured *c)
{
	(void)w;
	(void)c;
	fake.kept++;
}

static inline void fake_flush(struct pptp_wire *w)
{
	(void)w;
	fake.flushed++;
}

static inline const char *fake_error(const struct pptp_wire *w)
{
	(void)w;
	return NULL;
}

static inline void fake_close(struct pptp_wire *w)
{
	(void)w;
}

static inline void fake_begin(void)
{
	static const struct pptp_wire_calls calls = {
	    .out = fake_out,
	    .in = fake_in,
	    .port = fake_port,
	    .narrow = fake_narrow,
	    .send = fake_send,
	    .drain = fake_drain,
	    .drops = fake_drops,
	    .hears = fake_hears,
	    .guard = fake_guard,
	    .keep = fake_keep,
	    .flush = fake_flush,
	    .error = fake_error,
	    .close = fake_close,
	};

	memset(&fake, 0, sizeof(fake));
	fake.wire.calls = &calls;
}

/* Stands in the ring from now on. */
static inline void fake_capture(const void *packet, size_t length)
{
	struct fake_packet *p = &fake.ring[fake.ring_count++];

	ck_assert_uint_le(fake.ring_count, FAKE_MOST);
	memcpy(p->bytes, packet, length);
	p->length = length;
}

#endif
