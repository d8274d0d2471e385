/* SPDX-License-Identifier: BSD-2-Clause */
/* Notes in words. */
#include "core/record_parts.h"

#include <string.h>

/* How a note's two numbers are told; ERRNO: not where it is 0, unknown. */
enum note_shape { PLAIN, NUMBER, TWO, ADDRESS, HEX, ERRNO };

struct note_text {
	const char *code, *before, *between, *after;
	enum note_shape shape;
};

static const struct note_text note_texts[PPTP_NOTE_COUNT] = {
    [PPTP_NOTE_CAPTURE_DROPS] = {"capture_drops", "the kernel dropped ", "",
				 " captured packets", NUMBER},
    [PPTP_NOTE_LOCAL_ICMP] = {"local_icmp",
			      "our own host answered GRE with ICMP 3/", "",
			      ": remove the local reject rule", NUMBER},
    [PPTP_NOTE_OTHER_SOURCE] = {"other_source",
				"GRE with our Call-ID came from ", "",
				" and was not used", ADDRESS},
    [PPTP_NOTE_ECHO_REQUEST] = {"echo_request", "the server sent Echo-Request ",
				"", "", HEX},
    [PPTP_NOTE_SET_LINK_INFO] = {"set_link_info",
				 "Set-Link-Info with send ACCM ",
				 " and receive ACCM ", "", HEX},
    [PPTP_NOTE_WAN_ERROR] = {"wan_error", "WAN-Error-Notify", "", "", PLAIN},
    [PPTP_NOTE_UNEXPECTED_CONTROL] = {"unexpected_control",
				      "control message type ", "",
				      " came unasked", NUMBER},
    [PPTP_NOTE_PEER_CALL_ID] = {"peer_call_id",
				"the reply names Peer's Call ID ",
				" where ours was ", "", TWO},
    [PPTP_NOTE_RESERVED] = {"reserved", "reserved bytes are not zero in type ",
			    ": ", "", TWO},
    [PPTP_NOTE_LONG_MESSAGE] = {"long_message", "control message type ",
				" has length ", "", TWO},
    [PPTP_NOTE_GRE_EARLY] = {"gre_early",
			     "GRE came before the Outgoing-Call-Reply", "", "",
			     PLAIN},
    [PPTP_NOTE_GRE_LATE] = {"gre_late",
			    "GRE came out of order and was not used", "", "",
			    PLAIN},
    [PPTP_NOTE_GRE_DUPLICATE] = {"gre_duplicate", "GRE came twice", "", "",
				 PLAIN},
    [PPTP_NOTE_MALFORMED] = {"malformed",
			     "a packet of the server's is malformed", "", "",
			     PLAIN},
    [PPTP_NOTE_PROTOCOL] = {"protocol", "PPP protocol ", "",
			    " came before authentication", HEX},
    [PPTP_NOTE_MAGIC_REJECTED] = {"magic_rejected",
				  "the server rejected our magic number", "",
				  "", PLAIN},
    [PPTP_NOTE_LOOPBACK] = {"loopback", "the server's magic number is ours", "",
			    "", PLAIN},
    [PPTP_NOTE_IDENTIFICATION] = {"identification",
				  "the server sent LCP Identification", "", "",
				  PLAIN},
    [PPTP_NOTE_LOST_SYNC] = {"lost_sync",
			     "the control stream can't be followed", "", "",
			     PLAIN},
    [PPTP_NOTE_STORE_FULL] = {"store_full", "more came than a record keeps", "",
			      "", PLAIN},
    [PPTP_NOTE_NO_GUARD] = {"no_guard", "protocol 47 could not be held", "", "",
			    ERRNO},
    [PPTP_NOTE_SEND_FAILED] = {"send_failed", "a packet could not be sent", "",
			       "", ERRNO},
    [PPTP_NOTE_CONNECT_FAILED] = {"connect_failed", "connect failed", "", "",
				  ERRNO},
    [PPTP_NOTE_SYN_DIFFERS] = {"syn_differs",
			       "our hand-made SYN and the kernel's connect() "
			       "were answered differently",
			       "", "", PLAIN},
    [PPTP_NOTE_ODD_SEGMENT] = {"odd_segment",
			       "a SYN was answered by a segment with flags ",
			       "", "", HEX},
    [PPTP_NOTE_SYN_ICMP] = {"syn_icmp", "ICMP ", "/",
			    " came for a SYN and decided nothing", TWO},
    [PPTP_NOTE_CONNECT_AGAIN] =
	{"connect_again",
	 "connect() was refused or unreachable, as ICMP "
	 "ends it, and was tried again",
	 "", "", PLAIN},
    [PPTP_NOTE_NOT_DELIVERED] = {"not_delivered",
				 "the server took none of the ", "",
				 " bytes that we sent", NUMBER},
    [PPTP_NOTE_CAPTURE_DEAF] = {"capture_deaf",
				"the kernel connected, and the capture heard "
				"nothing: replies come by another interface",
				"", "", PLAIN},
    [PPTP_NOTE_OWN_HOST] = {"own_host",
			    "the target is an address of this host: it was "
			    "asked past its firewall",
			    "", "", PLAIN},
    [PPTP_NOTE_GRE_ICMP] = {"gre_icmp", "ICMP ", "/",
			    " came for GRE, though GRE came too", TWO},
    [PPTP_NOTE_CONTROL_CUT] = {"control_cut",
			       "the server's stream ended after ", "",
			       " bytes of a control message", NUMBER},
    [PPTP_NOTE_ODD_RESULT] = {"odd_result", "control message type ",
			      " has result 0 and error ", "", TWO},
    [PPTP_NOTE_UNANSWERED] =
	{"unanswered",
	 "a Configure-Request was not answered: the answer "
	 "has ",
	 "", " bytes, too many for a packet", NUMBER},
    [PPTP_NOTE_CALL_CLEAR] = {"call_clear",
			      "the server sent Call-Clear-Request", "", "",
			      PLAIN},
};

static char *hexadecimal(char *at, uint32_t value)
{
	at = pptp_text_words(at, "0x");
	for (int shift = 28; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[value >> shift & 15];
	return at;
}

static char *note_value(char *at, enum note_shape shape, uint32_t value)
{
	struct pptp_address a;

	if (shape == HEX)
		return hexadecimal(at, value);
	if (shape == ADDRESS) {
		a = pptp_address_v4(value);
		return at + pptp_address_format(&a, at);
	}
	if (shape == ERRNO && value == 0)
		return at;
	return pptp_text_digits(
	    shape == ERRNO ? pptp_text_words(at, ": errno ") : at, value, 1);
}

void pptp_record_walk_note(const struct pptp_record *r,
			   const struct pptp_note *note, struct pptp_sink *s)
{
	const struct note_text *t = &note_texts[note->code];
	uint32_t b =
	    note->code == PPTP_NOTE_SET_LINK_INFO ? r->receive_accm : note->b;
	char text[192], *at = pptp_text_words(text, t->before);

	if (t->shape != PLAIN)
		at = note_value(at, t->shape, note->a);
	at = pptp_text_words(at, t->between);
	if (t->shape == TWO || (t->shape == HEX && *t->between != '\0'))
		at = note_value(at, t->shape, b);
	at = pptp_text_words(at, t->after);
	s->object(s, NULL);
	pptp_sink_string(s, "code", t->code);
	s->text(s, "text", text, (size_t)(at - text));
	s->number(s, "count", note->count);
	s->end(s);
}
