/* SPDX-License-Identifier: BSD-2-Clause */
/* Each note: what makes it, with its numbers and its literal text, and that it
 * is the only one. */
#include "unit/peer.h"

static char text[1 << 20];

/* Numbers that its words do not tell are 0 in a note, but for the packet that it
 * is about. */
static void ck_assert_untold_is_zero(const struct pptp_note *n)
{
	static const uint8_t two[] = {
	    PPTP_NOTE_PEER_CALL_ID, PPTP_NOTE_RESERVED, PPTP_NOTE_LONG_MESSAGE,
	    PPTP_NOTE_SYN_ICMP,     PPTP_NOTE_GRE_ICMP, PPTP_NOTE_ODD_RESULT};
	static const uint8_t none[] = {
	    PPTP_NOTE_WAN_ERROR,      PPTP_NOTE_CALL_CLEAR,
	    PPTP_NOTE_CONNECT_AGAIN,  PPTP_NOTE_OWN_HOST,
	    PPTP_NOTE_SYN_DIFFERS,    PPTP_NOTE_GRE_EARLY,
	    PPTP_NOTE_LOST_SYNC,      PPTP_NOTE_IDENTIFICATION,
	    PPTP_NOTE_MAGIC_REJECTED,
	};

	if (memchr(two, n->code, sizeof(two)) == NULL)
		ck_assert_uint_eq(n->b, 0);
	if (memchr(none, n->code, sizeof(none)) != NULL)
		ck_assert_uint_eq(n->a, 0);
}

/* The record has this one note, and no other. */
static void only(const char *code, unsigned count, const char *words)
{
	char note[512];
	struct pptp_writer out;
	char number[4] = {(char)('0' + count), '\0'};
	const char *const parts[] = {"\"notes\":[{\"code\":\"",
				     code,
				     "\",\"text\":\"",
				     words,
				     "\",\"count\":",
				     number,
				     "}],",
				     NULL};

	pptp_writer_init(&out, note, sizeof(note));
	for (unsigned i = 0; parts[i] != NULL; i++)
		pptp_write_bytes(&out, parts[i], strlen(parts[i]));
	pptp_write_u8(&out, 0);
	ck_assert(pptp_writer_ok(&out));
	as_json(&w.c.record, text, sizeof(text));
	ck_assert_has(text, note);
	ck_assert_untold_is_zero(&w.c.record.note[0]);
}

static void call(void)
{
	struct setting f = plan();

	open_call(&f);
}

static void offered(const char *options)
{
	call();
	lcp(PPTP_CONFIGURE_REQUEST, 1, options);
}

START_TEST(a_clean_call_has_no_notes)
{
	struct setting f = knocking();
	struct pptp_tcp syn;
	struct lcp request;

	begin(&f);
	syn = expect_syn();
	answer_syn(&syn, PPTP_TCP_SYN | PPTP_TCP_ACK, syn.sequence_number + 1);
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	say(PPTP_OCRP);
	w.read = w.sent - 1;
	request = expect_lcp(PPTP_CONFIGURE_REQUEST);
	lcp(PPTP_CONFIGURE_ACK, request.p.identifier, "0506aa6a6acf");
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_ACK);
	lcp(PPTP_LCP_ECHO_REQUEST, 0, "aa6a6ace");
	expect_lcp(PPTP_LCP_ECHO_REPLY);
	ppp(PPTP_PPP_CHAP, PPTP_CHAP_CHALLENGE, 142, CHALLENGE);
	farewell();
	as_json(&w.c.record, text, sizeof(text));
	ck_assert_has(text, "\"notes\":[],");
	ck_assert_has(text, "\"ended_by\":\"complete\"");
}
END_TEST

/* What only the owner of the socket knows. */
START_TEST(notes_of_the_sockets_owner)
{
	static const struct {
		enum pptp_note_code code;
		const char *name, *words, *unknown;
	} notes[] = {
	    {PPTP_NOTE_CAPTURE_DROPS, "capture_drops",
	     "the kernel dropped 7 captured packets",
	     "the kernel dropped 0 captured packets"},
	    {PPTP_NOTE_NO_GUARD, "no_guard",
	     "protocol 47 could not be held: errno 7",
	     "protocol 47 could not be held"},
	    {PPTP_NOTE_SEND_FAILED, "send_failed",
	     "a packet could not be sent: errno 7",
	     "a packet could not be sent"},
	    {PPTP_NOTE_CONNECT_FAILED, "connect_failed",
	     "connect failed: errno 7", "connect failed"},
	    {PPTP_NOTE_NOT_DELIVERED, "not_delivered",
	     "the server took none of the 7 bytes that we sent",
	     "the server took none of the 0 bytes that we sent"},
	    {PPTP_NOTE_CAPTURE_DEAF, "capture_deaf",
	     "the kernel connected, and the capture heard nothing: replies "
	     "come by another interface",
	     "the kernel connected, and the capture heard nothing: replies "
	     "come by another interface"},
	};

	for (unsigned i = 0; i < sizeof(notes) / sizeof(*notes); i++) {
		start();
		pptp_conversation_note(&w.c, notes[i].code, 7);
		pptp_conversation_note(&w.c, notes[i].code, 8);
		only(notes[i].name, 2, notes[i].words);
		start();
		pptp_conversation_note(&w.c, notes[i].code, 0);
		only(notes[i].name, 1, notes[i].unknown);
	}
}
END_TEST

