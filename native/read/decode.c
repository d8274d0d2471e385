/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/control.h"
#include "format/gre.h"
#include "format/ppp_walk.h"
#include "read/messages.h"
#include "read/packets.h"
#include "read/source.h"
#include "read/stream.h"
#include "read/tell.h"

struct decode {
	struct pptp_teller teller;
	struct pptp_packets *packets;
	struct pptp_streams *streams;
	struct pptp_control_stream control[PPTP_STREAMS];
};

static void on_stream(void *context, enum pptp_stream_event event,
		      unsigned stream, const struct pptp_segment *from)
{
	struct decode *d = context;

	pptp_messages_event(&d->teller, &d->control[stream], event, from);
}

static void on_ppp(void *context, const struct pptp_place *p,
		   struct pptp_reader frame)
{
	struct decode *d = context;
	struct pptp_sink *s = pptp_tell_begin(&d->teller, p);

	if (s == NULL)
		return;
	pptp_ppp_walk(frame, s);
	pptp_tell_end(&d->teller, s, p->truncated);
}

/* A header that is whole stands, whatever is wrong with its payload. */
static void gre_packet(struct decode *d, const struct pptp_packet *packet,
		       const struct pptp_place *p)
{
	struct pptp_sink *s = pptp_tell_begin(&d->teller, p);

	if (s == NULL)
		return;
	pptp_sink_string(s, "layer", "gre");
	if (packet->gre.payload.at != NULL)
		pptp_gre_walk(&packet->gre, s);
	pptp_ppp_malformed_walk(&packet->after, s);
	pptp_tell_end(&d->teller, s, p->truncated && !packet->whole);
}

static void other_gre_packet(struct decode *d, struct pptp_reader r,
			     const struct pptp_place *p)
{
	struct pptp_sink *s = pptp_tell_begin(&d->teller, p);
	uint16_t flags, protocol;

	if (s == NULL)
		return;
	flags = pptp_read_u16(&r);
	protocol = pptp_read_u16(&r);
	/* Of which version the shortest are, nobody knows. */
	pptp_sink_string(s, "layer", pptp_reader_ok(&r) ? "other" : "gre");
	if (pptp_reader_ok(&r)) {
		s->number(s, "gre_version", flags & 7);
		s->number(s, "gre_protocol", protocol);
		s->number(s, "length", (int64_t)pptp_reader_left(&r));
	}
	pptp_ppp_malformed_walk(&r, s);
	pptp_tell_end(&d->teller, s, p->truncated);
}

static void on_packet(void *context, const struct pptp_place *p,
		      const struct pptp_packet *packet)
{
	struct decode *d = context;
	struct pptp_segment s;

	if (packet->kind == PPTP_PACKET_TCP) {
		s = pptp_segment_of(packet, p);
		(void)pptp_streams_input(d->streams, &s);
	} else if (packet->kind == PPTP_PACKET_GRE) {
		gre_packet(d, packet, p);
	} else if (packet->ip.protocol == PPTP_IP_GRE) {
		other_gre_packet(d, packet->after, p);
	}
}

/* ---- where the bytes come from ------------------------------------------- */

static void close_decode(struct decode *d)
{
	if (d == NULL)
		return;
	pptp_packets_free(d->packets);
	pptp_streams_free(d->streams);
	free(d);
}

static struct decode *new_decode(const struct pptp_decode_output *output)
{
	struct decode *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->teller.output = output;
	d->streams = pptp_streams_new(on_stream, d);
	d->packets =
	    pptp_packets_new(&(struct pptp_packets_to){on_packet, on_ppp, d});
	if (d->streams != NULL && d->packets != NULL)
		return d;
	close_decode(d);
	return NULL;
}

/* Fragments may hold what a stream waits for. */
static void finish(struct decode *d)
{
	const struct pptp_read_counts *counts = pptp_packets_counts(d->packets);
	struct pptp_read_counts *sum = d->teller.output->counts;

	pptp_packets_end(d->packets);
	pptp_streams_end(d->streams);
	if (sum == NULL)
		return;
	sum->frames += counts->frames;
	for (unsigned i = 0; i < PPTP_UNREAD_COUNT; i++)
		sum->unread[i] += counts->unread[i];
}

