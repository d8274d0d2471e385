/* SPDX-License-Identifier: BSD-2-Clause */
/* An LCP packet from its code on; every option 3 in it encodes to itself. */
#include "fuzz/fuzz_ppp.h"

#include "format/lcp.h"

static void check_method(const struct pptp_option *o)
{
	struct pptp_method m, again;
	char text[PPTP_METHOD_TEXT];
	uint8_t bytes[5];
	struct pptp_writer w;

	if (!pptp_method_decode(&m, o))
		return;
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_method_encode(&w, m);
	CHECK(pptp_writer_ok(&w) && w.length <= o->length);
	CHECK(memcmp(bytes + 2, o->value, w.length - 2) == 0);
	pptp_method_name(m, text);
	CHECK(pptp_method_parse(&again, text) == (m.protocol != 0));
	CHECK(m.protocol == 0 || pptp_method_equal(m, again));
}

static void check_text(const uint8_t *data, size_t size)
{
	char text[PPTP_METHOD_TEXT + 4] = "";
	struct pptp_method m;

	if (size > 0)
		memcpy(text, data,
		       size < sizeof(text) ? size : sizeof(text) - 1);
	if (pptp_method_parse(&m, text))
		CHECK(m.protocol != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pptp_ppp_packet p;
	struct pptp_option o;

	fuzz_walk_as(PPTP_PPP_LCP, data, size);
	check_text(data, size);
	if (!fuzz_packet(&p, data, size))
		return 0;
	while (pptp_option_next(&p.data, &o)) {
		CHECK(o.length >= 2);
		if (o.type == PPTP_LCP_AUTHENTICATION)
			check_method(&o);
	}
	return 0;
}
