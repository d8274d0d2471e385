/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One captured packet, layer by layer, into a sink: the walk for people. What
 * the observer sees is narrower (core/observer.h).
 */
#ifndef PPTP_DISSECT_H
#define PPTP_DISSECT_H

#include "format/bytes.h"
#include "format/sink.h"

/* An array of layer objects, outermost first, each with `layer` (ipv4 ipv6 tcp
 * udp icmp icmpv6 gre control lcp chap pap eap ccp ipcp ipv6cp other). A last
 * object {layer:"malformed", why, offset} tells where it broke. A TCP payload
 * with the PPTP cookie at its front is read as control messages, as many as
 * are whole. Tunnels (format/tunnel.h) are followed. */
void pptp_dissect_ip(const void *packet, size_t length, struct pptp_sink *s,
		     const char *key);
/* The same of a PPP frame, as a link layer has it. */
void pptp_dissect_ppp(struct pptp_reader frame, struct pptp_sink *s,
		      const char *key);

#endif