static enum pptp_error all_frames(struct decode *d, struct pptp_source *s,
				  char *text, size_t room)
{
	struct pptp_frame f;
	int got = 1;

	while (!d->teller.stopped &&
	       (got = pptp_source_next(s, &f, text, room)) == 1)
		pptp_packets_frame(d->packets, &f);
	finish(d);
	return got < 0 ? (enum pptp_error)got : PPTP_OK;
}

enum pptp_error pptp_decode_open_file(FILE *file, const char *path,
				      const struct pptp_decode_output *output,
				      char *text, size_t room)
{
	struct pptp_source s;
	enum pptp_error error = pptp_source_open(&s, file, path, output->idle,
						 output->context, text, room);
	struct decode *d;

	if (error != PPTP_OK)
		return error;
	d = new_decode(output);
	if (d == NULL) {
		snprintf(text, room, "%s: not enough memory", path);
		error = PPTP_ERROR_SYSTEM;
	} else {
		error = all_frames(d, &s, text, room);
	}
	close_decode(d);
	pptp_source_close(&s);
	return error;
}

enum pptp_error pptp_decode_file(const char *path,
				 const struct pptp_decode_output *output,
				 char *text, size_t room)
{
	FILE *file;

	if (strcmp(path, "-") == 0)
		return pptp_decode_open_file(stdin, "standard input", output,
					     text, room);
	file = fopen(path, "rbe");
	if (file == NULL) {
		snprintf(text, room, "%s: %s", path, strerror(errno));
		return PPTP_ERROR_SYSTEM;
	}
	return pptp_decode_open_file(file, path, output, text, room);
}

static bool looks_like_ip(struct pptp_reader r)
{
	struct pptp_ip ip;

	if (!pptp_ip_decode(&ip, &r))
		return false;
	/* "HTTP/1.1" is the beginning of an IPv4 packet as well. */
	return !ip.truncated || ip.protocol == PPTP_IP_TCP ||
	       ip.protocol == PPTP_IP_GRE || ip.protocol == PPTP_IP_IPV4 ||
	       ip.protocol == PPTP_IP_IPV6;
}

/* With FF 03, or a protocol that is known by name. */
static bool looks_like_ppp(struct pptp_reader r)
{
	struct pptp_ppp_frame f;

	return pptp_ppp_frame_decode(&f, &r) &&
	       (f.has_address_control ||
		pptp_ppp_protocol_name(f.protocol) != NULL);
}

static bool looks_like_control(struct pptp_reader r)
{
	pptp_read_skip(&r, 4);
	return pptp_read_u32(&r) == PPTP_COOKIE;
}

static enum pptp_error any_bytes(struct decode *d, const void *bytes,
				 size_t length)
{
	const struct pptp_segment s = {
	    .bytes = bytes, .length = length, .time_us = PPTP_NO_TIME};
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, length);
	if (looks_like_control(r)) {
		on_stream(d, PPTP_STREAM_DATA, 0, &s);
		on_stream(d, PPTP_STREAM_END, 0, &s);
	} else if (pptp_gre_is_enhanced(bytes, length)) {
		pptp_packets_gre(d->packets, r);
	} else if (looks_like_ip(r)) {
		pptp_packets_ip(d->packets, r);
	} else if (looks_like_ppp(r)) {
		pptp_packets_ppp(d->packets, r);
	} else {
		return PPTP_ERROR_MALFORMED;
	}
	return PPTP_OK;
}

enum pptp_error pptp_decode_bytes(const void *bytes, size_t length,
				  const struct pptp_decode_output *output)
{
	struct decode *d = new_decode(output);
	enum pptp_error error;

	if (d == NULL)
		return PPTP_ERROR_SYSTEM;
	error = any_bytes(d, bytes, length);
	finish(d);
	close_decode(d);
	return error;
}
