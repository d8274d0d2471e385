/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for every conversation, whatever a server says and in whichever
 * order: random scripts in virtual time against a model of what RFC 2637 lets
 * a caller say. */
#include "core/talk.h"
#include "unit/peer.h"

#define SCRIPTS 20000
#define STEPS   24

/* What has been said by both sides: of ours what left, of the server's what
 * was put in. */
static struct model {
	bool sccrq, ocrq, guard, clear, stop, closed;        /* we */
	bool sccrp, ocrp, over, stop_request, echo, started; /* the server */
	bool ended; /* its FIN, RST, or bytes that are no PPTP */
	uint16_t call_id;
	unsigned terminate_acks, terminate_requests;
	int64_t connected_at, farewell_at;
} m;

static uint32_t seed;

static unsigned draw(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return (seed * UINT32_C(2654435769) >> 8) % below;
}

/* ---- what we say --------------------------------------------------------- */

static void check_control(const uint8_t *bytes, size_t length)
{
	struct pptp_control c;
	struct pptp_reader in;

	pptp_reader_init(&in, bytes, length);
	ck_assert(pptp_control_decode(&c, &in));
	ck_assert_uint_eq(c.length, length);
	ck_assert(!m.ended && !m.closed);
	switch (c.control_message_type) {
	case PPTP_SCCRQ:
		ck_assert(!m.sccrq);
		m.sccrq = true;
		break;
	case PPTP_OCRQ:
		ck_assert(m.sccrp && !m.ocrq && m.guard && !m.stop);
		ck_assert(!m.stop_request);
		m.ocrq = true;
		break;
	case PPTP_ECHO_REPLY:
		ck_assert(m.echo);
		m.echo = false;
		break;
	case PPTP_CCRQ:
		ck_assert(m.ocrp && !m.over && !m.clear && !m.stop);
		m.clear = true;
		break;
	case PPTP_STOP_CCRQ:
		ck_assert(m.sccrp && !m.stop && !m.stop_request);
		m.stop = true;
		break;
	case PPTP_STOP_CCRP:
		ck_assert(m.stop_request);
		break;
	default:
		ck_abort_msg("type %u", c.control_message_type);
	}
}

static void check_packet(const uint8_t *bytes, size_t length)
{
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_gre gre;
	struct pptp_ppp_frame frame;
	struct pptp_ppp_packet p;

	pptp_reader_init(&in, bytes, length);
	ck_assert(pptp_ip_decode(&ip, &in));
	ck_assert(pptp_gre_decode(&gre, &ip.payload));
	ck_assert(m.ocrp && !m.over && !m.clear && !m.stop && !m.closed);
	ck_assert_uint_eq(gre.call_id, m.call_id);
	if (gre.payload_length == 0)
		return;
	ck_assert(pptp_ppp_frame_decode(&frame, &gre.payload));
	ck_assert_uint_eq(frame.protocol, PPTP_PPP_LCP);
	ck_assert(pptp_ppp_packet_decode(&p, &frame.payload));
	if (p.code == PPTP_TERMINATE_ACK)
		ck_assert_uint_le(++m.terminate_acks, m.terminate_requests);
}

static void perform(void)
{
	uint8_t data[PPTP_PACKET_ROOM];
	enum pptp_action action;
	size_t length;
	unsigned n = 0;

	while ((action = pptp_conversation_output(&w.c, data, &length,
						  w.now)) != PPTP_ACTION_NONE) {
		ck_assert_uint_lt(++n, 32);
		ck_assert(!m.closed);
		if (action == PPTP_ACTION_STREAM)
			check_control(data, length);
		else if (action == PPTP_ACTION_PACKET)
			check_packet(data, length);
		else if (action == PPTP_ACTION_GUARD)
			m.guard = true;
		else if (action == PPTP_ACTION_CLOSE)
			m.closed = true;
	}
	if (w.c.state >= TALK_TERMINATING && m.farewell_at == 0)
		m.farewell_at = w.now;
	if (w.c.state == TALK_FINISHED)
		return;
	ck_assert_int_lt(w.now, m.connected_at + 34 * S + MS);
	if (m.farewell_at != 0)
		ck_assert_int_lt(w.now, m.farewell_at + 9 * S + MS);
}

/* ---- what the server says ------------------------------------------------ */

