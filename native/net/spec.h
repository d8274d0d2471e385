/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of one target, told apart; nothing is looked up. */
#ifndef PPTP_SPEC_H
#define PPTP_SPEC_H

#include "format/address.h"

#define PPTP_SPEC_NAME     254 /* the longest host name with its NUL */
#define PPTP_SPEC_SENTENCE 320 /* every sentence fits */

struct pptp_spec {
	struct pptp_address first, last; /* family 0: a name */
	uint16_t port;                   /* 0: none was given */
	char name[PPTP_SPEC_NAME];
};

/* The whole of `text` must be used. False with one sentence in `why`, safe
 * for terminals. */
bool pptp_spec_parse(struct pptp_spec *s, const char *text, size_t length,
		     char why[PPTP_SPEC_SENTENCE]);

#define PPTP_SPEC_PORTS 65535

/* A list of ports and ranges of them, "1723,443,8000-8010", in rising order and
 * each once. The whole of `text` must be used. False with one sentence in
 * `why`, safe for terminals. */
bool pptp_spec_ports(const char *text, uint16_t ports[PPTP_SPEC_PORTS],
		     size_t *count, char why[PPTP_SPEC_SENTENCE]);

#define PPTP_SPEC_QUOTED 100

/* As much of `text` as a sentence has room for, in printable ASCII. */
void pptp_spec_quote(char quoted[PPTP_SPEC_QUOTED], const char *text,
		     size_t length);

#endif