/* ---- first contact ------------------------------------------------------- */

static struct pptp_tcp knock_at(enum pptp_depth depth)
{
	struct setting f = knocking();

	f.plan.depth = depth;
	if (depth == PPTP_DEPTH_SYN)
		f.plan.opening = PPTP_OPENING_SYN_ONLY;
	begin(&f);
	return expect_syn();
}

static void input(enum pptp_input what)
{
	w.now += MS;
	pptp_conversation_input(&w.c, what, NULL, 0, w.now);
	drain();
}

START_TEST(syn_differs)
{
	knock_at(PPTP_DEPTH_CALL);
	wait_for(1 * S);
	input(PPTP_INPUT_CONNECTED);
	wait_for(20 * S);
	only("syn_differs", 1,
	     "our hand-made SYN and the kernel's connect() were answered "
	     "differently");
}
END_TEST

START_TEST(odd_segment)
{
	struct pptp_tcp syn = knock_at(PPTP_DEPTH_SYN);

	answer_syn(&syn, PPTP_TCP_ACK, 4711);
	answer_syn(&syn, PPTP_TCP_RST, 0);
	only("odd_segment", 2,
	     "a SYN was answered by a segment with flags 0x00000010");
}
END_TEST

START_TEST(syn_icmp)
{
	knock_at(PPTP_DEPTH_SYN);
	unreachable("192.0.2.254", 1, &w.log[0]);
	wait_for(10 * S);
	only("syn_icmp", 1, "ICMP 3/1 came for a SYN and decided nothing");
}
END_TEST

START_TEST(connect_again)
{
	struct setting f = plan();

	begin(&f);
	input(PPTP_INPUT_UNREACHABLE);
	wait_for(1 * S);
	input(PPTP_INPUT_CONNECTED);
	only("connect_again", 1,
	     "connect() was refused or unreachable, as ICMP ends it, and was "
	     "tried again");
}
END_TEST

START_TEST(own_host)
{
	struct setting f = plan();

	f.vantage.own_host = true;
	begin(&f);
	only("own_host", 1,
	     "the target is an address of this host: it was asked past its "
	     "firewall");
}
END_TEST

/* ---- the control connection ---------------------------------------------- */

START_TEST(echo_request)
{
	struct pptp_control m = message(PPTP_ECHO_REQUEST);

	start();
	m.identifier = 0xdeadbeef;
	control(&m);
	m.identifier = 1;
	control(&m);
	only("echo_request", 2, "the server sent Echo-Request 0xdeadbeef");
}
END_TEST

START_TEST(set_link_info)
{
	struct pptp_control m = message(PPTP_SLI);

	call();
	m.send_accm = 0xffffffff;
	m.receive_accm = 0x000a0000;
	control(&m);
	m.receive_accm = 1; /* the first one's are kept */
	control(&m);
	only("set_link_info", 2,
	     "Set-Link-Info with send ACCM 0xffffffff and receive ACCM "
	     "0x000a0000");
}
END_TEST

START_TEST(wan_error)
{
	call();
	say(PPTP_WEN);
	only("wan_error", 1, "WAN-Error-Notify");
}
END_TEST

START_TEST(unexpected_control)
{
	struct pptp_control m = message(PPTP_SCCRP);
	uint8_t bytes[PPTP_CONTROL_HEADER] = {0,    12,   0,    1, 0x1a,
					      0x2b, 0x3c, 0x4d, 0, 99};

	start();
	say(PPTP_OCRP);
	only("unexpected_control", 1, "control message type 8 came unasked");
	start();
	control(&m);
	control(&m);
	only("unexpected_control", 1, "control message type 2 came unasked");
	start();
	say(PPTP_ECHO_REPLY);
	only("unexpected_control", 1, "control message type 6 came unasked");
	start();
	say(PPTP_CDN);
	only("unexpected_control", 1, "control message type 13 came unasked");
	start();
	stream(bytes, sizeof(bytes)); /* no such type */
	as_json(&w.c.record, text, sizeof(text));
	ck_assert_has(text, "control message type 99 came unasked");
}
END_TEST