static const uint8_t types[] = {
    PPTP_SCCRP,      PPTP_SCCRP,        PPTP_OCRP,      PPTP_OCRP,
    PPTP_CDN,        PPTP_CCRQ,         PPTP_STOP_CCRQ, PPTP_STOP_CCRP,
    PPTP_ECHO_REPLY, PPTP_ECHO_REQUEST, PPTP_SLI,       PPTP_WEN,
    PPTP_OCRQ,       PPTP_ICRQ,         PPTP_SCCRP,     PPTP_OCRP,
};

static bool is_success(const struct pptp_control *c)
{
	return c->result_code == 1 ||
	       (c->result_code == 0 && c->error_code <= 1);
}

/* As a caller has to understand it. */
static void follow(const struct pptp_control *c)
{
	switch (c->control_message_type) {
	case PPTP_SCCRP:
		if (m.sccrq && !m.started)
			m.sccrp = is_success(c);
		m.started |= m.sccrq;
		break;
	case PPTP_OCRP:
		if (m.ocrq && m.call_id == 0) {
			m.ocrp = is_success(c);
			m.call_id = c->call_id;
		}
		break;
	case PPTP_CDN:
	case PPTP_CCRQ:
		m.over |= m.ocrq;
		break;
	case PPTP_STOP_CCRQ:
		m.over = m.stop_request = true;
		break;
	case PPTP_ECHO_REQUEST:
		m.echo = true;
		break;
	default:
		break;
	}
}

static struct pptp_control random_message(void)
{
	static const uint8_t results[] = {1, 1, 1, 0, 0, 2, 7};
	struct pptp_control c = message(types[draw(sizeof(types))]);

	c.result_code = results[draw(sizeof(results))];
	c.error_code = (uint8_t)(draw(4) == 0 ? draw(3) : 0);
	c.call_id = (uint16_t)(1 + draw(65535));
	/* so that calls are granted more often than chance would */
	if (draw(2) == 0 && !m.started)
		c.control_message_type = PPTP_SCCRP;
	else if (draw(2) == 0 && m.ocrq && m.call_id == 0)
		c.control_message_type = PPTP_OCRP;
	return c;
}

static void server_speaks(void)
{
	uint8_t bytes[4 * PPTP_CONTROL_MAX];
	struct pptp_writer out;
	unsigned messages = 1 + draw(3);

	pptp_writer_init(&out, bytes, sizeof(bytes));
	for (unsigned i = 0; i < messages; i++) {
		struct pptp_control c = random_message();

		pptp_control_encode(&out, &c);
		if (!m.ended)
			follow(&c);
	}
	if (draw(40) == 0) {
		pptp_write_bytes(&out, "no PPTP at all", 14);
		m.ended = true;
	}
	pptp_conversation_input(&w.c, PPTP_INPUT_STREAM, bytes, out.length,
				w.now);
}

static void server_sends_ppp(void)
{
	static const struct {
		uint16_t protocol;
		uint8_t code;
		const char *data;
	} frames[] = {
	    {PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, OFFER_V2},
	    {PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, OFFER_PAP},
	    {PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, OFFER_NONE},
	    {PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, "1104064e"},
	    {PPTP_PPP_LCP, PPTP_CONFIGURE_ACK, ""},
	    {PPTP_PPP_LCP, PPTP_CONFIGURE_NAK, ""},
	    {PPTP_PPP_LCP, PPTP_CONFIGURE_REJECT, ""},
	    {PPTP_PPP_LCP, PPTP_TERMINATE_REQUEST, "6f7665"},
	    {PPTP_PPP_LCP, PPTP_TERMINATE_ACK, ""},
	    {PPTP_PPP_LCP, PPTP_LCP_ECHO_REQUEST, "00000000"},
	    {PPTP_PPP_CHAP, PPTP_CHAP_CHALLENGE, "0411223344 78"},
	    {PPTP_PPP_IPCP, PPTP_CONFIGURE_REQUEST, "03060a4e0501"},
	};
	unsigned i = draw(sizeof(frames) / sizeof(*frames));
	uint8_t identifier = draw(2) == 0 ? w.c.identifier : (uint8_t)draw(256);
	struct vector data = vector(frames[i].data);
	struct pptp_ip ip = {.ttl = 64};
	struct pptp_gre gre = {.has_sequence = true};
	struct pptp_writer out;
	uint8_t payload[512], bytes[640];
	int n;

	ip.source = w.c.record.target;
	ip.destination = w.c.record.source;
	gre.call_id = OURS;
	gre.sequence_number = w.sequence++;
	pptp_writer_init(&out, payload, sizeof(payload));
	pptp_ppp_frame_encode(&out, frames[i].protocol);
	pptp_ppp_packet_encode(&out, frames[i].code, identifier, data.bytes,
			       data.length);
	n = pptp_gre_packet_encode(&ip, &gre, payload, out.length, bytes,
				   sizeof(bytes));
	m.terminate_requests += frames[i].code == PPTP_TERMINATE_REQUEST &&
				frames[i].protocol == PPTP_PPP_LCP;
	pptp_conversation_input(&w.c, PPTP_INPUT_PACKET, bytes, (size_t)n,
				w.now);
}

