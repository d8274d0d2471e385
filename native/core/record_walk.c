/* SPDX-License-Identifier: BSD-2-Clause */
/* The one walk over a record, with record_ppp.c and record_notes.c. What was kept
 * as bytes is decoded here. */
#include "core/record_parts.h"

#include <string.h>

#include "format/control.h"
#include "format/tcp.h"

static const char *state_name(uint8_t state)
{
	static const char *const names[] = {
	    [PPTP_NOT_TESTED] = "not_tested",
	    [PPTP_OPEN] = "open",
	    [PPTP_CLOSED] = "closed",
	    [PPTP_FILTERED] = "filtered",
	    [PPTP_SILENT] = "silent",
	    [PPTP_ANSWERED] = "answered",
	    [PPTP_REFUSED] = "refused",
	    [PPTP_NOT_PPTP] = "not_pptp",
	    [PPTP_ACCEPTED] = "accepted",
	    [PPTP_REACHABLE] = "reachable",
	    [PPTP_INBOUND_ONLY] = "inbound_only",
	    [PPTP_UNREACHABLE] = "unreachable",
	    [PPTP_OPENED] = "opened",
	    [PPTP_OFFERED] = "offered",
	    [PPTP_SEEN] = "seen",
	    [PPTP_NONE] = "none",
	    [PPTP_ASKED] = "asked",
	    [PPTP_CLEAN] = "clean",
	    [PPTP_SERVER_CLOSED] = "server_closed",
	    [PPTP_ABORTED] = "aborted",
	    [PPTP_ALIVE] = "alive",
	};

	return names[state];
}

void pptp_record_walk_stage(struct pptp_sink *s, const char *key, uint8_t state)
{
	s->object(s, key);
	pptp_sink_string(s, "state", state_name(state));
}

void pptp_record_walk_time(struct pptp_sink *s, const char *key,
			   struct pptp_time t)
{
	s->number(s, key, pptp_time_us(t));
}

static void walk_address(struct pptp_sink *s, const char *key,
			 const struct pptp_address *a)
{
	char text[PPTP_ADDRESS_TEXT];

	if (a->family == 0)
		return;
	pptp_address_format(a, text);
	pptp_sink_string(s, key, text);
}

static void walk_reason(struct pptp_sink *s, uint8_t reason,
			const struct pptp_icmp_fact *icmp)
{
	static const char *const names[] = {
	    [PPTP_REASON_SYN_ACK] = "syn-ack",
	    [PPTP_REASON_RST] = "rst",
	    [PPTP_REASON_REFUSED] = "refused",
	    [PPTP_REASON_ICMP] = "icmp-",
	    [PPTP_REASON_LOCAL_ICMP] = "local-icmp-",
	    [PPTP_REASON_TIMEOUT] = "timeout",
	    [PPTP_REASON_ECHO_REPLY] = "echo-reply",
	    [PPTP_REASON_NO_PRIVILEGE] = "no-privilege",
	    [PPTP_REASON_IPV6] = "ipv6",
	    [PPTP_REASON_PROXY] = "proxy",
	    [PPTP_REASON_ERROR] = "error",
	};
	char text[32], *at;

	if (reason == PPTP_REASON_NONE)
		return;
	at = pptp_text_words(text, names[reason]);
	if (reason == PPTP_REASON_ICMP || reason == PPTP_REASON_LOCAL_ICMP) {
		at = pptp_text_digits(at, icmp->type, 1);
		at = pptp_text_digits(pptp_text_words(at, "-"), icmp->code, 1);
	}
	s->text(s, "reason", text, (size_t)(at - text));
	if (reason == PPTP_REASON_ICMP || reason == PPTP_REASON_LOCAL_ICMP)
		walk_address(s, "icmp_from", &icmp->from);
}

static void walk_labels(struct pptp_sink *s, const char *labels)
{
	if (labels == NULL || *labels == '\0')
		return;
	s->array(s, "labels");
	for (;;) {
		size_t n = strcspn(labels, ",");

		s->text(s, NULL, labels, n);
		if (labels[n] == '\0')
			break;
		labels += n + 1;
	}
	s->end(s);
}

static void walk_run(struct pptp_sink *s, uint64_t run)
{
	uint8_t bytes[8];

	if (run == 0)
		return;
	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(run >> (56 - 8 * i));
	pptp_sink_hex(s, "run", bytes, sizeof(bytes));
}