START_TEST(peer_call_id)
{
	struct pptp_control m = message(PPTP_OCRP);

	start();
	say(PPTP_SCCRP);
	m.peer_call_id = 0x2c1a;
	control(&m);
	only("peer_call_id", 1,
	     "the reply names Peer's Call ID 11290 where ours was 6700");
}
END_TEST

START_TEST(reserved)
{
	struct pptp_control m = message(PPTP_ECHO_REQUEST);

	/* result and version stand where others have reserved bytes */
	start();
	m.control_message_type = PPTP_SCCRP;
	m.reserved0 = 0x0102;
	control(&m);
	only("reserved", 1, "reserved bytes are not zero in type 2: 258");
	call();
	m = message(PPTP_CDN);
	m.reserved1 = 7;
	control(&m);
	only("reserved", 1, "reserved bytes are not zero in type 13: 7");
}
END_TEST

START_TEST(long_message)
{
	uint8_t bytes[PPTP_CONTROL_MAX] = {0};
	struct pptp_control m = message(PPTP_SCCRP);
	struct pptp_writer out;

	start();
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_control_encode(&out, &m);
	pptp_patch_u16(&out, 0, 160);
	stream(bytes, 160);
	only("long_message", 1, "control message type 2 has length 160");
}
END_TEST

START_TEST(lost_sync)
{
	call();
	stream("no message of PPTP", 18);
	only("lost_sync", 1, "the control stream can't be followed");
}
END_TEST

START_TEST(control_cut)
{
	start();
	stream("\0\x9c\0\1\x1a\x2b\x3c\x4d\0", 9);
	input(PPTP_INPUT_CLOSED);
	only("control_cut", 1,
	     "the server's stream ended after 9 bytes of a control message");
}
END_TEST

START_TEST(odd_result)
{
	struct pptp_control m = message(PPTP_SCCRP);

	start();
	m.result_code = 0;
	m.error_code = 1;
	control(&m);
	only("odd_result", 1,
	     "control message type 2 has result 0 and error 1");
}
END_TEST

START_TEST(call_clear)
{
	call();
	say(PPTP_CCRQ);
	only("call_clear", 1, "the server sent Call-Clear-Request");
}
END_TEST

/* ---- GRE ----------------------------------------------------------------- */

START_TEST(other_source)
{
	call();
	gre_from(ELSEWHERE, OURS, 1,
		 (struct frame){PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1, ""});
	only("other_source", 1,
	     "GRE with our Call-ID came from 192.0.2.99 and was not used");
}
END_TEST

START_TEST(gre_early)
{
	start();
	say(PPTP_SCCRP);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	only("gre_early", 1, "GRE came before the Outgoing-Call-Reply");
}
END_TEST

START_TEST(gre_late_and_duplicate)
{
	call();
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	w.sequence = 0;
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	only("gre_late", 1, "GRE came out of order and was not used");
	call();
	w.sequence = 0; /* the Ack's own number */
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	only("gre_duplicate", 1, "GRE came twice");
}
END_TEST

START_TEST(late_gre_is_not_acknowledged)
{
	call();
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	w.sequence = 0;
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	w.sequence = 2;
	lcp(PPTP_LCP_ECHO_REQUEST, 1, "00000000");
	w.read = w.sent - 1;
	ck_assert_uint_eq(
	    expect_lcp(PPTP_LCP_ECHO_REPLY).gre.acknowledgment_number, 2);
	w.sequence = 1;
	lcp(PPTP_LCP_ECHO_REQUEST, 2, "00000000"); /* late, and unanswered */
	nothing_more();
	w.sequence = 3;
	lcp(PPTP_LCP_ECHO_REQUEST, 3, "00000000");
	ck_assert_uint_eq(
	    expect_lcp(PPTP_LCP_ECHO_REPLY).gre.acknowledgment_number, 3);
}
END_TEST

START_TEST(gre_icmp)
{
	call();
	unreachable(SERVER, 2, last_packet());
	wait_for(30 * S);
	only("gre_icmp", 1, "ICMP 3/2 came for GRE, though GRE came too");
}
END_TEST

static void local_icmp_about(uint16_t call_id)
{
	uint8_t bytes[128];
	struct pptp_writer out;
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = address(US);
	ip.destination = address(SERVER);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_ip_encode(&out, &ip, 8 + 28);
	pptp_write_u8(&out, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&out, 10);
	pptp_write_zeros(&out, 6);
	ip.source = address(SERVER);
	ip.destination = address(US);
	ip.protocol = PPTP_IP_GRE;
	pptp_ip_encode(&out, &ip, 40);
	pptp_write_u16(&out, 0x3001);
	pptp_write_u16(&out, PPTP_GRE_PROTOCOL);
	pptp_write_u16(&out, 28);
	pptp_write_u16(&out, call_id);
	packet(bytes, out.length);
}