static void time_passes(int64_t us)
{
	int64_t end = w.now + us, next;

	while ((next = pptp_conversation_deadline(&w.c)) <= end) {
		w.now = next > w.now ? next : w.now;
		pptp_conversation_input(&w.c, PPTP_INPUT_TICK, NULL, 0, w.now);
		perform();
	}
	w.now = end;
}

static void step(void)
{
	switch (draw(12)) {
	case 0:
	case 1:
	case 2:
	case 3:
		server_speaks();
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		server_sends_ppp();
		break;
	case 8:
	case 9:
		time_passes(draw(4) == 0 ? draw(4000) * MS : draw(300) * MS);
		break;
	case 10:
		if (draw(8) != 0)
			break;
		m.ended = true;
		pptp_conversation_input(
		    &w.c, draw(2) == 0 ? PPTP_INPUT_CLOSED : PPTP_INPUT_RESET,
		    NULL, 0, w.now);
		break;
	default:
		if (draw(8) == 0)
			pptp_conversation_abort(&w.c, w.now);
		break;
	}
}

static void begin_script(unsigned number)
{
	static const char *const asks[] = {NULL, "pap", "eap", "mschap_v1,pap"};
	struct setting f = plan();
	const char *ask;

	memset(&w, 0, sizeof(w));
	memset(&m, 0, sizeof(m));
	seed = number * UINT32_C(2654435769) + 1;
	for (unsigned i = 0; i < 4; i++)
		(void)draw(2);
	ask = asks[draw(4)];
	if (ask != NULL)
		ck_assert(pptp_methods_parse(f.plan.ask, ask));
	f.plan.decline = draw(4) == 0;
	w.now = 1000 * S;
	ck_assert_int_eq(
	    pptp_conversation_init(&w.c, &f.plan, &f.vantage, w.now), PPTP_OK);
	m.connected_at = w.now;
	perform();
	pptp_conversation_input(&w.c, PPTP_INPUT_CONNECTED, NULL, 0, w.now);
}

/* A finished record never changes, and nothing more is said. */
static void nothing_after_the_end(void)
{
	static struct pptp_record before;

	ck_assert(pptp_conversation_finished(&w.c));
	before = w.c.record;
	for (unsigned i = 0; i < 4; i++) {
		server_speaks();
		server_sends_ppp();
		pptp_conversation_input(&w.c, PPTP_INPUT_CLOSED, NULL, 0,
					w.now);
		perform();
	}
	ck_assert_mem_eq(&before, &w.c.record, sizeof(before));
}

START_TEST(no_script_makes_us_speak_out_of_state_or_for_ever)
{
	unsigned calls = 0, negotiated = 0;

	for (unsigned i = 0; i < SCRIPTS; i++) {
		begin_script(i);
		for (unsigned n = 0; n < STEPS; n++) {
			step();
			/* what was said may wait while more comes */
			if (draw(3) != 0)
				perform();
		}
		perform();
		time_passes(40 * S);
		nothing_after_the_end();
		calls += m.ocrp;
		negotiated += w.c.record.lcp.we_acked;
	}
	/* else nothing of the call was tried */
	ck_assert_uint_gt(calls, SCRIPTS / 5);
	ck_assert_uint_gt(negotiated, SCRIPTS / 20);
}
END_TEST

/* ---- one case a rule ----------------------------------------------------- */

