/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/packet_filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#define SNAPSHOT 65535

struct pptp_packet_filter {
	struct bpf_program program;
};

static enum pptp_error compile(struct pptp_packet_filter *f, const char *words,
			       char *text, size_t room)
{
	pcap_t *none = pcap_open_dead(DLT_RAW, SNAPSHOT);
	enum pptp_error error = PPTP_OK;

	if (none == NULL)
		return PPTP_ERROR_SYSTEM;
	if (pcap_compile(none, &f->program, words, 1, PCAP_NETMASK_UNKNOWN) !=
	    0) {
		snprintf(text, room, "cannot use the capture filter '%s': %s",
			 words, pcap_geterr(none));
		error = PPTP_ERROR_ARGUMENT;
	}
	pcap_close(none);
	return error;
}

enum pptp_error pptp_packet_filter_open(struct pptp_packet_filter **f,
					const char *words, char *text,
					size_t room)
{
	enum pptp_error error = PPTP_ERROR_SYSTEM;

	*f = calloc(1, sizeof(**f));
	if (*f != NULL)
		error = compile(*f, words, text, room);
	if (error == PPTP_OK)
		return PPTP_OK;
	free(*f);
	*f = NULL;
	return error;
}

void pptp_packet_filter_close(struct pptp_packet_filter *f)
{
	if (f == NULL)
		return;
	pcap_freecode(&f->program);
	free(f);
}

bool pptp_packet_filter_passes(const struct pptp_packet_filter *f,
			       const uint8_t *packet, size_t length,
			       size_t wire_length)
{
	const struct pcap_pkthdr header = {
	    .caplen = (bpf_u_int32)length,
	    .len = (bpf_u_int32)wire_length,
	};

	return pcap_offline_filter(&f->program, &header, packet) != 0;
}
