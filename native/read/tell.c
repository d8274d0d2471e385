/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/tell.h"

#include "format/text.h"
#include "read/source.h"

static void put_address(struct pptp_sink *s, const char *key,
			const struct pptp_address *a)
{
	char text[PPTP_ADDRESS_TEXT];

	if (a != NULL && a->family != 0)
		s->text(s, key, text, pptp_address_format(a, text));
}

struct pptp_sink *pptp_tell_begin(const struct pptp_teller *t,
				  const struct pptp_place *p)
{
	struct pptp_sink *s;

	if (t->stopped)
		return NULL;
	s = t->output->begin(t->output->context);
	s->object(s, NULL);
	if (p->frame != 0) {
		s->number(s, "frame", (int64_t)p->frame);
		if (p->time_us != PPTP_NO_TIME)
			pptp_text_walk_time(s, "time", p->time_us);
	}
	put_address(s, "source", p->source);
	put_address(s, "destination", p->destination);
	if (p->source_port != 0 || p->destination_port != 0) {
		s->number(s, "source_port", p->source_port);
		s->number(s, "destination_port", p->destination_port);
	}
	return s;
}

void pptp_tell_end(struct pptp_teller *t, struct pptp_sink *s, bool truncated)
{
	if (truncated)
		s->boolean(s, "truncated", true);
	s->end(s);
	if (!t->output->end(t->output->context))
		t->stopped = true;
}

void pptp_tell_malformed(struct pptp_sink *s, const char *why, size_t offset)
{
	s->object(s, "malformed");
	pptp_sink_string(s, "why", why);
	s->number(s, "offset", (int64_t)offset);
	s->end(s);
}
