/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweep_capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/link.h"

#define SNAPSHOT   128 /* link layer, IPv6, ICMP, and IPv6 and TCP in it */
#define TIMEOUT_MS 20  /* after which a block is given that is not full */
#define FILTER     1024
#define APART      512 /* bytes at most, from a frame to the next */
#define AHEAD      4   /* frames */
#define LINE       64  /* of a processor's cache, bytes */

struct pptp_sweep_capture {
	pcap_t *pcap;
	int fd, linktype;
	pptp_sweep_packet *packet; /* of the read that is under way */
	void *context;
	uintptr_t before; /* where the frame before stood */
};

static enum pptp_error complain(pcap_t *pcap, int status, const char *interface,
				char *text, size_t room)
{
	const char *detail = pcap_geterr(pcap);

	if (detail[0] == '\0' || status < PCAP_ERROR)
		detail = pcap_statustostr(status);
	snprintf(text, room, "cannot capture on interface '%s': %s", interface,
		 detail);
	if (status == PCAP_ERROR_PERM_DENIED)
		return PPTP_ERROR_PRIVILEGE;
	if (status == PCAP_ERROR_NO_SUCH_DEVICE ||
	    status == PCAP_ERROR_IFACE_NOT_UP)
		return PPTP_ERROR_INTERFACE;
	return PPTP_ERROR_SYSTEM;
}

/* To an address of ours: SYN-ACK or RST at a port of ours, or ICMP that tells
 * of failure. TCP over IPv6 has its fields at a fixed place, or it is none. */
static void make_filter(const struct pptp_sweep_capture_config *config,
			char *filter)
{
	/* and, or: of equal rank, from the left */
	static const char *const rests[] = {
	    "%s(dst host %s and ((tcp dst portrange %u-%u and "
	    "tcp[13] & 20 != 0) or icmp[0] == 3 or icmp[0] == 11))",
	    "%s(dst host %s and ((tcp dst portrange %u-%u and "
	    "ip6[53] & 20 != 0) or (icmp6 and (ip6[40] == 1 or "
	    "ip6[40] == 3))))"};
	unsigned first = config->ports->first;
	unsigned last = first + config->ports->count - 1U;
	char address[PPTP_ADDRESS_TEXT];
	size_t i, at = 0;

	for (i = 0; i < config->source_count; i++) {
		pptp_address_format(&config->sources[i], address);
		at +=
		    (size_t)snprintf(filter + at, FILTER - at,
				     rests[config->sources[i].family == 6],
				     i > 0 ? " or " : "", address, first, last);
	}
}

static int set_filter(pcap_t *pcap, const char *filter)
{
	struct bpf_program program;
	int status =
	    pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN);

	if (status != 0)
		return status;
	status = pcap_setfilter(pcap, &program);
	pcap_freecode(&program);
	return status;
}

static int activate(struct pptp_sweep_capture *c, size_t ring)
{
	char detail[PCAP_ERRBUF_SIZE];
	int status;

	pcap_set_snaplen(c->pcap, SNAPSHOT);
	pcap_set_promisc(c->pcap, 0);
	pcap_set_timeout(c->pcap, TIMEOUT_MS);
	pcap_set_buffer_size(c->pcap, ring < INT32_MAX ? (int)ring : INT32_MAX);
	pcap_set_tstamp_precision(c->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(c->pcap);
	if (status < 0)
		return status;
	c->linktype = pcap_datalink(c->pcap);
	c->fd = pcap_get_selectable_fd(c->pcap);
	return pcap_setnonblock(c->pcap, 1, detail);
}

enum pptp_error
pptp_sweep_capture_open(struct pptp_sweep_capture **c,
			const struct pptp_sweep_capture_config *config,
			char *text, size_t room)
{
	char detail[PCAP_ERRBUF_SIZE] = "", filter[FILTER];
	struct pptp_sweep_capture *capture = calloc(1, sizeof(*capture));
	enum pptp_error error;
	int status;

	*c = NULL;
	if (capture != NULL)
		capture->pcap = pcap_create(config->interface, detail);
	if (capture == NULL || capture->pcap == NULL) {
		snprintf(text, room, "cannot capture on interface '%s': %s",
			 config->interface,
			 capture != NULL ? detail : strerror(errno));
		free(capture);
		return PPTP_ERROR_SYSTEM;
	}
	make_filter(config, filter);
	status = activate(capture, config->ring);
	if (status >= 0)
		status = set_filter(capture->pcap, filter);
	if (status >= 0) {
		*c = capture;
		return PPTP_OK;
	}
	error = complain(capture->pcap, status, config->interface, text, room);
	pptp_sweep_capture_close(capture);
	return error;
}

void pptp_sweep_capture_close(struct pptp_sweep_capture *c)
{
	if (c == NULL)
		return;
	pcap_close(c->pcap);
	free(c);
}

/* Another processor wrote it: what comes next is fetched meanwhile. In a block
 * replies lie one behind the other, mostly equally far. */
static void fetch_next(struct pptp_sweep_capture *c, const u_char *frame)
{
	uintptr_t at = (uintptr_t)frame, apart = at - c->before;

	c->before = at;
	if (apart > APART)
		return;
	__builtin_prefetch((const void *)(at + AHEAD * apart - LINE));
	__builtin_prefetch((const void *)(at + AHEAD * apart));
	__builtin_prefetch((const void *)(at + AHEAD * apart + LINE));
}

static void give(u_char *user, const struct pcap_pkthdr *header,
		 const u_char *frame)
{
	struct pptp_sweep_capture *c = (struct pptp_sweep_capture *)user;
	struct pptp_reader payload;

	fetch_next(c, frame);
	if (pptp_link_decode(c->linktype, frame, header->caplen, &payload) ==
	    PPTP_LINK_IP)
		c->packet(c->context, payload.at, pptp_reader_left(&payload),
			  (int64_t)header->ts.tv_sec * 1000000000 +
			      header->ts.tv_usec); /* nanoseconds: as asked */
}

bool pptp_sweep_capture_read(struct pptp_sweep_capture *c, int timeout_ms,
			     pptp_sweep_packet *packet, void *context)
{
	struct pollfd in = {.fd = c->fd, .events = POLLIN};
	int got;

	c->packet = packet;
	c->context = context;
	if (poll(&in, 1, timeout_ms) < 0)
		return errno == EINTR;
	got = pcap_dispatch(c->pcap, -1, give, (u_char *)c);
	/* libpcap passes over an interface that went down */
	return got >= 0 && (in.revents & POLLERR) == 0;
}

uint64_t pptp_sweep_capture_drops(struct pptp_sweep_capture *c)
{
	struct pcap_stat stat;

	if (pcap_stats(c->pcap, &stat) != 0)
		return 0;
	return (uint64_t)stat.ps_drop + stat.ps_ifdrop;
}
