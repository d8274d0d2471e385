/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/template.h"

#include <string.h>

#include "format/checksum.h"
#include "format/tcp.h"

#define TCP_HEADER 20

/* Where the fields are, from the IP packet's begin. */
enum {
	IP_IDENTIFICATION = 4,
	IP_CHECKSUM = 10,
	IPV4_DESTINATION = 16,
	IPV4_TCP = 20,
	IPV6_DESTINATION = 24,
	IPV6_TCP = 40,
};

/* From the TCP header's begin. */
enum {
	TCP_SOURCE_PORT = 0,
	TCP_DESTINATION_PORT = 2,
	TCP_SEQUENCE = 4,
	TCP_CHECKSUM = 16,
};

static uint16_t word_at(const uint8_t *bytes, size_t offset)
{
	struct pptp_reader r;

	pptp_reader_init(&r, bytes + offset, 2);
	return pptp_read_u16(&r);
}

void pptp_template_init(struct pptp_template *t, const uint8_t *ethernet,
			const struct pptp_address *source, uint8_t ttl,
			uint16_t window)
{
	struct pptp_tcp tcp = {.window = window};
	struct pptp_ip ip;
	uint8_t *packet;
	size_t tcp_at = source->family == 6 ? IPV6_TCP : IPV4_TCP;

	memset(t, 0, sizeof(*t));
	memset(&ip, 0, sizeof(ip));
	t->source = ip.source = *source;
	ip.destination.family = source->family;
	t->ttl = ip.ttl = ttl;
	if (ethernet != NULL) {
		memcpy(t->frame, ethernet, PPTP_ETHERNET_HEADER);
		t->start = PPTP_ETHERNET_HEADER;
	}
	packet = t->frame + t->start;
	t->length = t->start +
		    (size_t)pptp_tcp_syn_encode(&ip, &tcp, packet,
						PPTP_TEMPLATE_MAX - t->start);
	t->ip_sum = (uint16_t)~word_at(packet, IP_CHECKSUM);
	t->tcp_sum = (uint16_t)~word_at(packet, tcp_at + TCP_CHECKSUM);
}

static void patch_u32(struct pptp_writer *w, size_t offset, uint32_t value)
{
	pptp_patch_u16(w, offset, (uint16_t)(value >> 16));
	pptp_patch_u16(w, offset + 2, (uint16_t)value);
}

static uint32_t halves(uint32_t value)
{
	return (value >> 16) + (value & 0xffff);
}

/* What of the address the checksums count. */
static uint32_t stamp_v4(const struct pptp_template *t, struct pptp_writer *w,
			 const struct pptp_address *target,
			 uint16_t identification)
{
	uint32_t value = pptp_address_v4_value(target);
	uint32_t sum = halves(value);

	patch_u32(w, t->start + IPV4_DESTINATION, value);
	pptp_patch_u16(w, t->start + IP_IDENTIFICATION, identification);
	pptp_patch_u16(w, t->start + IP_CHECKSUM,
		       pptp_checksum_end(t->ip_sum + sum + identification));
	return sum;
}

static uint32_t stamp_v6(const struct pptp_template *t, struct pptp_writer *w,
			 const struct pptp_address *target)
{
	size_t i;

	for (i = 0; i < 16; i += 2)
		pptp_patch_u16(w, t->start + IPV6_DESTINATION + i,
			       word_at(target->bytes, i));
	return pptp_checksum_add(0, target->bytes, 16);
}

void pptp_template_syn(const struct pptp_template *t,
		       const struct pptp_address *target, uint16_t port,
		       const struct pptp_cookie *cookie, uint8_t *frame)
{
	struct pptp_writer w;
	uint32_t sum = t->tcp_sum;
	size_t tcp;

	pptp_writer_init(&w, frame, t->length);
	pptp_write_bytes(&w, t->frame, t->length);
	if (target->family == 6) {
		tcp = t->start + IPV6_TCP;
		sum += stamp_v6(t, &w, target);
	} else {
		tcp = t->start + IPV4_TCP;
		sum += stamp_v4(t, &w, target, cookie->identification);
	}
	pptp_patch_u16(&w, tcp + TCP_SOURCE_PORT, cookie->source_port);
	pptp_patch_u16(&w, tcp + TCP_DESTINATION_PORT, port);
	patch_u32(&w, tcp + TCP_SEQUENCE, cookie->sequence_number);
	sum += (uint32_t)cookie->source_port + port +
	       halves(cookie->sequence_number);
	pptp_patch_u16(&w, tcp + TCP_CHECKSUM, pptp_checksum_end(sum));
}

size_t pptp_template_reset(const struct pptp_template *t,
			   const struct pptp_address *target, uint16_t port,
			   uint16_t source_port, uint32_t acknowledged,
			   uint8_t *frame)
{
	struct pptp_ip ip;
	struct pptp_writer w;
	uint32_t sum;
	size_t tcp;

	memset(&ip, 0, sizeof(ip));
	ip.source = t->source;
	ip.destination = *target;
	ip.ttl = t->ttl;
	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&w, frame, t->length);
	pptp_write_bytes(&w, t->frame, t->start);
	pptp_ip_encode(&w, &ip, TCP_HEADER);
	tcp = w.length;
	pptp_write_u16(&w, source_port);
	pptp_write_u16(&w, port);
	pptp_write_u32(&w, acknowledged);
	pptp_write_u32(&w, 0);
	pptp_write_u16(&w, 5 << 12 | PPTP_TCP_RST);
	pptp_write_zeros(&w, 6); /* window, checksum, urgent pointer */
	sum = pptp_checksum_pseudo(&ip.source, target, PPTP_IP_TCP, TCP_HEADER);
	sum = pptp_checksum_add(sum, frame + tcp, TCP_HEADER);
	pptp_patch_u16(&w, tcp + TCP_CHECKSUM, pptp_checksum_end(sum));
	return w.length;
}
