/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/row.h"

#include <string.h>

#include "format/text.h"

static void walk_address(struct pptp_sink *s, const char *key,
			 const struct pptp_address *a)
{
	char text[PPTP_ADDRESS_TEXT];

	s->text(s, key, text, pptp_address_format(a, text));
}

static void walk_head(const struct pptp_journal_head *h, struct pptp_sink *s)
{
	s->number(s, "seed", (int64_t)h->seed);
	s->number(s, "count", (int64_t)h->count);
	s->number(s, "shard", (int64_t)h->shard);
	s->number(s, "shards", (int64_t)h->shards);
	s->number(s, "first", (int64_t)h->first);
	s->number(s, "end", (int64_t)h->end);
	pptp_sink_hex(s, "targets_hash", h->targets_hash, PPTP_HASH_SIZE);
	pptp_sink_hex(s, "options_hash", h->options_hash, PPTP_HASH_SIZE);
}

static void walk_arguments(const struct pptp_sweep_row *row,
			   struct pptp_sink *s)
{
	size_t i;

	s->array(s, "arguments");
	for (i = 0; i < row->argument_count; i++)
		pptp_sink_string(s, NULL, row->arguments[i]);
	s->end(s);
}

void pptp_sweep_row_walk(const struct pptp_sweep_row *row, struct pptp_sink *s)
{
	s->object(s, NULL);
	s->number(s, "schema", 1);
	pptp_sink_string(s, "kind", "scan");
	pptp_sink_hex(s, "run", row->head->run, PPTP_RUN_SIZE);
	pptp_text_walk_time(s, "time", row->time_us);
	pptp_sink_string(s, "release", row->release);
	walk_arguments(row, s);
	pptp_sink_string(s, "depth", row->depth);
	pptp_sink_string(s, "only", row->only);
	walk_address(s, "source", &row->source);
	if (row->interface != NULL)
		pptp_sink_string(s, "interface", row->interface);
	s->number(s, "rate", (int64_t)row->rate);
	s->number(s, "per_24", (int64_t)row->cap);
	s->number(s, "retries", (int64_t)row->retries);
	walk_head(row->head, s);
	s->end(s);
}

static const char *state_of(enum pptp_port_state answer)
{
	static const char *const names[] = {
	    [PPTP_PORT_SILENT] = "silent",
	    [PPTP_PORT_FILTERED] = "filtered",
	    [PPTP_PORT_CLOSED] = "closed",
	    [PPTP_PORT_OPEN] = "open",
	};

	return names[answer];
}

/* "icmp-3-13" */
static void walk_icmp(const struct pptp_syn_reply *reply, struct pptp_sink *s)
{
	char text[32], *at = pptp_text_words(text, "icmp-");

	at = pptp_text_digits(at, reply->icmp_type, 1);
	at = pptp_text_words(at, "-");
	at = pptp_text_digits(at, reply->icmp_code, 1);
	s->text(s, "reason", text, (size_t)(at - text));
	walk_address(s, "icmp_from", &reply->from);
}

static void walk_reply(const struct pptp_syn_reply *reply, struct pptp_sink *s)
{
	switch (reply->kind) {
	case PPTP_SYN_REPLY_SYN_ACK:
		pptp_sink_string(s, "reason", "syn-ack");
		break;
	case PPTP_SYN_REPLY_RST:
		pptp_sink_string(s, "reason", "rst");
		break;
	case PPTP_SYN_REPLY_ICMP:
	case PPTP_SYN_REPLY_NONE:
	default:
		walk_icmp(reply, s);
		return;
	}
	s->number(s, "ttl", reply->ttl);
	if (reply->kind == PPTP_SYN_REPLY_RST)
		return;
	/* rows are many: of the fingerprint, only what is odd */
	if (reply->window == 0)
		s->number(s, "window", 0);
}

/* Where it is known who answered, and no more of it. */
static const char *reason_of(enum pptp_port_state answer)
{
	static const char *const names[] = {
	    [PPTP_PORT_SILENT] = "timeout",
	    [PPTP_PORT_FILTERED] = NULL,
	    [PPTP_PORT_CLOSED] = "rst",
	    [PPTP_PORT_OPEN] = "syn-ack",
	};

	return names[answer];
}

static void walk_tcp(const struct pptp_syn_row *row, struct pptp_sink *s)
{
	s->object(s, "tcp");
	pptp_sink_string(s, "state", state_of(row->answer));
	if (row->reply != NULL)
		walk_reply(row->reply, s);
	else if (reason_of(row->answer) != NULL)
		pptp_sink_string(s, "reason", reason_of(row->answer));
	if (row->reply != NULL && row->rtt_us >= 0)
		s->number(s, "rtt_us", row->rtt_us);
	if (row->answers_any_port)
		s->boolean(s, "answers_any_port", true);
	s->end(s);
}

/* "a,b" as two texts. */
static void walk_labels(const char *labels, struct pptp_sink *s)
{
	size_t length;

	s->array(s, "labels");
	for (; *labels != '\0'; labels += length + (labels[length] == ',')) {
		length = strcspn(labels, ",");
		s->text(s, NULL, labels, length);
	}
	s->end(s);
}

void pptp_syn_row_walk(const struct pptp_syn_row *row, struct pptp_sink *s)
{
	s->object(s, NULL);
	s->number(s, "schema", 1);
	pptp_sink_string(s, "kind", "syn");
	pptp_sink_hex(s, "run", row->run, PPTP_RUN_SIZE);
	s->number(s, "position", (int64_t)row->position);
	walk_address(s, "target", &row->target);
	s->number(s, "port", row->port);
	if (row->labels != NULL)
		walk_labels(row->labels, s);
	pptp_text_walk_time(s, "time", row->time_us);
	walk_tcp(row, s);
	if (row->not_tested != NULL) {
		s->object(s, "control");
		pptp_sink_string(s, "state", "not_tested");
		pptp_sink_string(s, "reason", row->not_tested);
		s->end(s);
	}
	s->end(s);
}
