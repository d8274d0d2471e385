/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a SYN of a sweep carries of itself, so that a reply proves that it
 * answers one of ours and nothing has to be kept: SipHash-2-4 (Aumasson and
 * Bernstein, 2012) under a key of the run, over both addresses, the port and
 * which attempt it is.
 */
#ifndef PPTP_COOKIE_H
#define PPTP_COOKIE_H

#include <stddef.h>
#include <stdint.h>

#include "format/address.h"

#define PPTP_COOKIE_KEY_SIZE 16

struct pptp_cookie_key {
	uint64_t words[2];
};

/* The bytes are random and kept secret: never what a seed gives, which is
 * published, and would forge replies. */
void pptp_cookie_key_init(struct pptp_cookie_key *key,
			  const uint8_t bytes[PPTP_COOKIE_KEY_SIZE]);

uint64_t pptp_siphash(const struct pptp_cookie_key *key, const void *bytes,
		      size_t length);

/* The ports that SYNs leave from: `count` of them, 1 to 8,192, from `first`. */
struct pptp_source_ports {
	uint16_t first, count;
};

struct pptp_cookie {
	uint32_t sequence_number;
	uint16_t source_port;
	uint16_t identification; /* of IPv4: a hint, never believed */
};

/* Both addresses are of one family. Attempts count from 0; each has its own
 * cookie, so that a reply tells which of several SYNs it answers. */
struct pptp_cookie pptp_cookie_make(const struct pptp_cookie_key *key,
				    const struct pptp_address *source,
				    const struct pptp_address *target,
				    uint16_t port, uint8_t attempt,
				    const struct pptp_source_ports *ports);

/* A port from 40,001 to 60,000 that only this run asks this address for, and
 * hardly anybody listens to: who answers there too answers everywhere. */
uint16_t pptp_cookie_second_port(const struct pptp_cookie_key *key,
				 const struct pptp_address *target);

#endif