static void walk_head(const struct pptp_record *r, struct pptp_sink *s)
{
	static const char *const kinds[] = {"syn", "gre", "conversation",
					    "observed"};
	static const char *const ends[] = {
	    "running",  "complete", "silent",    "closed",
	    "reset",    "refused",  "terminate", "disconnect",
	    "not_pptp", "budget",   "aborted",   "error",
	};
	char method[PPTP_METHOD_TEXT];

	s->number(s, "schema", PPTP_SCHEMA);
	pptp_sink_string(s, "kind", kinds[r->kind]);
	walk_run(s, r->run);
	if (r->position != 0)
		s->number(s, "position", (int64_t)r->position - 1);
	walk_address(s, "target", &r->target);
	if (r->name != NULL)
		pptp_sink_string(s, "name", r->name);
	s->number(s, "port", r->port);
	walk_labels(s, r->labels);
	pptp_text_walk_time(s, "time", r->time_us);
	walk_address(s, "source", &r->source);
	pptp_sink_string(s, "depth", pptp_depth_name(r->depth));
	if (r->asked.protocol == 0)
		s->null(s, "asked");
	else
		pptp_sink_string(s, "asked",
				 pptp_method_name(r->asked, method));
	if (r->declined)
		s->boolean(s, "declined", true);
	pptp_sink_string(s, "ended_by", ends[r->ended_by]);
	s->number(s, "duration_us", r->end - r->start);
	s->number(s, "packets_sent", r->packets_sent);
	s->number(s, "packets_received", r->packets_received);
}

static unsigned count_bits(uint16_t bits)
{
	unsigned n = 0;

	for (; bits != 0; bits &= (uint16_t)(bits - 1))
		n++;
	return n;
}

static void walk_connect(const struct pptp_record *r, struct pptp_sink *s)
{
	static const char *const names[] = {
	    [PPTP_CONNECT_NOT_TRIED] = "not_tried",
	    [PPTP_CONNECT_CONNECTED] = "connected",
	    [PPTP_CONNECT_REFUSED] = "refused",
	    [PPTP_CONNECT_UNREACHABLE] = "unreachable",
	    [PPTP_CONNECT_RESET] = "reset",
	    [PPTP_CONNECT_TIMEOUT] = "timeout",
	    [PPTP_CONNECT_ERROR] = "error",
	};

	s->object(s, "connect");
	pptp_sink_string(s, "state", names[r->tcp.connect.state]);
	walk_reason(s, r->tcp.connect.reason, &r->tcp.connect.icmp);
	if (r->tcp.connect.tries > 0)
		s->number(s, "tries", r->tcp.connect.tries);
	if (r->tcp.connect.rtt_us > 0)
		s->number(s, "rtt_us", r->tcp.connect.rtt_us);
	s->end(s);
}

static void walk_tcp(const struct pptp_record *r, struct pptp_sink *s)
{
	struct pptp_icmp_fact host = {r->target, r->host.icmp_type,
				      r->host.icmp_code};

	pptp_record_walk_stage(s, "tcp", r->tcp.state);
	walk_reason(s, r->tcp.reason, &r->tcp.icmp);
	if (r->tcp.rtt_us > 0)
		s->number(s, "rtt_us", r->tcp.rtt_us);
	if (r->tcp.ttl != 0) {
		s->number(s, "ttl", r->tcp.ttl);
		s->number(s, "window", r->tcp.window);
	}
	if (r->tcp.mss != 0)
		s->number(s, "mss", r->tcp.mss);
	if (r->tcp.options_length > 0)
		pptp_tcp_options_walk(r->tcp.options, r->tcp.options_length, s,
				      "options");
	if (r->any_port)
		s->boolean(s, "answers_any_port", true);
	walk_connect(r, s);
	s->end(s);
	pptp_record_walk_stage(s, "host", r->host.state);
	walk_reason(s, r->host.reason, &host);
	if (r->host.asked != 0) {
		s->number(s, "asked", count_bits(r->host.asked));
		s->number(s, "answered", count_bits(r->host.answered));
	}
	s->end(s);
}

static void walk_start_reply(const struct pptp_record *r, struct pptp_sink *s)
{
	struct pptp_control m;
	struct pptp_reader in;

	pptp_reader_init(&in, r->control.raw, r->control.raw_length);
	if (!pptp_control_decode_start(&m, &in))
		return;
	s->number(s, "protocol_version", m.protocol_version);
	s->number(s, "result_code", m.result_code);
	s->number(s, "error_code", m.error_code);
	s->number(s, "framing_capabilities", m.framing_capabilities);
	s->number(s, "bearer_capabilities", m.bearer_capabilities);
	s->number(s, "maximum_channels", m.maximum_channels);
	s->number(s, "firmware_revision", m.firmware_revision);
	s->text(s, "host_name", m.host_name,
		pptp_text_length(m.host_name, sizeof(m.host_name)));
	s->text(s, "vendor", m.vendor_string,
		pptp_text_length(m.vendor_string, sizeof(m.vendor_string)));
	if (r->control.has_rtt)
		s->number(s, "rtt_us", r->control.rtt_us);
	pptp_sink_hex(s, "raw", r->control.raw, r->control.raw_length);
}

