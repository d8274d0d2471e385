/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/source.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "format/link.h"

#define SECOND      1000000
#define LAST_SECOND 253402300799 /* the year 9999 is the format's last */

/* ---- bytes for libpcap --------------------------------------------------- */

static bool would_wait(int fd)
{
	struct pollfd in = {.fd = fd, .events = POLLIN};

	return poll(&in, 1, 0) == 0;
}

/* libpcap would block in a read of its own, and whoever reads our output would
 * wait for what we have in hand. */
static ssize_t read_some(struct pptp_source *s, char *bytes, size_t size)
{
	int fd = fileno(s->file);

	if (fd < 0)
		return (ssize_t)fread(bytes, 1, size, s->file);
	if (s->idle != NULL && would_wait(fd))
		s->idle(s->context);
	return read(fd, bytes, size);
}

static ssize_t take(void *cookie, char *bytes, size_t size)
{
	struct pptp_source *s = cookie;
	size_t left = s->head_length - s->head_given;

	if (left == 0)
		return read_some(s, bytes, size);
	left = left < size ? left : size;
	memcpy(bytes, s->head + s->head_given, left);
	s->head_given += left;
	return (ssize_t)left;
}

/* What decides who reads the file. */
static void look_at_head(struct pptp_source *s)
{
	ssize_t n = 1;

	while (n > 0 && s->head_length < sizeof(s->head)) {
		n = read_some(s, (char *)s->head + s->head_length,
			      sizeof(s->head) - s->head_length);
		if (n > 0)
			s->head_length += (size_t)n;
	}
}

static int give_back(void *cookie)
{
	struct pptp_source *s = cookie;

	if (s->file != NULL && s->file != stdin)
		fclose(s->file);
	s->file = NULL;
	return 0;
}

/* ---- what to do about it ------------------------------------------------- */

static bool begins(const struct pptp_source *s, const char *bytes, size_t n)
{
	return s->head_length >= n && memcmp(s->head, bytes, n) == 0;
}

static void say_no_capture(const struct pptp_source *s, const char *why,
			   char *text, size_t room)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *tool;
	} packed[] = {
	    {"\x1f\x8b", 2, "gunzip"},
	    {"\x28\xb5\x2f\xfd", 4, "zstd -d"},
	    {"\xfd"
	     "7zX",
	     4, "xz -d"},
	    {"BZh", 3, "bunzip2"},
	};

	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		if (!begins(s, packed[i].bytes, packed[i].length))
			continue;
		snprintf(text, room,
			 "%s is compressed; unpack it: %s -c FILE | "
			 "pptp-probe decode -",
			 s->name, packed[i].tool);
		return;
	}
	snprintf(text, room, "%s: %s; give a pcap or pcapng file", s->name,
		 why);
}

/* Those of 802.11: bare, Prism, radiotap, AVS, PPI. */
static bool is_wireless(int linktype)
{
	return linktype == 105 || linktype == 119 || linktype == 127 ||
	       linktype == 163 || linktype == 192;
}

static void say_link(const struct pptp_source *s, char *text, size_t room)
{
	const char *name = pcap_datalink_val_to_name(s->linktype);

	snprintf(text, room,
		 "%s: its link layer, %s (%d), is not read here; %s", s->name,
		 name != NULL ? name : "unknown", s->linktype,
		 is_wireless(s->linktype)
		     ? "capture at the access point's wired side, or on the "
		       "client's interface without monitor mode"
		     : "capture on Ethernet, PPP or a cooked interface");
}

static int say_broken(const struct pptp_source *s, const char *why, char *text,
		      size_t room)
{
	snprintf(text, room,
		 "%s: after %llu frames: %s; what stands before is shown, "
		 "editcap -F pcap FILE NEW may save the rest",
		 s->name, (unsigned long long)s->frames, why);
	return PPTP_ERROR_SHORT;
}

/* ---- frames -------------------------------------------------------------- */

static bool wrap(struct pptp_source *s)
{
	static const cookie_io_functions_t functions = {.read = take,
							.close = give_back};

	s->bytes = fopencookie(s, "rb", functions);
	if (s->bytes == NULL)
		give_back(s);
	return s->bytes != NULL;
}