START_TEST(local_icmp)
{
	call();
	local_icmp_about(OURS + 1);
	as_json(&w.c.record, text, sizeof(text));
	ck_assert_has(text, "\"notes\":[],");
	local_icmp_about(OURS);
	only("local_icmp", 1,
	     "our own host answered GRE with ICMP 3/10: remove the local "
	     "reject rule");
}
END_TEST

/* ---- PPP ----------------------------------------------------------------- */

/* A GRE payload as it is. */
static void payload(const char *hex)
{
	uint8_t bytes[128];

	ck_assert(packet(bytes,
			 call_packet(w.sequence++, hex, bytes, sizeof(bytes))));
}

START_TEST(malformed)
{
	static const char *const frames[] = {
	    "ff03 c0",              /* no protocol */
	    "ff03 c021 01 01",      /* no length */
	    "ff03 c021 01 01 0020", /* longer than it is */
	};
	const char *words = "a packet of the server's is malformed";

	for (unsigned i = 0; i < 3; i++) {
		call();
		payload(frames[i]);
		only("malformed", 1, words);
		ck_assert_uint_eq(w.c.record.note[0].a, PPTP_GRE_PROTOCOL);
	}
	offered("0206000000000300");
	only("malformed", 1, words);
	ck_assert_uint_eq(w.c.record.note[0].a, PPTP_PPP_LCP);
}
END_TEST

START_TEST(protocol)
{
	offered(OFFER_V2);
	ppp(PPTP_PPP_IPCP, PPTP_CONFIGURE_REQUEST, 1, "03060a4e0501");
	only("protocol", 1,
	     "PPP protocol 0x00008021 came before authentication");
}
END_TEST

START_TEST(magic_rejected)
{
	call();
	lcp(PPTP_CONFIGURE_REJECT, w.c.identifier, "0506aa6a6acf");
	only("magic_rejected", 1, "the server rejected our magic number");
}
END_TEST

START_TEST(loopback)
{
	static const char digits[] = "0123456789abcdef";
	char options[13] = "0506";

	call();
	for (unsigned i = 0; i < 8; i++)
		options[4 + i] = digits[w.c.magic >> (28 - 4 * i) & 15];
	options[12] = '\0';
	lcp(PPTP_CONFIGURE_REQUEST, 1, options);
	only("loopback", 1, "the server's magic number is ours");
}
END_TEST

START_TEST(identification)
{
	call();
	lcp(PPTP_IDENTIFICATION, 1, "00000000");
	only("identification", 1, "the server sent LCP Identification");
}
END_TEST

static void many(char *options, unsigned count)
{
	options[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		strcat(options, "1128");
		for (unsigned n = 0; n < 38; n++)
			strcat(options, "00");
	}
}

START_TEST(unanswered)
{
	char options[1024];

	many(options, 12);
	offered(options);
	only("unanswered", 1,
	     "a Configure-Request was not answered: the answer has 484 bytes, "
	     "too many for a packet");
}
END_TEST

START_TEST(store_full)
{
	char options[1024];

	many(options, 11);
	offered(options);
	options[79] = '1'; /* not the same bytes */
	lcp(PPTP_CONFIGURE_REQUEST, 2, options);
	only("store_full", 1, "more came than a record keeps");
}
END_TEST

static void claims_of_talk(Suite *s)
{
	CLAIM(s, a_clean_call_has_no_notes);
	CLAIM(s, notes_of_the_sockets_owner);
	CLAIM(s, syn_differs);
	CLAIM(s, odd_segment);
	CLAIM(s, syn_icmp);
	CLAIM(s, connect_again);
	CLAIM(s, own_host);
	CLAIM(s, echo_request);
	CLAIM(s, set_link_info);
	CLAIM(s, wan_error);
	CLAIM(s, unexpected_control);
	CLAIM(s, peer_call_id);
	CLAIM(s, reserved);
	CLAIM(s, long_message);
	CLAIM(s, lost_sync);
	CLAIM(s, control_cut);
	CLAIM(s, odd_result);
	CLAIM(s, call_clear);
}

static void claims_of_the_call(Suite *s)
{
	CLAIM(s, other_source);
	CLAIM(s, gre_early);
	CLAIM(s, gre_late_and_duplicate);
	CLAIM(s, late_gre_is_not_acknowledged);
	CLAIM(s, gre_icmp);
	CLAIM(s, local_icmp);
	CLAIM(s, malformed);
	CLAIM(s, protocol);
	CLAIM(s, magic_rejected);
	CLAIM(s, loopback);
	CLAIM(s, identification);
	CLAIM(s, unanswered);
	CLAIM(s, store_full);
}

int main(void)
{
	Suite *s = suite_create("notes");

	claims_of_talk(s);
	claims_of_the_call(s);
	return run_suite(s);
}