START_TEST(a_stop_request_every_0_9_s_moves_no_deadline)
{
	struct setting f = plan();
	struct pptp_control refusal = message(PPTP_OCRP);
	int64_t begun;

	begin(&f);
	connected();
	say(PPTP_SCCRP);
	refusal.result_code = 7;
	control(&refusal);
	begun = w.now;
	for (unsigned i = 0; i < 100 && !pptp_conversation_finished(&w.c);
	     i++) {
		say(PPTP_STOP_CCRQ);
		wait_for(900 * MS);
	}
	ck_assert(pptp_conversation_finished(&w.c));
	/* one second after the first */
	ck_assert_int_le(w.c.record.end - begun, 1100 * MS);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_REFUSED);
}
END_TEST

/* Every way to go on talking, from every state of a farewell. */
START_TEST(every_farewell_ends_within_nine_seconds)
{
	static const uint8_t said[] = {PPTP_STOP_CCRQ, PPTP_ECHO_REQUEST,
				       PPTP_CDN,       PPTP_CCRQ,
				       PPTP_OCRP,      PPTP_SLI};
	struct setting f = plan();
	int64_t begun;

	for (unsigned i = 0; i < sizeof(said); i++) {
		for (unsigned delay = 0; delay < 8; delay++) {
			open_call(&f);
			lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_PAP);
			begun = w.now;
			wait_for(delay * S);
			while (!pptp_conversation_finished(&w.c)) {
				say(said[i]);
				if (w.c.state == TALK_TERMINATING)
					lcp(PPTP_TERMINATE_REQUEST, 1, "");
				w.sent = 0;
				wait_for(450 * MS);
				ck_assert_int_le(w.now, begun + 10 * S);
			}
			ck_assert_int_le(w.c.record.end - begun, 9 * S);
		}
	}
}
END_TEST

/* Both in the segment of the Outgoing-Call-Reply. */
START_TEST(a_call_that_ends_as_it_begins_gets_no_gre)
{
	static const uint8_t ends[] = {PPTP_CDN, PPTP_CCRQ, PPTP_STOP_CCRQ};
	struct pptp_control reply = message(PPTP_OCRP), end;
	uint8_t bytes[2 * PPTP_CONTROL_MAX];
	struct setting f = plan();
	struct pptp_writer out;
	int64_t begun;

	for (unsigned i = 0; i < 3; i++) {
		begin(&f);
		connected();
		expect_control(PPTP_SCCRQ);
		say(PPTP_SCCRP);
		expect(PPTP_ACTION_GUARD);
		expect_control(PPTP_OCRQ);
		lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
		end = message(ends[i]);
		pptp_writer_init(&out, bytes, sizeof(bytes));
		pptp_control_encode(&out, &reply);
		pptp_control_encode(&out, &end);
		stream(bytes, out.length);
		begun = w.now;
		expect_control(i == 2 ? PPTP_STOP_CCRP : PPTP_STOP_CCRQ);
		wait_for(20 * S);
		expect(PPTP_ACTION_CLOSE);
		nothing_more();
		ck_assert_int_le(w.c.record.end - begun, 3 * S);
		ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_DISCONNECT);
	}
}
END_TEST

START_TEST(nothing_is_acknowledged_after_a_disconnect_or_stop)
{
	static const uint8_t ends[] = {PPTP_CDN, PPTP_STOP_CCRQ};
	struct setting f = plan();

	for (unsigned i = 0; i < 2; i++) {
		open_call(&f);
		lcp(PPTP_IDENTIFICATION, 1, "00000000");
		wait_for(50 * MS);
		say(ends[i]);
		w.read = w.sent;
		wait_for(900 * MS);
		nothing_more();
	}
}
END_TEST

START_TEST(gre_before_the_reply_is_acknowledged_after_it)
{
	struct setting f = plan();

	begin(&f);
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	lcp(PPTP_IDENTIFICATION, 1, "00000000");
	wait_for(500 * MS);
	nothing_more(); /* no GRE to Call-ID 0 */
	say(PPTP_OCRP);
	ck_assert(expect_lcp(PPTP_CONFIGURE_REQUEST).gre.has_acknowledgment);
}
END_TEST

START_TEST(a_call_reply_before_the_request_is_not_believed)
{
	struct pptp_control start = message(PPTP_SCCRP),
			    early = message(PPTP_OCRP);
	uint8_t bytes[2 * PPTP_CONTROL_MAX];
	struct setting f = plan();
	struct pptp_writer out;

	begin(&f);
	connected();
	pptp_writer_init(&out, bytes, sizeof(bytes));
	early.call_id = 0;
	pptp_control_encode(&out, &start);
	pptp_control_encode(&out, &early);
	stream(bytes, out.length);
	ck_assert_int_eq(w.c.record.call.state, PPTP_SILENT);
	ck_assert(
	    pptp_record_has_note(&w.c.record, PPTP_NOTE_UNEXPECTED_CONTROL));
	early.result_code = 7;
	early.call_id = THEIRS;
	control(&early);
	ck_assert_int_eq(w.c.record.call.state, PPTP_REFUSED);
	ck_assert_uint_eq(w.c.record.call.call_id, THEIRS);
}
END_TEST

