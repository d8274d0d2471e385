/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/ppp_walk.h"

#include <string.h>

#include "format/chap.h"
#include "format/eap.h"
#include "format/field.h"
#include "format/lcp.h"
#include "format/ncp.h"
#include "format/pap.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct pptp_name protocols[] = {
    {PPTP_PPP_IPV4, "ipv4"}, {0x003d, "multilink"},
    {PPTP_PPP_IPV6, "ipv6"}, {PPTP_PPP_COMPRESSED, "compressed"},
    {PPTP_PPP_IPCP, "ipcp"}, {0x8029, "atcp"},
    {0x802b, "ipxcp"},       {0x803f, "nbfcp"},
    {0x8053, "ecp"},         {PPTP_PPP_IPV6CP, "ipv6cp"},
    {0x80fb, "ilccp"},       {PPTP_PPP_CCP, "ccp"},
    {0x8207, "cdpcp"},       {0x8281, "mplscp"},
    {PPTP_PPP_LCP, "lcp"},   {PPTP_PPP_PAP, "pap"},
    {PPTP_PPP_LQR, "lqr"},   {PPTP_PPP_SPAP, "spap"},
    {PPTP_PPP_CBCP, "cbcp"}, {0xc02b, "bacp"},
    {0xc02d, "bap"},         {PPTP_PPP_CHAP, "chap"},
    {PPTP_PPP_EAP, "eap"},
};

static const struct pptp_name lcp_codes[] = {
    {0, "vendor-specific"},
    {PPTP_CONFIGURE_REQUEST, "configure-request"},
    {PPTP_CONFIGURE_ACK, "configure-ack"},
    {PPTP_CONFIGURE_NAK, "configure-nak"},
    {PPTP_CONFIGURE_REJECT, "configure-reject"},
    {PPTP_TERMINATE_REQUEST, "terminate-request"},
    {PPTP_TERMINATE_ACK, "terminate-ack"},
    {PPTP_CODE_REJECT, "code-reject"},
    {PPTP_PROTOCOL_REJECT, "protocol-reject"},
    {PPTP_LCP_ECHO_REQUEST, "echo-request"},
    {PPTP_LCP_ECHO_REPLY, "echo-reply"},
    {PPTP_DISCARD_REQUEST, "discard-request"},
    {PPTP_IDENTIFICATION, "identification"},
    {PPTP_TIME_REMAINING, "time-remaining"},
};

static const struct pptp_name ccp_codes[] = {
    {PPTP_RESET_REQUEST, "reset-request"},
    {PPTP_RESET_ACK, "reset-ack"},
};

static const struct pptp_name chap_codes[] = {
    {PPTP_CHAP_CHALLENGE, "challenge"}, {PPTP_CHAP_RESPONSE, "response"},
    {PPTP_CHAP_SUCCESS, "success"},     {PPTP_CHAP_FAILURE, "failure"},
    {5, "change-password-1"},           {6, "change-password-2"},
    {7, "change-password-3"},
};

static const struct pptp_name pap_codes[] = {
    {1, "authenticate-request"},
    {2, "authenticate-ack"},
    {3, "authenticate-nak"},
};

static const struct pptp_name eap_codes[] = {
    {PPTP_EAP_REQUEST, "request"},
    {PPTP_EAP_RESPONSE, "response"},
    {PPTP_EAP_SUCCESS, "success"},
    {PPTP_EAP_FAILURE, "failure"},
};

static const struct pptp_name cbcp_codes[] = {
    {1, "callback-request"},
    {2, "callback-response"},
    {3, "callback-ack"},
};

const char *pptp_ppp_protocol_name(uint16_t protocol)
{
	return pptp_name_of(protocols, COUNT(protocols), protocol);
}

static const char *ncp_code_name(uint16_t protocol, uint8_t code)
{
	if (code >= PPTP_CONFIGURE_REQUEST && code <= PPTP_CODE_REJECT)
		return pptp_name_of(lcp_codes, COUNT(lcp_codes), code);
	if (protocol == PPTP_PPP_CCP)
		return pptp_name_of(ccp_codes, COUNT(ccp_codes), code);
	return NULL;
}

