/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/trace.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "format/chap.h"
#include "format/eap.h"
#include "format/gre.h"
#include "format/icmp.h"
#include "format/lcp.h"
#include "format/ncp.h"
#include "format/ppp_walk.h"
#include "format/tcp.h"

struct line {
	char *text;
	size_t length; /* below PPTP_TRACE_TEXT */
};

__attribute__((format(printf, 2, 3))) static void put(struct line *l,
						      const char *format, ...)
{
	size_t room = PPTP_TRACE_TEXT - l->length;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(l->text + l->length, room, format, arguments);
	va_end(arguments);
	if (n > 0)
		l->length += (size_t)n < room ? (size_t)n : room - 1;
}

static void put_quoted(struct line *l, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	size_t i;

	put(l, "\"");
	for (i = 0; i < length; i++)
		if (at[i] >= 0x20 && at[i] < 0x7f && at[i] != '"' &&
		    at[i] != '\\')
			put(l, "%c", at[i]);
		else
			put(l, "\\x%02X", at[i]);
	put(l, "\"");
}

/* configure-request: Configure-Request */
static void put_title(struct line *l, const char *name)
{
	bool first = true;

	for (; *name != '\0'; name++) {
		bool small = *name >= 'a' && *name <= 'z';

		put(l, "%c", first && small ? *name - 'a' + 'A' : *name);
		first = *name == '-';
	}
}

static void put_upper(struct line *l, const char *name)
{
	for (; *name != '\0'; name++)
		put(l, "%c",
		    *name >= 'a' && *name <= 'z' ? *name - 'a' + 'A' : *name);
}

/* ---- control messages ---------------------------------------------------- */

static const char *const short_names[] = {
    [PPTP_SCCRQ] = "SCCRQ",
    [PPTP_SCCRP] = "SCCRP",
    [PPTP_STOP_CCRQ] = "Stop-CCRQ",
    [PPTP_STOP_CCRP] = "Stop-CCRP",
    [PPTP_ECHO_REQUEST] = "Echo-Request",
    [PPTP_ECHO_REPLY] = "Echo-Reply",
    [PPTP_OCRQ] = "OCRQ",
    [PPTP_OCRP] = "OCRP",
    [PPTP_ICRQ] = "ICRQ",
    [PPTP_ICRP] = "ICRP",
    [PPTP_ICCN] = "ICCN",
    [PPTP_CCRQ] = "Call-Clear-Request",
    [PPTP_CDN] = "Call-Disconnect-Notify",
    [PPTP_WEN] = "WAN-Error-Notify",
    [PPTP_SLI] = "Set-Link-Info",
};

static void put_names(struct line *l, const struct pptp_control *m)
{
	put(l, ", host ");
	put_quoted(l, m->host_name,
		   pptp_text_length(m->host_name, sizeof(m->host_name)));
	put(l, ", vendor ");
	put_quoted(
	    l, m->vendor_string,
	    pptp_text_length(m->vendor_string, sizeof(m->vendor_string)));
}

static void put_result(struct line *l, const struct pptp_control *m)
{
	put(l, " result %u", m->result_code);
	if (m->error_code != 0)
		put(l, ", error %u", m->error_code);
}

static void put_control(struct line *l, const struct pptp_control *m)
{
	unsigned type = m->control_message_type;

	if (pptp_control_name(type) == NULL) {
		put(l, "control message type %u, %u bytes", type, m->length);
		return;
	}
	put(l, "%s", short_names[type]);
	switch (type) {
	case PPTP_SCCRP:
		put_result(l, m);
		put_names(l, m);
		break;
	case PPTP_STOP_CCRP:
		put_result(l, m);
		break;
	case PPTP_ECHO_REQUEST:
	case PPTP_ECHO_REPLY:
		put(l, " id %u", m->identifier);
		break;
	case PPTP_OCRQ:
	case PPTP_CCRQ:
		put(l, " call id %u", m->call_id);
		break;
	case PPTP_OCRP:
	case PPTP_CDN:
		put_result(l, m);
		put(l, ", call id %u", m->call_id);
		break;
	case PPTP_SLI:
		put(l, " accm %08x %08x", m->send_accm, m->receive_accm);
		break;
	default:
		put(l, " %u bytes", m->length);
		break;
	}
}

void pptp_trace_control(char text[PPTP_TRACE_TEXT],
			const struct pptp_control *m)
{
	struct line l = {.text = text};

	put_control(&l, m);
}

void pptp_trace_other(char text[PPTP_TRACE_TEXT], const void *bytes,
		      size_t length)
{
	struct line l = {.text = text};

	put(&l, "not PPTP: ");
	put_quoted(&l, bytes, length);
}

/* ---- PPP ----------------------------------------------------------------- */

static void put_option(struct line *l, uint16_t protocol,
		       const struct pptp_option *o)
{
	const char *name = protocol == PPTP_PPP_LCP
			       ? pptp_lcp_option_name(o->type)
			       : pptp_ncp_option_name(protocol, o->type);
	char method[PPTP_METHOD_TEXT];
	struct pptp_method m;

	if (protocol == PPTP_PPP_LCP && o->type == PPTP_LCP_AUTHENTICATION &&
	    pptp_method_decode(&m, o))
		put(l, " %s", pptp_method_name(m, method));
	else if (name != NULL)
		put(l, " %s", name);
	else
		put(l, " option-%u", o->type);
}

static void put_options(struct line *l, uint16_t protocol,
			struct pptp_reader options)
{
	struct pptp_option o;