static enum pptp_error open_pcap(struct pptp_source *s, char *text, size_t room)
{
	char why[PCAP_ERRBUF_SIZE] = "";

	s->pcap = pcap_fopen_offline(s->bytes, why);
	if (s->pcap == NULL) {
		say_no_capture(s, why, text, room);
		return PPTP_ERROR_MALFORMED;
	}
	s->bytes = NULL; /* it is the pcap's now */
	s->linktype = pcap_datalink(s->pcap);
	if (pptp_link_is_known(s->linktype))
		return PPTP_OK;
	say_link(s, text, room);
	return PPTP_ERROR_ARGUMENT;
}

enum pptp_error pptp_source_open(struct pptp_source *s, FILE *file,
				 const char *name, void (*idle)(void *context),
				 void *context, char *text, size_t room)
{
	enum pptp_error error = PPTP_OK;

	memset(s, 0, sizeof(*s));
	s->file = file;
	s->name = name;
	s->idle = idle;
	s->context = context;
	s->linktype = -1;
	if (!wrap(s)) {
		snprintf(text, room, "%s: not enough memory", name);
		return PPTP_ERROR_SYSTEM;
	}
	look_at_head(s);
	if (begins(s, "\x0a\x0d\x0d\x0a", 4))
		pptp_pcapng_init(&s->ng, s->bytes);
	else
		error = open_pcap(s, text, room);
	if (error != PPTP_OK)
		pptp_source_close(s);
	return error;
}

static int64_t time_of(const struct pcap_pkthdr *h)
{
	if (h->ts.tv_sec < 0 || h->ts.tv_sec > LAST_SECOND ||
	    h->ts.tv_usec < 0 || h->ts.tv_usec >= SECOND)
		return PPTP_NO_TIME;
	return (int64_t)h->ts.tv_sec * SECOND + h->ts.tv_usec;
}

static int next_of_pcap(struct pptp_source *s, struct pptp_frame *f, char *text,
			size_t room)
{
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	int got = pcap_next_ex(s->pcap, &header, &bytes);

	if (got == PCAP_ERROR_BREAK)
		return 0;
	if (got != 1)
		return say_broken(s, pcap_geterr(s->pcap), text, room);
	f->bytes = bytes;
	f->length = header->caplen;
	f->truncated = header->caplen < header->len;
	f->linktype = s->linktype;
	f->time_us = time_of(header);
	return 1;
}

/* Interfaces of other link types may stand beside one that is read. */
static int end_of_pcapng(struct pptp_source *s, char *text, size_t room)
{
	if (s->linktype < 0)
		s->linktype = pptp_pcapng_linktype(&s->ng);
	if (s->known > 0 || s->linktype < 0 ||
	    (s->frames == 0 && pptp_link_is_known(s->linktype)))
		return 0;
	say_link(s, text, room);
	return PPTP_ERROR_ARGUMENT;
}

static int next_of_pcapng(struct pptp_source *s, struct pptp_frame *f,
			  char *text, size_t room)
{
	struct pptp_pcapng_packet p;
	int got = pptp_pcapng_next(&s->ng, &p);

	if (got == 0)
		return end_of_pcapng(s, text, room);
	if (got < 0)
		return say_broken(s, s->ng.why, text, room);
	f->bytes = p.bytes;
	f->length = p.length;
	f->truncated = p.length < p.sent;
	f->linktype = p.linktype;
	f->time_us = p.timed && p.time_us / SECOND <= LAST_SECOND
			 ? p.time_us
			 : PPTP_NO_TIME;
	if (s->linktype < 0)
		s->linktype = p.linktype;
	s->known += pptp_link_is_known(p.linktype);
	return 1;
}

int pptp_source_next(struct pptp_source *s, struct pptp_frame *f, char *text,
		     size_t room)
{
	int got = s->pcap != NULL ? next_of_pcap(s, f, text, room)
				  : next_of_pcapng(s, f, text, room);

	if (got == 1)
		f->number = ++s->frames;
	return got;
}

void pptp_source_close(struct pptp_source *s)
{
	pptp_pcapng_free(&s->ng);
	if (s->pcap != NULL)
		pcap_close(s->pcap);
	if (s->bytes != NULL)
		fclose(s->bytes);
	s->pcap = NULL;
	s->bytes = NULL;
}