START_TEST(replies_to_nothing_are_told_and_ignored)
{
	static const uint8_t unasked[] = {PPTP_SCCRP, PPTP_STOP_CCRP,
					  PPTP_ECHO_REPLY, PPTP_OCRP};
	struct setting f = plan();

	for (unsigned i = 0; i < sizeof(unasked); i++) {
		open_call(&f);
		say(unasked[i]); /* the first two were answered already */
		nothing_more();
		ck_assert_uint_eq(w.c.record.notes, 1);
		ck_assert_uint_eq(w.c.record.note[0].code,
				  PPTP_NOTE_UNEXPECTED_CONTROL);
		ck_assert_uint_eq(w.c.record.note[0].a, unasked[i]);
		ck_assert_uint_eq(w.c.record.teardown.count, 0);
	}
}
END_TEST

START_TEST(each_terminate_request_gets_its_own_identifier_back)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_ACK);
	pptp_conversation_abort(&w.c, w.now);
	drain();
	expect_lcp(PPTP_TERMINATE_REQUEST);
	lcp(PPTP_TERMINATE_REQUEST, 7, "");
	lcp(PPTP_TERMINATE_REQUEST, 8, "");
	ck_assert_uint_eq(expect_lcp(PPTP_TERMINATE_ACK).p.identifier, 7);
	ck_assert_uint_eq(expect_lcp(PPTP_TERMINATE_ACK).p.identifier, 8);
}
END_TEST

/* As many as come before we may speak; their room is four. */
START_TEST(terminate_requests_that_come_at_once_are_answered_in_their_order)
{
	struct setting f = plan();
	uint8_t bytes[128];
	char hex[32];
	size_t n;

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_ACK);
	pptp_conversation_abort(&w.c, w.now);
	drain();
	expect_lcp(PPTP_TERMINATE_REQUEST);
	for (uint8_t id = 7; id < 12; id++) {
		snprintf(hex, sizeof(hex), "ff03c021 05%02x0004", id);
		n = call_packet(w.sequence++, hex, bytes, sizeof(bytes));
		ck_assert(pptp_conversation_input(&w.c, PPTP_INPUT_PACKET,
						  bytes, n, w.now));
	}
	drain();
	for (uint8_t id = 7; id < 11; id++)
		ck_assert_uint_eq(expect_lcp(PPTP_TERMINATE_ACK).p.identifier,
				  id);
	nothing_more();
}
END_TEST

START_TEST(a_call_clear_request_of_the_servers_ends_the_call)
{
	struct setting f = plan();

	open_call(&f);
	say(PPTP_CCRQ);
	expect_control(PPTP_STOP_CCRQ);
	say(PPTP_STOP_CCRP);
	expect(PPTP_ACTION_CLOSE);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_DISCONNECT);
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_CALL_CLEAR));
	ck_assert(!w.c.record.call.disconnected);
	ck_assert_uint_eq(w.c.record.teardown.message[0].what,
			  PPTP_FAREWELL_CALL_CLEAR);
	ck_assert_uint_eq(w.c.record.teardown.message[0].by, PPTP_SERVER);
}
END_TEST

START_TEST(result_0_goes_on_as_clients_do)
{
	static const uint8_t errors[] = {0, 1, 2};
	struct setting f = plan();
	struct pptp_control c;

	for (unsigned i = 0; i < 3; i++) {
		bool odd = errors[i] < 2;

		begin(&f);
		connected();
		c = message(PPTP_SCCRP);
		c.result_code = 0;
		c.error_code = errors[i];
		control(&c);
		ck_assert_int_eq(w.c.record.control.state,
				 odd ? PPTP_ANSWERED : PPTP_REFUSED);
		ck_assert(pptp_record_has_note(&w.c.record,
					       PPTP_NOTE_ODD_RESULT) == odd);
		if (!odd)
			continue;
		c = message(PPTP_OCRP);
		c.result_code = 0;
		c.error_code = errors[i];
		control(&c);
		ck_assert_int_eq(w.c.record.call.state, PPTP_ACCEPTED);
		w.read = w.sent - 1;
		expect_lcp(PPTP_CONFIGURE_REQUEST);
	}
}
END_TEST

