/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/control.h"
#include "format/gre.h"
#include "format/ip.h"
#include "format/link.h"
#include "format/ppp_walk.h"
#include "format/tcp.h"
#include "read/fragment.h"
#include "read/messages.h"
#include "read/source.h"
#include "read/stream.h"
#include "read/tell.h"

#define TUNNELS_MAX 4

struct decode {
	struct pptp_teller teller;
	struct pptp_streams *streams;
	struct pptp_fragments *fragments;
	struct pptp_partial partial[PPTP_STREAMS];
	struct pptp_decode_counts counts;
};

static void on_stream(void *context, enum pptp_stream_event event,
		      unsigned stream, const struct pptp_segment *from)
{
	struct decode *d = context;

	pptp_messages_event(&d->teller, &d->partial[stream], event, from);
}

static void tcp_packet(struct decode *d, const struct pptp_ip *ip,
		       const struct pptp_place *p)
{
	struct pptp_reader r = ip->payload;
	struct pptp_segment s = {0};
	struct pptp_tcp tcp;

	if (!pptp_tcp_decode(&tcp, &r)) {
		d->counts.unread[PPTP_UNREAD_TCP]++;
		return;
	}
	s.source = ip->source;
	s.destination = ip->destination;
	s.source_port = tcp.source_port;
	s.destination_port = tcp.destination_port;
	s.sequence_number = tcp.sequence_number;
	s.acknowledgment_number = tcp.acknowledgment_number;
	s.flags = tcp.flags;
	s.bytes = tcp.payload.at;
	s.length = pptp_reader_left(&tcp.payload);
	s.truncated = p->truncated;
	s.frame = p->frame;
	s.time_us = p->time_us;
	(void)pptp_streams_input(d->streams, &s);
}

/* ---- packets ------------------------------------------------------------- */

static void ip_packet(struct decode *d, struct pptp_reader r,
		      const struct pptp_place *p);

static void tunnel(struct decode *d, struct pptp_reader r,
		   const struct pptp_place *p)
{
	struct pptp_place inner = *p;

	inner.depth++;
	if (inner.depth <= TUNNELS_MAX)
		ip_packet(d, r, &inner);
	else
		d->counts.unread[PPTP_UNREAD_DEPTH]++;
}

static void ppp_frame(struct decode *d, struct pptp_reader r,
		      const struct pptp_place *p)
{
	struct pptp_sink *s = pptp_tell_begin(&d->teller, p);
	struct pptp_ppp_frame f;

	if (s == NULL)
		return;
	pptp_ppp_walk(r, s);
	pptp_tell_end(&d->teller, s, p->truncated);
	if (pptp_ppp_frame_decode(&f, &r) &&
	    (f.protocol == PPTP_PPP_IPV4 || f.protocol == PPTP_PPP_IPV6))
		tunnel(d, f.payload, p);
}

/* A header that is whole stands, whatever is wrong with its payload. */
static void gre_packet(struct decode *d, struct pptp_reader r,
		       const struct pptp_place *p)
{
	struct pptp_reader whole = r;
	struct pptp_sink *s = pptp_tell_begin(&d->teller, p);
	struct pptp_place inner = *p;
	struct pptp_gre gre;
	bool decoded;

	if (s == NULL)
		return;
	whole.base = whole.at; /* offsets from the header's start */
	decoded = pptp_gre_decode(&gre, &whole);
	if (!decoded && !pptp_gre_decode_quote(&gre, &r))
		pptp_reader_init(&gre.payload, NULL, 0);
	pptp_sink_string(s, "layer", "gre");
	if (decoded || pptp_reader_ok(&r))
		pptp_gre_walk(&gre, s);
	pptp_ppp_malformed_walk(&whole, s);
	inner.truncated = p->truncated && !decoded;
	pptp_tell_end(&d->teller, s, inner.truncated);
	if (pptp_reader_left(&gre.payload) > 0)
		ppp_frame(d, gre.payload, &inner);
}

/* Moves past the optional words of version 0 (RFC 1701, 2784, 2890); false
 * where they do not tell where the payload begins. */
static bool skip_options(struct pptp_reader *r, uint16_t flags)
{
	if (flags & 0x4007) /* routing, or another version */
		return false;
	pptp_read_skip(r, flags & 0x8000 ? 4 : 0);
	pptp_read_skip(r, flags & 0x2000 ? 4 : 0);
	pptp_read_skip(r, flags & 0x1000 ? 4 : 0);
	return pptp_reader_ok(r);
}

