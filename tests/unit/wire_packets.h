/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets between a client and servers, for the tests of pptp-wire. */
#ifndef TESTS_WIRE_PACKETS_H
#define TESTS_WIRE_PACKETS_H

#include "unit/claims.h"

#include "core/talk.h"
#include "format/packet.h"

#define US     "192.0.2.1"
#define SERVER "198.18.0.1"
#define OTHER  "198.18.0.2"
#define PORT   1723

struct sample {
	uint8_t bytes[256];
	size_t length;
};

static inline struct pptp_address address(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return a;
}

static inline struct pptp_ip header(const char *source, const char *target)
{
	struct pptp_ip ip = {.ttl = 64};

	ip.source = address(source);
	ip.destination = address(target);
	return ip;
}

static inline struct sample sample_of(const struct sample *s, int n)
{
	struct sample done = *s;

	ck_assert_int_gt(n, 0);
	done.length = (size_t)n;
	return done;
}

static inline struct sample syn(const char *source, const char *target,
				uint16_t from, uint16_t to)
{
	struct pptp_ip ip = header(source, target);
	struct pptp_tcp tcp = {.source_port = from, .destination_port = to};
	struct sample s;

	return sample_of(
	    &s, pptp_tcp_syn_encode(&ip, &tcp, s.bytes, sizeof(s.bytes)));
}

/* With other flags; nobody here looks at checksums. */
static inline struct sample segment(const char *source, const char *target,
				    uint16_t from, uint16_t to, uint8_t flags)
{
	struct sample s = syn(source, target, from, to);

	s.bytes[(s.bytes[0] >> 4 == 4 ? 20 : 40) + 13] = flags;
	return s;
}

static inline struct sample echo(const char *source, const char *target,
				 uint16_t identifier)
{
	struct pptp_ip ip = header(source, target);
	struct sample s;

	return sample_of(&s, pptp_icmp_echo_encode(&ip, identifier, 1, s.bytes,
						   sizeof(s.bytes)));
}

/* A payload of 8 bytes where it has a sequence number. */
static inline struct sample gre(const char *source, const char *target,
				uint16_t call_id, bool sequence)
{
	static const uint8_t payload[8] = "secrets";
	struct pptp_ip ip = header(source, target);
	struct pptp_gre g = {.call_id = call_id,
			     .has_sequence = sequence,
			     .has_acknowledgment = !sequence};
	struct sample s;

	ip.protocol = PPTP_IP_GRE;
	return sample_of(&s, pptp_gre_packet_encode(&ip, &g, payload,
						    sequence ? 8 : 0, s.bytes,
						    sizeof(s.bytes)));
}

/* "Protocol unreachable" about `about`, from `source`. */
static inline struct sample complaint(const char *source, const char *target,
				      const struct sample *about)
{
	struct pptp_ip ip = header(source, target);
	size_t quoted = about->length < 28 ? about->length : 28;
	static const uint8_t icmp[8] = {3, 2};
	struct pptp_writer w;
	struct sample s;

	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&w, s.bytes, sizeof(s.bytes));
	pptp_ip_encode(&w, &ip, sizeof(icmp) + quoted);
	pptp_write_bytes(&w, icmp, sizeof(icmp));
	pptp_write_bytes(&w, about->bytes, quoted);
	return sample_of(&s, (int)w.length);
}

#endif