START_TEST(an_answer_that_fits_no_packet_is_told_and_takes_no_number)
{
	struct setting f = plan();
	char options[1024] = "";

	open_call(&f);
	/* 12 options of 40 bytes that have to be rejected: 484 in all */
	for (unsigned i = 0; i < 12; i++) {
		strcat(options, "1128");
		for (unsigned n = 0; n < 38; n++)
			strcat(options, "00");
	}
	lcp(PPTP_CONFIGURE_REQUEST, 1, options);
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_UNANSWERED));
	ck_assert_uint_eq(w.c.record.note[0].a, 484);
	ck_assert_int_eq(w.c.record.lcp.offer[0].answer, PPTP_ANSWER_NONE);
	/* what we say next has the number after the request's */
	ck_assert_uint_eq(
	    expect_lcp(PPTP_TERMINATE_REQUEST).gre.sequence_number, 1);
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_BUDGET);
}
END_TEST

START_TEST(an_answer_that_just_fits_is_sent)
{
	struct setting f = plan();
	char options[1024] = "";

	open_call(&f);
	for (unsigned i = 0; i < 11; i++) {
		strcat(options, "1128");
		for (unsigned n = 0; n < 38; n++)
			strcat(options, "00");
	}
	lcp(PPTP_CONFIGURE_REQUEST, 1, options);
	expect_lcp(PPTP_CONFIGURE_REJECT);
	ck_assert(!pptp_record_has_note(&w.c.record, PPTP_NOTE_UNANSWERED));
}
END_TEST

START_TEST(call_ids_are_the_callers_own_or_refused)
{
	struct setting f = plan();

	for (unsigned id = 1; id < 65536; id++) {
		bool ok = id >> 8 != (id & 0xff);

		f.vantage.call_id = (uint16_t)id;
		ck_assert(pptp_call_id_ok(f.vantage.call_id) == ok);
		ck_assert(
		    pptp_call_id_ok(pptp_call_id_from(f.vantage.call_id)));
		ck_assert(
		    pptp_conversation_init(&w.c, &f.plan, &f.vantage, 0) ==
		    (ok ? PPTP_OK : PPTP_ERROR_ARGUMENT));
		if (ok)
			ck_assert_uint_eq(w.c.call_id, id);
	}
	ck_assert(!pptp_call_id_ok(0));
	ck_assert_uint_ne(pptp_call_id_from(0), 0);
}
END_TEST

START_TEST(a_conversation_with_its_record_takes_3_4_kib)
{
	ck_assert_uint_le(sizeof(struct pptp_conversation), 3481);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("talk");
	TCase *scripts =
	    tcase_create("no_script_makes_us_speak_out_of_state_or_for_ever");

	tcase_add_test(scripts,
		       no_script_makes_us_speak_out_of_state_or_for_ever);
	tcase_set_timeout(scripts, 120);
	suite_add_tcase(s, scripts);
	CLAIM(s, a_stop_request_every_0_9_s_moves_no_deadline);
	CLAIM(s, every_farewell_ends_within_nine_seconds);
	CLAIM(s, a_call_that_ends_as_it_begins_gets_no_gre);
	CLAIM(s, nothing_is_acknowledged_after_a_disconnect_or_stop);
	CLAIM(s, gre_before_the_reply_is_acknowledged_after_it);
	CLAIM(s, a_call_reply_before_the_request_is_not_believed);
	CLAIM(s, replies_to_nothing_are_told_and_ignored);
	CLAIM(s,
	      terminate_requests_that_come_at_once_are_answered_in_their_order);
	CLAIM(s, each_terminate_request_gets_its_own_identifier_back);
	CLAIM(s, a_call_clear_request_of_the_servers_ends_the_call);
	CLAIM(s, result_0_goes_on_as_clients_do);
	CLAIM(s, an_answer_that_fits_no_packet_is_told_and_takes_no_number);
	CLAIM(s, an_answer_that_just_fits_is_sent);
	CLAIM(s, call_ids_are_the_callers_own_or_refused);
	CLAIM(s, a_conversation_with_its_record_takes_3_4_kib);
	return run_suite(s);
}