	while (pptp_option_next(&options, &o))
		put_option(l, protocol, &o);
	if (!pptp_reader_ok(&options))
		put(l, " malformed");
}

static void put_challenge(struct line *l, const struct pptp_ppp_packet *p)
{
	struct pptp_chap chap;

	if (!pptp_chap_decode(&chap, p))
		return;
	put(l, " %u bytes from ", chap.value_size);
	put_quoted(l, chap.name, chap.name_length);
}

static void put_eap(struct line *l, const struct pptp_ppp_packet *p)
{
	struct pptp_eap eap;
	const char *name;

	if (!pptp_eap_decode(&eap, p) || !eap.has_type)
		return;
	name = pptp_eap_type_name(eap.type);
	if (name != NULL)
		put(l, " %s", name);
	else
		put(l, " type %u", eap.type);
}

static void put_data(struct line *l, struct pptp_reader data)
{
	size_t length = pptp_reader_left(&data);

	if (length == 0)
		return;
	put(l, " ");
	put_quoted(l, pptp_read_bytes(&data, length), length);
}

static void put_body(struct line *l, uint16_t protocol,
		     const struct pptp_ppp_packet *p)
{
	bool configures = protocol == PPTP_PPP_LCP || pptp_ppp_is_ncp(protocol);

	if (configures && p->code >= PPTP_CONFIGURE_REQUEST &&
	    p->code <= PPTP_CONFIGURE_REJECT)
		put_options(l, protocol, p->data);
	else if (configures && p->code == PPTP_TERMINATE_REQUEST)
		put_data(l, p->data);
	else if (protocol == PPTP_PPP_CHAP && p->code == PPTP_CHAP_CHALLENGE)
		put_challenge(l, p);
	else if (protocol == PPTP_PPP_EAP)
		put_eap(l, p);
}

static void put_ppp(struct line *l, struct pptp_reader r)
{
	struct pptp_ppp_frame f;
	struct pptp_ppp_packet p;
	const char *name;

	if (!pptp_ppp_frame_decode(&f, &r)) {
		put(l, "PPP malformed");
		return;
	}
	name = pptp_ppp_protocol_name(f.protocol);
	if (name != NULL)
		put_upper(l, name);
	else
		put(l, "PPP protocol %04x", f.protocol);
	if (name == NULL || !pptp_ppp_packet_decode(&p, &f.payload))
		return;
	name = pptp_ppp_code_name(f.protocol, p.code);
	put(l, " ");
	if (name != NULL)
		put_title(l, name);
	else
		put(l, "code %u", p.code);
	put(l, " id %u", p.identifier);
	put_body(l, f.protocol, &p);
}

/* ---- packets ------------------------------------------------------------- */

static void put_gre(struct line *l, struct pptp_reader r)
{
	struct pptp_gre gre;

	if (!pptp_gre_decode(&gre, &r))
		put(l, "GRE malformed");
	else if (gre.payload_length > 0)
		put_ppp(l, gre.payload);
	else if (gre.has_acknowledgment)
		put(l, "GRE acknowledgement of %u for call %u",
		    gre.acknowledgment_number, gre.call_id);
	else
		put(l, "GRE empty for call %u", gre.call_id);
}

static void put_tcp(struct line *l, struct pptp_reader r)
{
	struct pptp_tcp tcp;

	if (!pptp_tcp_decode(&tcp, &r)) {
		put(l, "TCP malformed");
		return;
	}
	if (tcp.flags & PPTP_TCP_RST)
		put(l, "RST");
	else if ((tcp.flags & PPTP_TCP_SYN) == 0)
		put(l, "TCP");
	else
		put(l, tcp.flags & PPTP_TCP_ACK ? "SYN-ACK" : "SYN");
	put(l, " from port %u to port %u", tcp.source_port,
	    tcp.destination_port);
}

static void put_icmp(struct line *l, const struct pptp_ip *ip)
{
	struct pptp_reader r = ip->payload;
	char from[PPTP_ADDRESS_TEXT], about[PPTP_ADDRESS_TEXT];
	struct pptp_icmp icmp;

	if (!pptp_icmp_decode(&icmp, ip, &r)) {
		put(l, "ICMP malformed");
		return;
	}
	pptp_address_format(&ip->source, from);
	put(l, "ICMP%s %u/%u from %s", icmp.v6 ? "v6" : "", icmp.type,
	    icmp.code, from);
	if (!icmp.has_quote)
		return;
	pptp_address_format(&icmp.quote.destination, about);
	put(l, " about protocol %u to %s", icmp.quote.protocol, about);
}

void pptp_trace_packet(char text[PPTP_TRACE_TEXT], const void *packet,
		       size_t length)
{
	struct line l = {.text = text};
	struct pptp_reader r;
	struct pptp_ip ip;

	text[0] = '\0';
	pptp_reader_init(&r, packet, length);
	if (!pptp_ip_decode(&ip, &r)) {
		put(&l, "IP malformed");
		return;
	}
	switch (ip.protocol) {
	case PPTP_IP_GRE:
		put_gre(&l, ip.payload);
		break;
	case PPTP_IP_TCP:
		put_tcp(&l, ip.payload);
		break;
	case PPTP_IP_ICMP:
	case PPTP_IP_ICMPV6:
		put_icmp(&l, &ip);
		break;
	default:
		put(&l, "IP protocol %u", ip.protocol);
		break;
	}
}