static void other_gre_packet(struct decode *d, struct pptp_reader r,
			     const struct pptp_place *p)
{
	struct pptp_sink *s = pptp_tell_begin(&d->teller, p);
	uint16_t flags, protocol;

	if (s == NULL)
		return;
	r.base = r.at;
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
	if ((protocol == 0x0800 || protocol == 0x86dd) &&
	    skip_options(&r, flags))
		tunnel(d, r, p);
}

static void payload(struct decode *d, const struct pptp_ip *ip,
		    const struct pptp_place *outer)
{
	struct pptp_place p = *outer;
	struct pptp_reader r = ip->payload;

	p.source = &ip->source;
	p.destination = &ip->destination;
	/* A header that tells its length knows best: padding may be cut. */
	p.truncated =
	    ip->truncated || (outer->truncated && !ip->payload.nested);
	switch (ip->protocol) {
	case PPTP_IP_TCP:
		tcp_packet(d, ip, &p);
		break;
	case PPTP_IP_GRE:
		if (pptp_gre_is_enhanced(r.at, pptp_reader_left(&r)))
			gre_packet(d, r, &p);
		else
			other_gre_packet(d, r, &p);
		break;
	case PPTP_IP_IPV4:
	case PPTP_IP_IPV6:
		tunnel(d, r, &p);
		break;
	default:
		break;
	}
}

static void on_packet(void *context, const struct pptp_ip *ip, unsigned depth,
		      uint64_t frame, int64_t time_us)
{
	const struct pptp_place p = {
	    .frame = frame, .time_us = time_us, .depth = depth};

	payload(context, ip, &p);
}

static void ip_packet(struct decode *d, struct pptp_reader r,
		      const struct pptp_place *p)
{
	struct pptp_ip ip;

	if (!pptp_ip_decode(&ip, &r)) {
		d->counts.unread[PPTP_UNREAD_IP]++;
		return;
	}
	if (p->truncated && !ip.payload.nested)
		ip.truncated = true;
	if (ip.more_fragments || ip.fragment_offset > 0)
		pptp_fragments_input(d->fragments, &ip, p->depth, p->frame,
				     p->time_us);
	else
		payload(d, &ip, p);
}

/* ---- where the bytes come from ------------------------------------------- */

static void close_decode(struct decode *d)
{
	if (d == NULL)
		return;
	pptp_fragments_free(d->fragments);
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
	d->fragments = pptp_fragments_new(on_packet, d);
	if (d->streams != NULL && d->fragments != NULL)
		return d;
	close_decode(d);
	return NULL;
}

/* Fragments may hold what a stream waits for. */
static void finish(struct decode *d)
{
	struct pptp_decode_counts *sum = d->teller.output->counts;

	pptp_fragments_end(d->fragments);
	pptp_streams_end(d->streams);
	d->counts.unread[PPTP_UNREAD_FRAGMENT] =
	    pptp_fragments_unread(d->fragments);
	if (sum == NULL)
		return;
	sum->frames += d->counts.frames;
	for (unsigned i = 0; i < PPTP_UNREAD_COUNT; i++)
		sum->unread[i] += d->counts.unread[i];
}

static void captured_frame(struct decode *d, const struct pptp_frame *f)
{
	const struct pptp_place p = {.frame = f->number,
				     .time_us = f->time_us,
				     .truncated = f->truncated};
	struct pptp_reader r;

	d->counts.frames++;
	switch (pptp_link_decode(f->linktype, f->bytes, f->length, &r)) {
	case PPTP_LINK_IP:
		ip_packet(d, r, &p);
		break;
	case PPTP_LINK_PPP:
		ppp_frame(d, r, &p);
		break;
	case PPTP_LINK_NONE:
		break;
	case PPTP_LINK_OTHER:
		d->counts.unread[PPTP_UNREAD_LINK]++;
		break;
	}
}

static enum pptp_error all_frames(struct decode *d, struct pptp_source *s,
				  char *text, size_t room)
{
	struct pptp_frame f;
	int got = 1;

	while (!d->teller.stopped &&
	       (got = pptp_source_next(s, &f, text, room)) == 1)
		captured_frame(d, &f);
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
	const struct pptp_place p = {.time_us = PPTP_NO_TIME};
	const struct pptp_segment s = {
	    .bytes = bytes, .length = length, .time_us = PPTP_NO_TIME};
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, length);
	if (looks_like_control(r)) {
		on_stream(d, PPTP_STREAM_DATA, 0, &s);
		on_stream(d, PPTP_STREAM_END, 0, &s);
	} else if (pptp_gre_is_enhanced(bytes, length)) {
		gre_packet(d, r, &p);
	} else if (looks_like_ip(r)) {
		ip_packet(d, r, &p);
	} else if (looks_like_ppp(r)) {
		ppp_frame(d, r, &p);
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
