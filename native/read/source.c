/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/source.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "read/link.h"

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
static ssize_t take(void *cookie, char *bytes, size_t size)
{
	struct pptp_source *s = cookie;
	int fd = fileno(s->file);
	size_t n = sizeof(s->head) - s->head_length;
	ssize_t got;

	if (fd >= 0 && s->idle != NULL && would_wait(fd))
		s->idle(s->context);
	got = fd >= 0 ? read(fd, bytes, size)
		      : (ssize_t)fread(bytes, 1, size, s->file);
	if (got > 0) {
		n = (size_t)got < n ? (size_t)got : n;
		memcpy(s->head + s->head_length, bytes, n);
		s->head_length += n;
	}
	return got;
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

/* libpcap reads files of one link type and one snapshot length alone. */
static void say_broken(const struct pptp_source *s, const char *why, char *text,
		       size_t room)
{
	const char *advice = "what stands before is shown, editcap -F pcap "
			     "FILE NEW may save the rest";

	if (strstr(why, "has a type") != NULL)
		advice = "take its interfaces apart: tshark -r FILE -Y "
			 "frame.interface_id==0 -w NEW -F pcap, then 1, 2, …";
	else if (strstr(why, "has a snapshot length") != NULL)
		advice = "make one of them: editcap -F pcap FILE NEW";
	snprintf(text, room, "%s: after %llu frames: %s; %s", s->name,
		 (unsigned long long)s->frames, why, advice);
}

/* ---- frames -------------------------------------------------------------- */

static FILE *wrapped(struct pptp_source *s)
{
	static const cookie_io_functions_t functions = {.read = take,
							.close = give_back};

	return fopencookie(s, "rb", functions);
}

enum pptp_error pptp_source_open(struct pptp_source *s, FILE *file,
				 const char *name, void (*idle)(void *context),
				 void *context, char *text, size_t room)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	FILE *cookie;

	memset(s, 0, sizeof(*s));
	s->file = file;
	s->name = name;
	s->idle = idle;
	s->context = context;
	cookie = wrapped(s);
	if (cookie == NULL) {
		give_back(s);
		snprintf(text, room, "%s: not enough memory", name);
		return PPTP_ERROR_SYSTEM;
	}
	s->pcap = pcap_fopen_offline(cookie, why);
	if (s->pcap == NULL) {
		/* Several link types may stand at the very front. */
		if (strstr(why, "of the first interface") != NULL)
			say_broken(s, why, text, room);
		else
			say_no_capture(s, why, text, room);
		fclose(cookie);
		return PPTP_ERROR_MALFORMED;
	}
	s->linktype = pcap_datalink(s->pcap);
	if (pptp_link_is_known(s->linktype))
		return PPTP_OK;
	say_link(s, text, room);
	pptp_source_close(s);
	return PPTP_ERROR_ARGUMENT;
}

static int64_t time_of(const struct pcap_pkthdr *h)
{
	if (h->ts.tv_sec < 0 || h->ts.tv_sec > LAST_SECOND ||
	    h->ts.tv_usec < 0 || h->ts.tv_usec >= SECOND)
		return PPTP_NO_TIME;
	return (int64_t)h->ts.tv_sec * SECOND + h->ts.tv_usec;
}

int pptp_source_next(struct pptp_source *s, struct pptp_frame *f, char *text,
		     size_t room)
{
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	int got = pcap_next_ex(s->pcap, &header, &bytes);

	if (got == PCAP_ERROR_BREAK)
		return 0;
	if (got != 1) {
		say_broken(s, pcap_geterr(s->pcap), text, room);
		return PPTP_ERROR_SHORT;
	}
	f->bytes = bytes;
	f->length = header->caplen;
	f->truncated = header->caplen < header->len;
	f->number = ++s->frames;
	f->time_us = time_of(header);
	return 1;
}

void pptp_source_close(struct pptp_source *s)
{
	if (s->pcap != NULL)
		pcap_close(s->pcap);
	s->pcap = NULL;
}