static void walk_control(const struct pptp_record *r, struct pptp_sink *s)
{
	const uint8_t *raw = r->control.raw;
	size_t length = r->control.raw_length;
	bool replied = r->control.state == PPTP_ANSWERED ||
		       r->control.state == PPTP_REFUSED;

	pptp_record_walk_stage(s, "control", r->control.state);
	if (r->control.pptp)
		s->boolean(s, "pptp", true);
	if (r->control.state == PPTP_NOT_PPTP)
		pptp_sink_string(s, "service",
				 pptp_record_service(raw, length));
	if (replied)
		walk_start_reply(r, s);
	else if (length > 0 || r->control.state == PPTP_NOT_PPTP)
		pptp_sink_hex(s, "first_bytes", raw, length);
	s->end(s);
}

static void walk_call_reply(const struct pptp_record *r, struct pptp_sink *s)
{
	struct pptp_control m;
	struct pptp_reader in;

	pptp_reader_init(&in, r->call.raw, r->call.raw_length);
	if (!pptp_control_decode_start(&m, &in))
		return;
	s->number(s, "call_id", m.call_id);
	s->number(s, "result_code", m.result_code);
	s->number(s, "error_code", m.error_code);
	s->number(s, "cause_code", m.cause_code);
	s->number(s, "connect_speed", m.connect_speed);
	s->number(s, "receive_window", m.packet_recv_window_size);
	s->number(s, "processing_delay", m.packet_processing_delay);
	s->number(s, "physical_channel", m.physical_channel_id);
	if (r->call.has_rtt)
		s->number(s, "rtt_us", r->call.rtt_us);
	pptp_sink_hex(s, "raw", r->call.raw, r->call.raw_length);
}

static void walk_call(const struct pptp_record *r, struct pptp_sink *s)
{
	pptp_record_walk_stage(s, "call", r->call.state);
	if (r->call.state != PPTP_NOT_TESTED)
		s->number(s, "peer_call_id", r->call.peer_call_id);
	if (r->call.raw_length > 0)
		walk_call_reply(r, s);
	if (r->call.disconnected) {
		s->object(s, "disconnect");
		s->number(s, "call_id", r->call.disconnect_call_id);
		s->number(s, "result_code", r->call.disconnect_result);
		s->number(s, "error_code", r->call.disconnect_error);
		s->number(s, "cause_code", r->call.disconnect_cause);
		pptp_record_walk_time(s, "at_us", r->call.disconnected_at);
		s->end(s);
	}
	s->end(s);
}

static void walk_gre(const struct pptp_record *r, struct pptp_sink *s)
{
	pptp_record_walk_stage(s, "gre", r->gre.state);
	if (r->gre.state != PPTP_NOT_TESTED) {
		pptp_sink_string(s, "from_server",
				 r->gre.from_server ? "proven" : "unknown");
		pptp_sink_string(s, "to_server",
				 r->gre.to_server      ? "proven"
				 : r->gre.refused != 0 ? "refused"
						       : "unknown");
	}
	walk_reason(s, r->gre.reason, &r->gre.icmp);
	if (r->gre.rtt_us > 0)
		s->number(s, "rtt_us", r->gre.rtt_us);
	if (r->gre.from_server) {
		s->number(s, "first_packet_us", r->gre.first_us);
		s->number(s, "first_sequence", r->gre.first_sequence);
	}
	if (r->gre.state != PPTP_NOT_TESTED) {
		s->number(s, "packets_received", r->gre.packets_received);
		s->number(s, "packets_sent", r->gre.packets_sent);
	}
	if (r->gre.refused != 0)
		s->number(s, "refusals", pptp_record_refusals(r));
	s->end(s);
}

static void walk_teardown(const struct pptp_record *r, struct pptp_sink *s)
{
	static const char *const names[] = {
	    "terminate-request",
	    "terminate-ack",
	    "call-clear-request",
	    "call-disconnect-notify",
	    "stop-control-connection-request",
	    "stop-control-connection-reply",
	    "fin",
	    "rst",
	};

	pptp_record_walk_stage(s, "teardown", r->teardown.state);
	s->array(s, "messages");
	for (unsigned i = 0; i < r->teardown.count; i++) {
		const struct pptp_farewell_message *m = &r->teardown.message[i];

		s->object(s, NULL);
		pptp_sink_string(s, "name", names[m->what]);
		pptp_sink_string(s, "by", m->by == PPTP_US ? "us" : "server");
		pptp_record_walk_time(s, "at_us", m->at);
		s->end(s);
	}
	s->end(s);
	s->end(s);
}

void pptp_record_walk(const struct pptp_record *r, struct pptp_sink *s)
{
	s->object(s, NULL);
	walk_head(r, s);
	s->array(s, "notes");
	for (unsigned i = 0; i < r->notes; i++)
		pptp_record_walk_note(r, &r->note[i], s);
	s->end(s);
	walk_tcp(r, s);
	walk_control(r, s);
	walk_call(r, s);
	walk_gre(r, s);
	pptp_record_walk_ppp(r, s);
	walk_teardown(r, s);
	s->end(s);
}