const char *pptp_ppp_code_name(uint16_t protocol, uint8_t code)
{
	switch (protocol) {
	case PPTP_PPP_LCP:
		return pptp_name_of(lcp_codes, COUNT(lcp_codes), code);
	case PPTP_PPP_CHAP:
		return pptp_name_of(chap_codes, COUNT(chap_codes), code);
	case PPTP_PPP_PAP:
		return pptp_name_of(pap_codes, COUNT(pap_codes), code);
	case PPTP_PPP_EAP:
		return pptp_name_of(eap_codes, COUNT(eap_codes), code);
	case PPTP_PPP_CBCP:
		return pptp_name_of(cbcp_codes, COUNT(cbcp_codes), code);
	default:
		return pptp_ppp_is_ncp(protocol) ? ncp_code_name(protocol, code)
						 : NULL;
	}
}

void pptp_ppp_packet_walk(uint16_t protocol, const struct pptp_ppp_packet *p,
			  struct pptp_sink *s)
{
	switch (protocol) {
	case PPTP_PPP_LCP:
		pptp_lcp_walk(p, s);
		break;
	case PPTP_PPP_CHAP:
		pptp_chap_walk(p, s);
		break;
	case PPTP_PPP_PAP:
		pptp_pap_walk(p, s);
		break;
	case PPTP_PPP_EAP:
		pptp_eap_walk(p, s);
		break;
	default:
		pptp_ncp_walk(protocol, p, s);
	}
}

static void walk_packet(uint16_t protocol, struct pptp_reader r,
			struct pptp_sink *s)
{
	const char *name;
	struct pptp_ppp_packet p;
	size_t left = pptp_reader_left(&r);

	(void)pptp_ppp_packet_decode(&p, &r);
	if (left >= 1) {
		name = pptp_ppp_code_name(protocol, p.code);
		s->number(s, "code", p.code);
		if (name != NULL)
			pptp_sink_string(s, "name", name);
	}
	if (left >= 2)
		s->number(s, "identifier", p.identifier);
	if (left >= PPTP_PPP_HEADER)
		s->number(s, "length", p.length);
	if (!pptp_reader_ok(&r)) {
		pptp_ppp_malformed_walk(&r, s);
		return;
	}
	pptp_ppp_packet_walk(protocol, &p, s);
	if (pptp_reader_left(&r) > 0)
		s->number(s, "padding_length", (int64_t)pptp_reader_left(&r));
}

/* The layers that have a name of their own in `decode`. */
static const char *layer_of(uint16_t protocol)
{
	switch (protocol) {
	case PPTP_PPP_LCP:
	case PPTP_PPP_CHAP:
	case PPTP_PPP_PAP:
	case PPTP_PPP_EAP:
	case PPTP_PPP_CCP:
	case PPTP_PPP_IPCP:
	case PPTP_PPP_IPV6CP:
		return pptp_ppp_protocol_name(protocol);
	default:
		return "other";
	}
}

static bool has_packets(uint16_t protocol)
{
	return pptp_ppp_is_ncp(protocol) || protocol == PPTP_PPP_CBCP ||
	       strcmp(layer_of(protocol), "other") != 0;
}

void pptp_ppp_walk(struct pptp_reader frame, struct pptp_sink *s)
{
	struct pptp_ppp_frame f;
	const char *name;

	if (pptp_reader_ok(&frame))
		frame.base = frame.at; /* offsets from the frame's start */
	if (!pptp_ppp_frame_decode(&f, &frame)) {
		pptp_sink_string(s, "layer", "other");
		pptp_ppp_malformed_walk(&frame, s);
		return;
	}
	pptp_sink_string(s, "layer", layer_of(f.protocol));
	s->number(s, "protocol", f.protocol);
	name = pptp_ppp_protocol_name(f.protocol);
	if (name != NULL)
		pptp_sink_string(s, "protocol_name", name);
	if (has_packets(f.protocol))
		walk_packet(f.protocol, f.payload, s);
	else
		s->number(s, "payload_length",
			  (int64_t)pptp_reader_left(&f.payload));
}
