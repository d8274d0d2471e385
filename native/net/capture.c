/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/capture.h"

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "format/link.h"

#define SNAPSHOT      1600 /* with its header, two frames a page */
#define FILE_SNAPSHOT 65535
#define RING_LEAST    262144

struct pptp_capture {
	pcap_t *pcap;
	int fd, linktype;
	unsigned dropped; /* as the kernel has counted them so far */
};

static enum pptp_error error_of(int status)
{
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return PPTP_ERROR_PRIVILEGE;
	case PCAP_ERROR_NO_SUCH_DEVICE:
	case PCAP_ERROR_IFACE_NOT_UP:
		return PPTP_ERROR_INTERFACE;
	default:
		return PPTP_ERROR_SYSTEM;
	}
}

/* libpcap often leaves its error text empty, where the status says it all. */
static void explain(char *text, size_t room, const char *interface, int status,
		    pcap_t *pcap)
{
	const char *detail = pcap_geterr(pcap);

	if (detail[0] == '\0' || status < PCAP_ERROR)
		detail = pcap_statustostr(status);
	snprintf(text, room, "cannot capture on interface '%s': %s", interface,
		 detail);
}

static enum pptp_error configure(pcap_t *pcap, const char *interface,
				 size_t ring, char *text, size_t room)
{
	char detail[PCAP_ERRBUF_SIZE];
	int status;

	if (ring < RING_LEAST)
		ring = RING_LEAST;
	pcap_set_snaplen(pcap, SNAPSHOT);
	pcap_set_promisc(pcap, 0);
	pcap_set_immediate_mode(pcap, 1);
	pcap_set_buffer_size(pcap, ring < INT32_MAX ? (int)ring : INT32_MAX);
	status = pcap_activate(pcap);
	if (status < 0) {
		explain(text, room, interface, status, pcap);
		return error_of(status);
	}
	if (pcap_setnonblock(pcap, 1, detail) == 0)
		return PPTP_OK;
	snprintf(text, room, "cannot capture on interface '%s': %s", interface,
		 detail);
	return PPTP_ERROR_SYSTEM;
}

static enum pptp_error compile(struct pptp_capture *c, const char *filter,
			       struct bpf_program *program, char *text,
			       size_t room)
{
	if (pcap_compile(c->pcap, program, filter, 1, PCAP_NETMASK_UNKNOWN) ==
	    0)
		return PPTP_OK;
	snprintf(text, room, "cannot use the capture filter '%s': %s", filter,
		 pcap_geterr(c->pcap));
	return PPTP_ERROR_ARGUMENT;
}

/* Libpcap adapts the program where frames have a made-up header, and lets
 * nothing through while it changes; it also holds the first frames of a ring
 * against its own filter, so that this one comes first. */
static enum pptp_error set_first(struct pptp_capture *c, const char *filter,
				 char *text, size_t room)
{
	struct bpf_program program;
	enum pptp_error error = compile(c, filter, &program, text, room);
	int status;

	if (error != PPTP_OK)
		return error;
	status = pcap_setfilter(c->pcap, &program);
	pcap_freecode(&program);
	if (status == 0)
		return PPTP_OK;
	snprintf(text, room, "cannot set the capture filter: %s",
		 pcap_geterr(c->pcap));
	return PPTP_ERROR_SYSTEM;
}

/* The kernel puts one program in another's place at once. */
static enum pptp_error exchange(struct pptp_capture *c, const char *filter,
				char *text, size_t room)
{
	struct bpf_program program;
	struct sock_fprog sock;
	enum pptp_error error = compile(c, filter, &program, text, room);

	if (error != PPTP_OK)
		return error;
	sock.len = (unsigned short)program.bf_len;
	sock.filter = (struct sock_filter *)program.bf_insns;
	if (program.bf_len > USHRT_MAX ||
	    setsockopt(c->fd, SOL_SOCKET, SO_ATTACH_FILTER, &sock,
		       sizeof(sock)) != 0) {
		snprintf(text, room, "cannot set the capture filter: %s",
			 program.bf_len > USHRT_MAX ? "too long"
						    : strerror(errno));
		error = PPTP_ERROR_SYSTEM;
	}
	pcap_freecode(&program);
	return error;
}

enum pptp_error pptp_capture_filter(struct pptp_capture *c, const char *filter,
				    char *text, size_t room)
{
	if (c->linktype == DLT_LINUX_SLL || c->linktype == DLT_LINUX_SLL2)
		return set_first(c, filter, text, room);
	return exchange(c, filter, text, room);
}

static enum pptp_error start(struct pptp_capture *c, const char *interface,
			     const char *filter, size_t ring, char *text,
			     size_t room)
{
	enum pptp_error error = configure(c->pcap, interface, ring, text, room);

	if (error == PPTP_OK && filter != NULL)
		error = set_first(c, filter, text, room);
	if (error != PPTP_OK)
		return error;
	c->linktype = pcap_datalink(c->pcap);
	c->fd = pcap_get_selectable_fd(c->pcap);
	if (c->fd >= 0)
		return PPTP_OK;
	snprintf(text, room, "interface '%s' cannot be waited for", interface);
	return PPTP_ERROR_SYSTEM;
}

