/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE of a capture, and ICMP about it: whose call it is. */
#ifndef PPTP_CALL_GRE_H
#define PPTP_CALL_GRE_H

#include "read/call_state.h"

void pptp_call_gre(struct pptp_call_state *s, const struct pptp_packet *packet,
		   int64_t now);
void pptp_call_icmp(struct pptp_call_state *s, const struct pptp_packet *packet,
		    int64_t now);

#endif
