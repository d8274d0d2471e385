/* SPDX-License-Identifier: BSD-2-Clause */
/* What a capture has to let through for a conversation. */
#include "core/conversation.h"

#include <string.h>

#include "format/text.h"

static void put(struct pptp_writer *w, const char *text)
{
	pptp_write_bytes(w, text, strlen(text));
}

static void put_number(struct pptp_writer *w, unsigned value)
{
	char text[20];

	pptp_write_bytes(w, text,
			 (size_t)(pptp_text_digits(text, value, 1) - text));
}

/* SYN, SYN-ACK and RST of either side, the kernel's own too; and whatever
 * comes for a port that only hand-made SYNs leave from, a bare ACK for one.
 * Libpcap cannot index TCP over IPv6; its fields are at a fixed place without
 * extension headers. */
static void put_first_contact(struct pptp_writer *w)
{
	put(w, " and (tcp[13] & 6 != 0 or tcp[2:2] >= ");
	put_number(w, PPTP_SYN_PORT);
	put(w, " or (ip6 and (ip6[53] & 6 != 0 or ip6[42:2] >= ");
	put_number(w, PPTP_SYN_PORT);
	put(w, ")))");
}

int pptp_conversation_filter(const struct pptp_address *target, uint16_t port,
			     bool stream, char *text, size_t room)
{
	struct pptp_writer w;
	char address[PPTP_ADDRESS_TEXT];

	pptp_writer_init(&w, text, room);
	put(&w, "icmp or icmp6 or ");
	if (target != NULL) {
		/* GRE from elsewhere with our Call-ID is worth a note. */
		pptp_address_format(target, address);
		put(&w, "ip proto 47 or (host ");
		put(&w, address);
		put(&w, " and tcp port ");
	} else {
		put(&w, "ip proto 47 or (tcp port ");
	}
	put_number(&w, port);
	if (!stream)
		put_first_contact(&w);
	put(&w, ")");
	pptp_write_u8(&w, 0);
	return pptp_writer_ok(&w) ? (int)w.length - 1 : PPTP_ERROR_SPACE;
}
