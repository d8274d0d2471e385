/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON text; what was read is written, read and written again: the same. */
#include "fuzz/fuzz.h"

#include "format/json.h"

#define ROOM (1 << 17)

static char unescaped[ROOM];

/* The bytes of a string, with a NUL behind them. */
static size_t string_of(const struct pptp_json_token *t)
{
	size_t length = pptp_json_unescape(t, unescaped);

	CHECK(length <= t->length);
	unescaped[length] = '\0';
	return length;
}

/* Keys are told as texts: the writer's own never hold a zero byte. */
static void tell(struct pptp_sink *s, const struct pptp_json_token *t)
{
	switch (t->type) {
	case PPTP_JSON_OBJECT:
	case PPTP_JSON_ARRAY:
		s->array(s, NULL);
		break;
	case PPTP_JSON_CLOSE:
		s->end(s);
		break;
	case PPTP_JSON_KEY:
	case PPTP_JSON_TEXT:
		s->text(s, NULL, unescaped, string_of(t));
		break;
	case PPTP_JSON_NUMBER:
		s->number(s, NULL, t->whole ? t->integer : 0);
		break;
	case PPTP_JSON_TRUE:
	case PPTP_JSON_FALSE:
		s->boolean(s, NULL, t->type == PPTP_JSON_TRUE);
		break;
	case PPTP_JSON_NULL:
		s->null(s, NULL);
		break;
	}
}

/* False: the text is none, or deeper than the writer goes. */
static bool copy(struct pptp_json *j, char *room, const void *text,
		 size_t length)
{
	struct pptp_json_reader r;
	struct pptp_json_token t;

	pptp_json_init(j, room, ROOM);
	pptp_json_reader_init(&r, text, length);
	while (pptp_json_next(&r, &t))
		tell(&j->sink, &t);
	CHECK(r.why == NULL || r.where <= length);
	return r.why == NULL && !j->failed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char once[ROOM], twice[ROOM];
	struct pptp_json a, b;

	if (size > ROOM / 8 || !copy(&a, once, data, size))
		return 0;
	CHECK(copy(&b, twice, once, a.length));
	CHECK(a.length == b.length && memcmp(once, twice, a.length) == 0);
	return 0;
}
