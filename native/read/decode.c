/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/decode.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/control.h"
#include "core/gre.h"
#include "core/ip.h"
#include "core/ppp_walk.h"
#include "core/tcp.h"
#include "read/fragment.h"
#include "read/link.h"
#include "read/stream.h"

#define TUNNELS_MAX 4
#define SECOND      1000000
#define LAST_SECOND 253402300799 /* the year 9999 is the format's last */
#define NO_TIME     (-1)

struct partial { /* a control message that is not whole yet */
	uint8_t bytes[PPTP_CONTROL_MAX];
	size_t length;
	bool lost; /* until a segment begins with a good header */
};

struct decode {
	const struct pptp_decode_output *output;
	struct pptp_streams *streams;
	struct pptp_fragments *fragments;
	struct partial partial[PPTP_STREAMS];
	bool stopped;
};

/* Where and when something was seen. */
struct place {
	uint64_t frame; /* 0: in no file */
	int64_t time_us;
	const struct pptp_address *source, *destination; /* NULL: unknown */
	unsigned depth;                                  /* tunnels around it */
	bool truncated;
};

/* ---- objects ------------------------------------------------------------- */

static void put_time(struct pptp_sink *s, int64_t time_us)
{
	time_t seconds = (time_t)(time_us / SECOND);
	char text[32], whole[64];
	struct tm tm;

	if (time_us == NO_TIME || gmtime_r(&seconds, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return;
	snprintf(whole, sizeof(whole), "%s.%06dZ", text,
		 (int)(time_us % SECOND));
	pptp_sink_string(s, "time", whole);
}

static void put_address(struct pptp_sink *s, const char *key,
			const struct pptp_address *a)
{
	char text[PPTP_ADDRESS_TEXT];

	if (a != NULL && a->family != 0)
		s->text(s, key, text, pptp_address_format(a, text));
}

/* The sink for an object that is open already; NULL where nobody wants it. */
static struct pptp_sink *begin(struct decode *d, const struct place *p)
{
	struct pptp_sink *s;

	if (d->stopped)
		return NULL;
	s = d->output->begin(d->output->context);
	s->object(s, NULL);
	if (p->frame != 0) {
		s->number(s, "frame", (int64_t)p->frame);
		put_time(s, p->time_us);
	}
	put_address(s, "source", p->source);
	put_address(s, "destination", p->destination);
	return s;
}

static void end(struct decode *d, struct pptp_sink *s, bool truncated)
{
	if (truncated)
		s->boolean(s, "truncated", true);
	s->end(s);
	if (!d->output->end(d->output->context))
		d->stopped = true;
}

/* ---- control messages ---------------------------------------------------- */

static struct pptp_sink *begin_control(struct decode *d,
				       const struct pptp_segment *from)
{
	const struct place p = {.frame = from->frame,
				.time_us = from->time_us,
				.source = &from->source,
				.destination = &from->destination};
	struct pptp_sink *s = begin(d, &p);

	if (s == NULL)
		return NULL;
	if (from->source.family != 0) {
		s->number(s, "source_port", from->source_port);
		s->number(s, "destination_port", from->destination_port);
	}
	pptp_sink_string(s, "layer", "control");
	return s;
}

static void put_malformed(struct pptp_sink *s, const char *why, size_t offset)
{
	s->object(s, "malformed");
	pptp_sink_string(s, "why", why);
	s->number(s, "offset", (int64_t)offset);
	s->end(s);
}

static void put_control(struct decode *d, const struct pptp_control *m,
			const struct pptp_segment *from)
{
	struct pptp_sink *s = begin_control(d, from);

	if (s == NULL)
		return;
	pptp_control_walk(m, s);
	end(d, s, false);
}

static void put_broken(struct decode *d, const struct pptp_segment *from,
		       const char *why, size_t offset)
{
	struct pptp_sink *s = begin_control(d, from);

	if (s == NULL)
		return;
	put_malformed(s, why, offset);
	end(d, s, false);
}

/* The fields of a message that lie within its first `length` bytes. */
static size_t fields_within(const struct pptp_field *fields, size_t count,
			    size_t length)
{
	size_t at = PPTP_CONTROL_HEADER, n;

	for (n = 0; n < count; n++) {
		at += fields[n].size;
		if (at > length)
			break;
	}
	return n;
}

/* The header's fields, and the others within the first `length` bytes. */
static void walk_cut(const struct pptp_control *m, size_t length,
		     struct pptp_sink *s)
{
	const char *name = pptp_control_name(m->control_message_type);
	const struct pptp_field *fields;
	size_t count;

	s->number(s, "control_message_type", m->control_message_type);
	if (name != NULL)
		pptp_sink_string(s, "name", name);
	s->number(s, "length", m->length);
	s->number(s, "pptp_message_type", m->pptp_message_type);
	s->number(s, "magic_cookie", m->magic_cookie);
	s->number(s, "reserved0", m->reserved0);
	fields = pptp_control_fields(m->control_message_type, &count);
	if (fields == NULL)
		return;
	pptp_fields_walk(fields, fields_within(fields, count, length), m, s);
}

/* What the capture kept of a message's beginning. The missing bytes are read
 * as zeros, and no field that has one is shown. */
static void put_cut(struct decode *d, const struct partial *p,
		    const struct pptp_segment *from)
{
	uint8_t whole[PPTP_CONTROL_MAX] = {0};
	struct pptp_reader r;
	struct pptp_control m;
	struct pptp_sink *s;
	bool known;

	memcpy(whole, p->bytes, p->length);
	pptp_reader_init(&r, whole, sizeof(whole));
	known = pptp_control_decode(&m, &r);
	s = begin_control(d, from);
	if (s == NULL)
		return;
	if (known && p->length >= PPTP_CONTROL_HEADER)
		walk_cut(&m, p->length, s);
	put_malformed(s, "ends too early", p->length);
	end(d, s, true);
}

static void lose(struct decode *d, struct partial *p,
		 const struct pptp_segment *from, const char *why,
		 size_t offset)
{
	put_broken(d, from, why, offset);
	p->length = 0;
	p->lost = true;
}

/* Takes whole messages from the front. */
static void split(struct decode *d, struct partial *p,
		  const struct pptp_segment *from)
{
	struct pptp_control m;
	struct pptp_reader r;

	while (p->length > 0) {
		pptp_reader_init(&r, p->bytes, p->length);
		if (!pptp_control_decode(&m, &r))
			break;
		put_control(d, &m, from);
		p->length -= m.length;
		memmove(p->bytes, p->bytes + m.length, p->length);
	}
	if (p->length > 0 && r.error == PPTP_ERROR_MALFORMED)
		lose(d, p, from, r.why, r.where);
}

static bool has_header(const void *bytes, size_t length)
{
	struct pptp_control m;
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, length);
	return length >= PPTP_CONTROL_HEADER &&
	       (pptp_control_decode(&m, &r) || r.error == PPTP_ERROR_SHORT);
}

static void control_bytes(struct decode *d, struct partial *p,
			  const struct pptp_segment *from)
{
	const uint8_t *at = from->bytes;
	size_t left = from->length, n;

	if (p->lost && !has_header(at, left))
		return;
	p->lost = false;
	while (left > 0 && !p->lost) {
		n = sizeof(p->bytes) - p->length;
		n = left < n ? left : n;
		memcpy(p->bytes + p->length, at, n);
		p->length += n;
		at += n;
		left -= n;
		split(d, p, from);
	}
	if (!from->truncated || p->lost)
		return;
	if (p->length > 0)
		put_cut(d, p, from);
	p->length = 0;
	p->lost = true;
}

static void on_stream(void *context, enum pptp_stream_event event,
		      unsigned stream, const struct pptp_segment *from)
{
	struct decode *d = context;
	struct partial *p = &d->partial[stream];

	switch (event) {
	case PPTP_STREAM_DATA:
		control_bytes(d, p, from);
		break;
	case PPTP_STREAM_GAP:
		if (!p->lost)
			lose(d, p, from, "bytes are missing here", p->length);
		break;
	case PPTP_STREAM_END:
		if (p->length > 0)
			put_broken(d, from, "ends too early", p->length);
		memset(p, 0, sizeof(*p));
		break;
	}
}

static void tcp_packet(struct decode *d, const struct pptp_ip *ip,
		       const struct place *p)
{
	struct pptp_reader r = ip->payload;
	struct pptp_segment s = {0};
	struct pptp_tcp tcp;

	if (!pptp_tcp_decode(&tcp, &r))
		return;
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
		      const struct place *p);

static void tunnel(struct decode *d, struct pptp_reader r,
		   const struct place *p)
{
	struct place inner = *p;

	inner.depth++;
	if (inner.depth <= TUNNELS_MAX)
		ip_packet(d, r, &inner);
}

static void ppp_frame(struct decode *d, struct pptp_reader r,
		      const struct place *p)
{
	struct pptp_sink *s = begin(d, p);
	struct pptp_ppp_frame f;

	if (s == NULL)
		return;
	pptp_ppp_walk(r, s);
	end(d, s, p->truncated);
	if (pptp_ppp_frame_decode(&f, &r) &&
	    (f.protocol == PPTP_PPP_IPV4 || f.protocol == PPTP_PPP_IPV6))
		tunnel(d, f.payload, p);
}

/* A header that is whole stands, whatever is wrong with its payload. */
static void gre_packet(struct decode *d, struct pptp_reader r,
		       const struct place *p)
{
	struct pptp_reader whole = r;
	struct pptp_sink *s = begin(d, p);
	struct place inner = *p;
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
	end(d, s, inner.truncated);
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
			     const struct place *p)
{
	struct pptp_sink *s = begin(d, p);
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
	end(d, s, p->truncated);
	if ((protocol == 0x0800 || protocol == 0x86dd) &&
	    skip_options(&r, flags))
		tunnel(d, r, p);
}

static void payload(struct decode *d, const struct pptp_ip *ip,
		    const struct place *outer)
{
	struct place p = *outer;
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
	const struct place p = {
	    .frame = frame, .time_us = time_us, .depth = depth};

	payload(context, ip, &p);
}

static void ip_packet(struct decode *d, struct pptp_reader r,
		      const struct place *p)
{
	struct pptp_ip ip;

	if (!pptp_ip_decode(&ip, &r))
		return;
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
	d->output = output;
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
	pptp_fragments_end(d->fragments);
	pptp_streams_end(d->streams);
}

static int64_t time_of(const struct pcap_pkthdr *h)
{
	if (h->ts.tv_sec < 0 || h->ts.tv_sec > LAST_SECOND ||
	    h->ts.tv_usec < 0 || h->ts.tv_usec >= SECOND)
		return NO_TIME;
	return (int64_t)h->ts.tv_sec * SECOND + h->ts.tv_usec;
}

static void captured_frame(struct decode *d, int linktype,
			   const struct pcap_pkthdr *h, const uint8_t *bytes,
			   uint64_t number)
{
	const struct place p = {.frame = number,
				.time_us = time_of(h),
				.truncated = h->caplen < h->len};
	struct pptp_reader r;

	switch (pptp_link_decode(linktype, bytes, h->caplen, &r)) {
	case PPTP_LINK_IP:
		ip_packet(d, r, &p);
		break;
	case PPTP_LINK_PPP:
		ppp_frame(d, r, &p);
		break;
	case PPTP_LINK_OTHER:
		break;
	}
}

static enum pptp_error all_frames(struct decode *d, pcap_t *pcap,
				  const char *path, char *text, size_t room)
{
	int linktype = pcap_datalink(pcap), status;
	const char *name = pcap_datalink_val_to_name(linktype);
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	uint64_t number = 0;

	if (!pptp_link_is_known(linktype)) {
		snprintf(text, room,
			 "%s: its link layer, %s (%d), is not read here; "
			 "capture on Ethernet, PPP or a cooked interface",
			 path, name != NULL ? name : "unknown", linktype);
		return PPTP_ERROR_ARGUMENT;
	}
	while (!d->stopped &&
	       (status = pcap_next_ex(pcap, &header, &bytes)) == 1)
		captured_frame(d, linktype, header, bytes, ++number);
	finish(d);
	if (d->stopped || status == PCAP_ERROR_BREAK)
		return PPTP_OK;
	snprintf(text, room,
		 "%s: after %llu frames: %s; what stands before is shown, "
		 "editcap -F pcap may save the rest",
		 path, (unsigned long long)number, pcap_geterr(pcap));
	return PPTP_ERROR_SHORT;
}

enum pptp_error pptp_decode_open_file(FILE *file, const char *path,
				      const struct pptp_decode_output *output,
				      char *text, size_t room)
{
	enum pptp_error error = PPTP_ERROR_SYSTEM;
	char why[PCAP_ERRBUF_SIZE] = "";
	struct decode *d = NULL;
	pcap_t *pcap = pcap_fopen_offline(file, why);

	if (pcap == NULL) {
		snprintf(text, room, "%s: %s; give a pcap or pcapng file", path,
			 why);
		if (file != stdin)
			fclose(file);
		return PPTP_ERROR_MALFORMED;
	}
	d = new_decode(output);
	if (d == NULL)
		snprintf(text, room, "%s: not enough memory", path);
	else
		error = all_frames(d, pcap, path, text, room);
	close_decode(d);
	pcap_close(pcap);
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
	const struct place p = {.time_us = NO_TIME};
	const struct pptp_segment s = {
	    .bytes = bytes, .length = length, .time_us = NO_TIME};
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