enum pptp_error pptp_capture_open(struct pptp_capture **c,
				  const char *interface, const char *filter,
				  size_t ring, char *text, size_t room)
{
	char detail[PCAP_ERRBUF_SIZE] = "";
	struct pptp_capture *capture = calloc(1, sizeof(*capture));
	enum pptp_error error = PPTP_ERROR_SYSTEM;

	*c = NULL;
	if (capture != NULL)
		capture->pcap = pcap_create(interface, detail);
	if (capture == NULL || capture->pcap == NULL) {
		snprintf(text, room, "cannot capture on interface '%s': %s",
			 interface, capture ? detail : strerror(errno));
		free(capture);
		return error;
	}
	error = start(capture, interface, filter, ring, text, room);
	if (error != PPTP_OK) {
		pptp_capture_close(capture);
		return error;
	}
	*c = capture;
	return PPTP_OK;
}

void pptp_capture_close(struct pptp_capture *c)
{
	if (c == NULL)
		return;
	pcap_close(c->pcap);
	free(c);
}

int pptp_capture_fd(const struct pptp_capture *c)
{
	return c->fd;
}

static int64_t micros(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_usec;
}

/* Ethernet pads short frames: the packet ends where its header says. */
static void trim(struct pptp_captured *captured)
{
	const struct pptp_ip *ip = &captured->parts.ip;
	size_t length;

	if (!captured->decoded || ip->truncated)
		return;
	length =
	    pptp_reader_offset(&ip->payload) + pptp_reader_left(&ip->payload);
	if (length < captured->length)
		captured->wire_length = captured->length =
		    captured->parts.length = length;
}

/* False: no IP packet. */
static bool take(const struct pptp_capture *c, const struct pcap_pkthdr *header,
		 const uint8_t *frame, struct pptp_captured *captured)
{
	struct pptp_reader r;
	size_t front;

	if (pptp_link_decode(c->linktype, frame, header->caplen, &r) !=
	    PPTP_LINK_IP)
		return false;
	captured->length = pptp_reader_left(&r);
	captured->packet = pptp_read_bytes(&r, captured->length);
	if (captured->length == 0 || captured->packet == NULL)
		return false;
	front = (size_t)(captured->packet - frame);
	captured->wire_length = captured->length;
	/* Where something follows the packet, the snapshot holds all of it. */
	if (front + captured->length == header->caplen)
		captured->wire_length = header->len - front;
	captured->decoded = pptp_packet_decode(
	    &captured->parts, captured->packet, captured->length);
	trim(captured);
	captured->time_us = micros(&header->ts);
	captured->frame = frame;
	captured->frame_length = header->caplen;
	return true;
}

int pptp_capture_next(struct pptp_capture *c, struct pptp_captured *captured)
{
	struct pcap_pkthdr *header;
	const uint8_t *frame;
	int status;

	while ((status = pcap_next_ex(c->pcap, &header, &frame)) == 1)
		if (take(c, header, frame, captured))
			return 1;
	return status == 0 ? 0 : PPTP_ERROR_INTERFACE;
}

unsigned pptp_capture_drops(struct pptp_capture *c)
{
	struct pcap_stat stat;
	unsigned before = c->dropped;

	if (pcap_stats(c->pcap, &stat) != 0)
		return 0;
	c->dropped = stat.ps_drop + stat.ps_ifdrop;
	return c->dropped - before;
}

struct pptp_dump {
	pcap_t *dead; /* tells the file's link type; captures nothing */
	pcap_dumper_t *dumper;
};

enum pptp_error pptp_dump_open(struct pptp_dump **d, const char *path,
			       char *text, size_t room)
{
	struct pptp_dump *dump = calloc(1, sizeof(*dump));
	int error;

	*d = NULL;
	if (dump != NULL)
		dump->dead = pcap_open_dead(DLT_RAW, FILE_SNAPSHOT);
	if (dump != NULL && dump->dead != NULL)
		dump->dumper = pcap_dump_open(dump->dead, path);
	if (dump != NULL && dump->dumper != NULL) {
		*d = dump;
		return PPTP_OK;
	}
	error = errno;
	snprintf(text, room, "cannot write capture file '%s': %s", path,
		 dump != NULL && dump->dead != NULL ? strerror(error)
						    : "out of memory");
	if (dump != NULL && dump->dead != NULL)
		pcap_close(dump->dead);
	free(dump);
	errno = error;
	return PPTP_ERROR_SYSTEM;
}

enum pptp_error pptp_dump_write(struct pptp_dump *d, const void *packet,
				size_t length, size_t wire_length,
				int64_t time_us)
{
	struct pcap_pkthdr header = {
	    .ts = {time_us / 1000000, time_us % 1000000},
	    .caplen = (bpf_u_int32)length,
	    .len = (bpf_u_int32)wire_length,
	};

	errno = 0;
	pcap_dump((u_char *)d->dumper, &header, packet);
	return ferror(pcap_dump_file(d->dumper)) ? PPTP_ERROR_SYSTEM : PPTP_OK;
}

enum pptp_error pptp_dump_flush(struct pptp_dump *d)
{
	return pcap_dump_flush(d->dumper) == 0 ? PPTP_OK : PPTP_ERROR_SYSTEM;
}

enum pptp_error pptp_dump_close(struct pptp_dump *d)
{
	enum pptp_error error;
	int saved;

	if (d == NULL)
		return PPTP_OK;
	error = pptp_dump_flush(d);
	saved = errno;
	pcap_dump_close(d->dumper);
	pcap_close(d->dead);
	free(d);
	errno = saved;
	return error;
}
