/* SPDX-License-Identifier: BSD-2-Clause */
/* The server model itself: what it sends is what each stack is known to send,
 * and all of it decodes. */
#include "lab/world.h"

#include "format/chap.h"
#include "format/eap.h"
#include "lab/stack.h"
#include "unit/claims.h"

#define MS   INT64_C(1000)
#define S    INT64_C(1000000)
#define OURS 0x1a2c

static struct {
	struct lab_host host;
	struct lab_server *server;
	int64_t now, at;   /* of the last packet */
	uint32_t sequence; /* ours */
	uint16_t call_id;
	struct pptp_gre gre;
	struct pptp_ppp_frame frame;
	struct pptp_ppp_packet packet;
	uint8_t bytes[512];
} w;

static struct pptp_address address(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return a;
}

static struct lab_config config_of(const char *stack, unsigned methods)
{
	struct lab_config c;

	memset(&c, 0, sizeof(c));
	c.stack = lab_stack_named(stack);
	ck_assert_ptr_ne(c.stack, NULL);
	c.methods = methods;
	c.address = address("192.0.2.1");
	c.router = address("192.0.2.254");
	c.seed = 42;
	return c;
}

static void connect_to_host(void)
{
	struct pptp_address us = address("192.0.2.2");

	lab_server_free(w.server);
	w.server = lab_server_new(&w.host, &us, w.now);
	ck_assert_ptr_ne(w.server, NULL);
	w.sequence = 0;
}

static void begin(const struct lab_config *c)
{
	lab_server_free(w.server);
	memset(&w, 0, sizeof(w));
	w.now = 100 * S;
	lab_host_init(&w.host, c);
	connect_to_host();
}

/* The next thing that it sends; time passes until then, or up to `limit`. */
static struct lab_output next_output(int64_t limit)
{
	struct lab_output o;
	int64_t due;

	for (;;) {
		o = lab_server_output(w.server, w.now);
		due = lab_server_deadline(w.server);
		if (o.kind != LAB_OUT_NONE || due > limit)
			return o;
		w.now = due > w.now ? due : w.now;
		lab_server_tick(w.server, w.now);
	}
}

static struct pptp_control expect_control(unsigned type)
{
	struct lab_output o = next_output(w.now);
	struct pptp_control m;
	struct pptp_reader in;

	ck_assert_int_eq(o.kind, LAB_OUT_STREAM);
	pptp_reader_init(&in, o.bytes, o.length);
	ck_assert(pptp_control_decode(&m, &in));
	ck_assert_uint_eq(m.control_message_type, type);
	ck_assert_uint_eq(m.length, o.length);
	return m;
}

static void say(unsigned type)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_control m;
	struct pptp_writer out;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.protocol_version = PPTP_VERSION;
	m.call_id = OURS;
	m.maximum_bps = 100000000;
	m.packet_recv_window_size = 64;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_control_encode(&out, &m);
	lab_server_stream(w.server, bytes, out.length, w.now);
}

static struct pptp_control call(void)
{
	struct pptp_control m;

	say(PPTP_SCCRQ);
	expect_control(PPTP_SCCRP);
	say(PPTP_OCRQ);
	m = expect_control(PPTP_OCRP);
	w.call_id = m.call_id;
	return m;
}

/* The next packet with a PPP frame; false where none comes in time. */
static bool next_frame(int64_t wait)
{
	int64_t limit = w.now + wait;
	struct lab_output o;
	struct pptp_reader in;
	struct pptp_ip ip;

	do {
		o = next_output(limit);
		if (o.kind != LAB_OUT_PACKET)
			return false;
		memcpy(w.bytes, o.bytes, o.length);
		pptp_reader_init(&in, w.bytes, o.length);
		ck_assert(pptp_ip_decode(&ip, &in));
		ck_assert_uint_eq(ip.protocol, PPTP_IP_GRE);
		ck_assert(pptp_gre_decode(&w.gre, &ip.payload));
		ck_assert_uint_eq(w.gre.call_id, OURS);
	} while (w.gre.payload_length == 0);
	ck_assert(pptp_ppp_frame_decode(&w.frame, &w.gre.payload));
	ck_assert(w.frame.has_address_control);
	ck_assert(pptp_ppp_packet_decode(&w.packet, &w.frame.payload));
	w.at = w.now;
	return true;
}

static void expect_lcp(uint8_t code)
{
	ck_assert(next_frame(40 * S));
	ck_assert_uint_eq(w.frame.protocol, PPTP_PPP_LCP);
	ck_assert_uint_eq(w.packet.code, code);
}

static void send_lcp(uint8_t code, uint8_t identifier, const void *data,
		     size_t length)
{
	uint8_t payload[256], bytes[512];
	struct pptp_writer out;
	struct pptp_gre gre;
	struct pptp_ip ip;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = address("192.0.2.2");
	ip.destination = address("192.0.2.1");
	ip.protocol = PPTP_IP_GRE;
	gre.call_id = w.call_id;
	gre.has_sequence = true;
	gre.sequence_number = w.sequence++;
	pptp_writer_init(&out, payload, sizeof(payload));
	pptp_ppp_frame_encode(&out, PPTP_PPP_LCP);
	pptp_ppp_packet_encode(&out, code, identifier, data, length);
	n = pptp_gre_packet_encode(&ip, &gre, payload, out.length, bytes,
				   sizeof(bytes));
	ck_assert_int_gt(n, 0);
	lab_server_packet(w.server, bytes, (size_t)n, w.now);
}

/* The method that the last Configure-Request asks for, as a bit. */
static unsigned asked(void)
{
	struct pptp_reader options = w.packet.data;
	struct pptp_method method = {0, 0};
	struct pptp_option o;

	while (pptp_option_next(&options, &o))
		if (o.type == PPTP_LCP_AUTHENTICATION)
			ck_assert(pptp_method_decode(&method, &o));
	ck_assert_int_eq(options.error, PPTP_OK);
	return lab_method_bit(method);
}

static void nak(unsigned bit)
{
	uint8_t option[8];
	struct pptp_writer out;

	pptp_writer_init(&out, option, sizeof(option));
	pptp_method_encode(&out, lab_method_of(bit));
	send_lcp(PPTP_CONFIGURE_NAK, w.packet.identifier, option, out.length);
}

static void reject_method(void)
{
	uint8_t option[8];
	struct pptp_writer out;

	pptp_writer_init(&out, option, sizeof(option));
	pptp_method_encode(&out, lab_method_of(asked()));
	send_lcp(PPTP_CONFIGURE_REJECT, w.packet.identifier, option,
		 out.length);
}

/* Acknowledges the last request, then asks for a magic number of our own. */
static void open_link(void)
{
	static const uint8_t magic[] = {5, 6, 1, 2, 3, 4};

	send_lcp(PPTP_CONFIGURE_ACK, w.packet.identifier, w.packet.data.at,
		 pptp_reader_left(&w.packet.data));
	send_lcp(PPTP_CONFIGURE_REQUEST, 9, magic, sizeof(magic));
	expect_lcp(PPTP_CONFIGURE_ACK);
	ck_assert_uint_eq(w.packet.identifier, 9);
}

static void first_offer(const char *stack, unsigned methods)
{
	struct lab_config c = config_of(stack, methods);

	begin(&c);
	call();
	expect_lcp(PPTP_CONFIGURE_REQUEST);
}

/* ---- control ------------------------------------------------------------- */

START_TEST(each_stack_names_itself_in_its_sccrp)
{
	const struct lab_stack *stack = lab_stack((unsigned)_i);
	struct lab_config c = config_of(stack->name, lab_stack_methods(stack));
	struct pptp_control m;

	begin(&c);
	say(PPTP_SCCRQ);
	m = expect_control(PPTP_SCCRP);
	ck_assert_uint_eq(m.result_code, 1);
	ck_assert_uint_eq(m.framing_capabilities, stack->framing);
	ck_assert_uint_eq(m.bearer_capabilities, stack->bearer);
	ck_assert_uint_eq(m.maximum_channels, stack->channels);
	ck_assert_uint_eq(m.firmware_revision, stack->firmware);
	ck_assert_str_eq((const char *)m.host_name, stack->host);
	ck_assert_str_eq((const char *)m.vendor_string, stack->vendor);
}
END_TEST

START_TEST(each_stack_echoes_our_call_id_and_clears_the_call)
{
	const struct lab_stack *stack = lab_stack((unsigned)_i);
	struct lab_config c = config_of(stack->name, lab_stack_methods(stack));

	begin(&c);
	ck_assert_uint_eq(call().peer_call_id, OURS);
	say(PPTP_CCRQ);
	if (stack->ending == LAB_END_CLOSE) {
		ck_assert_int_eq(next_output(w.now).kind, LAB_OUT_FIN);
		return;
	}
	expect_control(PPTP_CDN);
	say(PPTP_STOP_CCRQ);
	expect_control(PPTP_STOP_CCRP);
	ck_assert_int_eq(next_output(w.now).kind, LAB_OUT_FIN);
}
END_TEST

static uint16_t next_call_id(void)
{
	connect_to_host();
	return call().call_id;
}

static void check_call_ids(const char *stack, int first, int step)
{
	struct lab_config c = config_of(stack, LAB_MSCHAP_V2);
	uint16_t id;

	begin(&c);
	id = call().call_id;
	if (first >= 0)
		ck_assert_uint_eq(id, (unsigned)first);
	ck_assert_uint_eq(next_call_id(), (uint16_t)(id + step));
	ck_assert_uint_eq(next_call_id(), (uint16_t)(id + 2 * step));
}

START_TEST(call_ids_follow_each_stacks_rule)
{
	check_call_ids("poptop_pppd", 0, 128);
	check_call_ids("accel_ppp", -1, 1);
	check_call_ids("mpd", -1, 0);
}
END_TEST

START_TEST(poptop_resets_a_first_message_that_is_no_sccrq)
{
	struct lab_config c = config_of("poptop_pppd", LAB_MSCHAP_V2);

	begin(&c);
	say(PPTP_OCRQ);
	ck_assert_int_eq(next_output(w.now).kind, LAB_OUT_RST);
}
END_TEST

START_TEST(accel_swaps_our_call_id_in_its_disconnect)
{
	struct lab_config c = config_of("accel_ppp", LAB_MSCHAP_V2);

	begin(&c);
	call();
	say(PPTP_CCRQ);
	ck_assert_uint_eq(expect_control(PPTP_CDN).call_id, 0x2c1a);
}
END_TEST

/* ---- LCP ----------------------------------------------------------------- */

START_TEST(options_stand_in_each_stacks_order)
{
	static const struct {
		const char *stack;
		uint8_t types[10];
	} rows[] = {
	    {"poptop_pppd", {2, 3, 5, 7, 8}},
	    {"accel_ppp", {3, 1, 5}},
	    {"mpd", {8, 7, 2, 1, 5, 3}},
	    {"npppd", {1, 5, 3}},
	    {"windows_rras", {1, 3, 5, 7, 8, 13, 17, 19, 23}},
	    {"mikrotik", {3, 1, 5}},
	    {"cisco_ios", {3, 5}},
	    {"macosx", {2, 3, 5, 7, 8}},
	    {"draytek", {2, 3, 5, 7, 8}},
	};
	struct pptp_reader options;
	struct pptp_option o;
	unsigned n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		first_offer(rows[i].stack, LAB_MSCHAP_V2);
		options = w.packet.data;
		for (n = 0; pptp_option_next(&options, &o); n++)
			ck_assert_uint_eq(o.type, rows[i].types[n]);
		ck_assert_uint_eq(rows[i].types[n], 0);
	}
}
END_TEST

START_TEST(poptops_request_is_the_bytes_that_were_measured)
{
	struct vector expected = vector("020600000000 0305c22381 0506");

	first_offer("poptop_pppd", LAB_MSCHAP_V2);
	ck_assert_uint_eq(w.packet.identifier, 1);
	ck_assert_uint_eq(w.packet.length, 25);
	ck_assert_mem_eq(w.packet.data.at, expected.bytes, expected.length);
}
END_TEST

START_TEST(requests_are_sent_again_at_each_stacks_times)
{
	const struct lab_stack *stack = lab_stack((unsigned)_i);
	struct lab_config c = config_of(stack->name, lab_stack_methods(stack));
	uint8_t identifier;
	int64_t last;

	begin(&c);
	call();
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	for (unsigned n = 0; n + 1 < LAB_LADDER && stack->ladder[n + 1] != 0;
	     n++) {
		identifier = w.packet.identifier;
		last = w.at;
		expect_lcp(PPTP_CONFIGURE_REQUEST);
		ck_assert_int_eq(w.at - last, stack->ladder[n] * S);
		ck_assert_uint_eq(
		    w.packet.identifier,
		    (uint8_t)(identifier + stack->new_identifier));
	}
	ck_assert(!next_frame(60 * S));
}
END_TEST

START_TEST(the_first_gre_sequence_number_tells_the_linux_kernel)
{
	first_offer("accel_ppp", LAB_MSCHAP_V2);
	ck_assert_uint_eq(w.gre.sequence_number, 1);
	first_offer("poptop_pppd", LAB_MSCHAP_V2);
	ck_assert_uint_eq(w.gre.sequence_number, 0);
	nak(LAB_MSCHAP_V1);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(w.gre.sequence_number, 1);
	ck_assert(w.gre.has_acknowledgment);
	ck_assert_uint_eq(w.gre.acknowledgment_number, 0);
}
END_TEST

START_TEST(a_packet_that_comes_twice_is_heard_once)
{
	first_offer("poptop_pppd", LAB_MSCHAP_V2 | LAB_MSCHAP_V1);
	nak(LAB_MSCHAP_V1);
	w.sequence--;
	nak(LAB_MSCHAP_V1);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(asked(), LAB_MSCHAP_V1);
	ck_assert(!next_frame(S));
}
END_TEST

#define ANY  (LAB_PAP | LAB_CHAP_MD5 | LAB_MSCHAP_V1 | LAB_MSCHAP_V2 | LAB_EAP)
#define V12  (LAB_MSCHAP_V1 | LAB_MSCHAP_V2)
#define MANY 6

/* One call: what it asks for first, then after each Nak. */
struct chain {
	const char *stack;
	unsigned methods;
	unsigned naks[MANY], asks[MANY + 1];
};

static void check_chain(const struct chain *c)
{
	first_offer(c->stack, c->methods);
	ck_assert_uint_eq(asked(), c->asks[0]);
	for (unsigned i = 0; i < MANY && c->naks[i] != 0; i++) {
		nak(c->naks[i]);
		expect_lcp(PPTP_CONFIGURE_REQUEST);
		ck_assert_uint_eq(asked(), c->asks[i + 1]);
	}
}

START_TEST(naks_lead_pppd_where_they_led_the_real_one)
{
	static const struct chain chains[] = {
	    {"poptop_pppd", ANY, {LAB_MSCHAP_V2}, {LAB_EAP, LAB_MSCHAP_V2}},
	    {"poptop_pppd", ANY, {LAB_MSCHAP_V1}, {LAB_EAP, LAB_MSCHAP_V1}},
	    {"poptop_pppd", ANY, {LAB_CHAP_MD5}, {LAB_EAP, LAB_CHAP_MD5}},
	    {"poptop_pppd",
	     ANY,
	     {LAB_PAP, LAB_PAP},
	     {LAB_EAP, LAB_CHAP_MD5, LAB_PAP}},
	    {"poptop_pppd",
	     ANY,
	     {LAB_EAP, LAB_EAP, LAB_EAP},
	     {LAB_EAP, LAB_CHAP_MD5, LAB_PAP, LAB_NONE}},
	    {"poptop_pppd",
	     ANY,
	     {LAB_MSCHAP_V2, LAB_MSCHAP_V1, LAB_MSCHAP_V1},
	     {LAB_EAP, LAB_MSCHAP_V2, LAB_PAP, LAB_NONE}},
	    {"poptop_pppd",
	     ANY,
	     {LAB_CHAP_MD5, LAB_MSCHAP_V1},
	     {LAB_EAP, LAB_CHAP_MD5, LAB_PAP}},
	    {"poptop_pppd",
	     V12,
	     {LAB_MSCHAP_V1},
	     {LAB_MSCHAP_V2, LAB_MSCHAP_V1}},
	    {"poptop_pppd",
	     V12,
	     {LAB_CHAP_MD5},
	     {LAB_MSCHAP_V2, LAB_MSCHAP_V1}},
	    {"poptop_pppd", V12, {LAB_PAP}, {LAB_MSCHAP_V2, LAB_NONE}},
	    {"poptop_pppd", V12, {LAB_EAP}, {LAB_MSCHAP_V2, LAB_NONE}},
	    {"poptop_pppd", LAB_PAP, {LAB_MSCHAP_V2}, {LAB_PAP, LAB_NONE}},
	    {"poptop_pppd", LAB_EAP, {LAB_PAP}, {LAB_EAP, LAB_NONE}},
	};

	check_chain(&chains[_i]);
}
END_TEST

START_TEST(other_stacks_go_their_own_ways)
{
	static const struct chain chains[] = {
	    /* accel-ppp: through its list, then the last one again. */
	    {"accel_ppp",
	     ANY,
	     {LAB_PAP, LAB_PAP, LAB_PAP},
	     {LAB_MSCHAP_V2, LAB_MSCHAP_V1, LAB_CHAP_MD5, LAB_PAP}},
	    {"accel_ppp",
	     V12,
	     {LAB_PAP, LAB_PAP, LAB_PAP},
	     {LAB_MSCHAP_V2, LAB_MSCHAP_V1, LAB_MSCHAP_V1, LAB_MSCHAP_V1}},
	    /* mpd: what it allows at once; else its first remaining one,
		 * and from its list goes another than was named. */
	    {"mpd", ANY, {LAB_EAP, LAB_PAP}, {LAB_MSCHAP_V2, LAB_EAP, LAB_PAP}},
	    {"mpd",
	     V12,
	     {LAB_PAP, LAB_PAP},
	     {LAB_MSCHAP_V2, LAB_MSCHAP_V1, LAB_MSCHAP_V1}},
	    {"mpd",
	     LAB_MSCHAP_V2 | LAB_CHAP_MD5,
	     {LAB_MSCHAP_V1, LAB_MSCHAP_V1},
	     {LAB_MSCHAP_V2, LAB_MSCHAP_V2, LAB_MSCHAP_V2}},
	    {"npppd",
	     LAB_MSCHAP_V2 | LAB_PAP,
	     {LAB_CHAP_MD5},
	     {LAB_MSCHAP_V2, LAB_PAP}},
	    {"windows_rras",
	     ANY,
	     {LAB_CHAP_MD5, LAB_CHAP_MD5},
	     {LAB_EAP, LAB_MSCHAP_V2, LAB_MSCHAP_V1}},
	    {"cisco_ios",
	     LAB_MSCHAP_V1,
	     {LAB_PAP, LAB_PAP},
	     {LAB_MSCHAP_V1, LAB_MSCHAP_V1, LAB_MSCHAP_V1}},
	};

	check_chain(&chains[_i]);
}
END_TEST

/* As both 2.4.9 and 2.5.2 were seen to do. */
START_TEST(pppd_asks_again_at_once_when_told_to_ask_for_its_chap)
{
	int64_t last;

	first_offer("poptop_pppd", V12);
	last = w.at;
	nak(LAB_MSCHAP_V2);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(asked(), LAB_MSCHAP_V2);
	ck_assert_uint_eq(w.packet.identifier, 2);
	ck_assert_int_lt(w.at - last, S);
}
END_TEST

START_TEST(pppd_ignores_being_told_to_ask_for_its_pap)
{
	int64_t last;

	first_offer("poptop_pppd", LAB_PAP);
	last = w.at;
	nak(LAB_PAP);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(asked(), LAB_PAP);
	ck_assert_uint_eq(w.packet.identifier, 1);
	ck_assert_int_eq(w.at - last, 3 * S);
}
END_TEST

START_TEST(mpd_takes_an_answer_to_the_last_of_its_requests_alone)
{
	uint8_t first;

	first_offer("mpd", V12);
	first = w.packet.identifier;
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(w.packet.identifier, first + 1);
	w.packet.identifier = first;
	nak(LAB_MSCHAP_V1);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(w.packet.identifier, first + 2);
	ck_assert_uint_eq(asked(), LAB_MSCHAP_V2);
	nak(LAB_MSCHAP_V1);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(asked(), LAB_MSCHAP_V1);
}
END_TEST

START_TEST(slirp_changes_its_request_only_when_it_sends_it_again)
{
	uint8_t identifier;
	int64_t last;

	first_offer("slirp", LAB_PAP);
	identifier = w.packet.identifier;
	last = w.at;
	nak(LAB_CHAP_MD5);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(asked(), LAB_NONE);
	ck_assert_uint_eq(w.packet.identifier, identifier);
	ck_assert_int_eq(w.at - last, 3 * S);
}
END_TEST

START_TEST(windows_ends_a_link_without_login_by_error_919)
{
	first_offer("windows_rras", LAB_MSCHAP_V2);
	reject_method();
	expect_lcp(PPTP_TERMINATE_REQUEST);
	ck_assert_uint_eq(pptp_reader_left(&w.packet.data), 12);
	ck_assert_mem_eq(w.packet.data.at + 4, "\0\x3c\xcd\x74\0\0\x03\x97", 8);
}
END_TEST

START_TEST(accel_ends_the_call_where_all_were_rejected)
{
	struct pptp_control m;

	first_offer("accel_ppp", V12);
	reject_method();
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(asked(), LAB_MSCHAP_V1);
	reject_method();
	m = expect_control(PPTP_CDN);
	ck_assert_uint_eq(m.result_code, 3);
	ck_assert_uint_eq(expect_control(PPTP_STOP_CCRQ).reason, 0);
}
END_TEST

START_TEST(pppd_terminates_where_no_login_was_agreed_and_one_is_required)
{
	first_offer("poptop_pppd", LAB_MSCHAP_V2);
	reject_method();
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(asked(), LAB_NONE);
	open_link();
	expect_lcp(PPTP_TERMINATE_REQUEST);
	ck_assert_uint_eq(pptp_reader_left(&w.packet.data), 28);
	ck_assert_mem_eq(w.packet.data.at, "peer refused to authenticate", 28);
	send_lcp(PPTP_TERMINATE_ACK, w.packet.identifier, NULL, 0);
	ck_assert_int_eq(next_output(w.now).kind, LAB_OUT_FIN);
}
END_TEST

START_TEST(an_optional_login_leads_to_network_protocols)
{
	first_offer("poptop_pppd", LAB_MSCHAP_V2 | LAB_NONE);
	ck_assert_uint_eq(asked(), LAB_MSCHAP_V2);
	reject_method();
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	open_link();
	ck_assert(next_frame(S));
	ck_assert_uint_eq(w.frame.protocol, PPTP_PPP_CCP);
	ck_assert(next_frame(S));
	ck_assert_uint_eq(w.frame.protocol, PPTP_PPP_IPCP);
}
END_TEST

/* ---- challenges ---------------------------------------------------------- */

static uint64_t step(uint64_t x)
{
	return (x * UINT64_C(0x5deece66d) + 0xb) & UINT64_C(0xffffffffffff);
}

/* pppd's magic number is the second output after srand48, the challenge's
 * identifier the third; the value follows. */
static bool follows(uint32_t magic, const struct pptp_chap *chap)
{
	uint64_t low = step(step(0x330e)) & 0xffff;
	uint64_t x = step((uint64_t)magic << 16 | low);
	unsigned same = 0;

	for (unsigned i = 0; i < chap->value_size; i++) {
		x = step(x);
		same += (uint8_t)(x >> 40) == chap->value[i];
	}
	return same == chap->value_size;
}

static uint32_t magic_asked(void)
{
	struct pptp_reader options = w.packet.data, value;
	struct pptp_option o;

	while (pptp_option_next(&options, &o))
		if (o.type == PPTP_LCP_MAGIC) {
			pptp_reader_init(&value, o.value, 4);
			return pptp_read_u32(&value);
		}
	return 0;
}

static struct pptp_chap challenge(void)
{
	struct pptp_chap chap;

	ck_assert(next_frame(S));
	ck_assert_uint_eq(w.frame.protocol, PPTP_PPP_CHAP);
	ck_assert(pptp_chap_decode(&chap, &w.packet));
	return chap;
}

START_TEST(a_challenge_follows_from_the_magic_number_for_pppd_alone)
{
	static const char *const others[] = {"accel_ppp", "mpd",     "npppd",
					     "mikrotik",  "draytek", "macosx"};
	struct pptp_chap chap;
	uint32_t magic;

	first_offer("poptop_pppd", LAB_MSCHAP_V2);
	magic = magic_asked();
	open_link();
	chap = challenge();
	ck_assert_uint_eq(chap.value_size, 16);
	ck_assert(follows(magic, &chap));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		first_offer(others[i], LAB_MSCHAP_V2);
		magic = magic_asked();
		open_link();
		chap = challenge();
		ck_assert(!follows(magic, &chap));
	}
}
END_TEST

START_TEST(challenges_have_the_sizes_and_names_of_their_methods)
{
	struct pptp_chap chap;

	first_offer("poptop_pppd", LAB_CHAP_MD5);
	open_link();
	chap = challenge();
	ck_assert_uint_ge(chap.value_size, 16);
	ck_assert_uint_le(chap.value_size, 23);
	ck_assert_uint_eq(chap.name_length, 5);
	ck_assert_mem_eq(chap.name, "pptpd", 5);
	first_offer("accel_ppp", LAB_MSCHAP_V1);
	open_link();
	chap = challenge();
	ck_assert_uint_eq(chap.value_size, 8);
	ck_assert_uint_eq(chap.name_length, 0);
}
END_TEST

START_TEST(eap_asks_for_an_identity)
{
	struct pptp_eap eap;

	first_offer("poptop_pppd", LAB_EAP);
	open_link();
	ck_assert(next_frame(S));
	ck_assert_uint_eq(w.frame.protocol, PPTP_PPP_EAP);
	ck_assert(pptp_eap_decode(&eap, &w.packet));
	ck_assert_uint_eq(eap.type, 1);
	ck_assert_mem_eq(eap.data, "Name", 4);
}
END_TEST

/* ---- truth --------------------------------------------------------------- */

static void check_truth(const char *stack, unsigned methods, unsigned accepted,
			const char *letters)
{
	struct lab_config c = config_of(stack, methods);
	struct lab_truth t;

	lab_truth(&c, &t);
	ck_assert_uint_eq(t.accepted, accepted);
	ck_assert_int_eq(t.best, letters[0]);
	ck_assert_int_eq(t.worst, letters[1]);
	ck_assert(t.login_required == !(accepted & LAB_NONE));
}

START_TEST(the_truth_is_what_naks_reach)
{
	check_truth("poptop_pppd", ANY, ANY, "FF");
	check_truth("poptop_pppd", LAB_MSCHAP_V2, LAB_MSCHAP_V2, "EE");
	check_truth("poptop_pppd", LAB_MSCHAP_V2 | LAB_NONE,
		    LAB_MSCHAP_V2 | LAB_NONE, "FF");
	check_truth("accel_ppp", LAB_MSCHAP_V2 | LAB_NONE, LAB_NONE, "FF");
	check_truth("windows_rras", LAB_EAP, LAB_EAP, "DF");
	check_truth("windows_rras", LAB_EAP | LAB_MSCHAP_V2,
		    LAB_EAP | LAB_MSCHAP_V2, "EF");
	check_truth("mpd", V12 | LAB_EAP, V12 | LAB_EAP, "FF");
}
END_TEST

START_TEST(some_stacks_never_answer_who_wants_no_login)
{
	struct lab_config c = config_of("mpd", LAB_MSCHAP_V2);
	struct lab_truth t;

	lab_truth(&c, &t);
	ck_assert(!t.declining_tells);
	c = config_of("poptop_pppd", LAB_MSCHAP_V2);
	lab_truth(&c, &t);
	ck_assert(t.declining_tells);
}
END_TEST

START_TEST(every_order_of_a_list_is_another_one)
{
	struct lab_config c = config_of("accel_ppp", ANY);
	unsigned orders = lab_stack_orders(c.stack), seen = 0, order, rank;
	bool known[4096] = {false};

	for (c.order = 0; c.order < orders; c.order++) {
		order = 0;
		for (rank = 0; rank < 4; rank++)
			order = order * 8 + (unsigned)__builtin_ctz(
						lab_config_preferred(&c, rank));
		seen += !known[order];
		known[order] = true;
	}
	ck_assert_uint_eq(orders, 24);
	ck_assert_uint_eq(seen, orders);
}
END_TEST

/* ---- the whole, in virtual time ------------------------------------------ */

struct tapped {
	unsigned packets, segments;
	uint32_t sum;
	bool whole; /* every segment is one message */
};

static void check_packet(const void *bytes, size_t length)
{
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_gre gre;
	struct pptp_ppp_frame frame;
	struct pptp_ppp_packet packet;

	pptp_reader_init(&in, bytes, length);
	ck_assert(pptp_ip_decode(&ip, &in));
	ck_assert(!ip.truncated);
	if (ip.protocol != PPTP_IP_GRE)
		return;
	ck_assert(pptp_gre_decode(&gre, &ip.payload));
	if (gre.payload_length == 0)
		return;
	ck_assert(pptp_ppp_frame_decode(&frame, &gre.payload));
	ck_assert(pptp_ppp_packet_decode(&packet, &frame.payload));
}

static void see(void *context, enum pptp_side side, enum lab_output_kind kind,
		const void *bytes, size_t length, int64_t now)
{
	struct tapped *t = context;
	struct pptp_control m;
	struct pptp_reader in;

	(void)now;
	for (size_t i = 0; i < length; i++)
		t->sum = t->sum * 31 + ((const uint8_t *)bytes)[i];
	if (kind == LAB_OUT_PACKET) {
		t->packets++;
		check_packet(bytes, length);
	} else if (kind == LAB_OUT_STREAM) {
		t->segments++;
		pptp_reader_init(&in, bytes, length);
		if (side == PPTP_SERVER && t->whole)
			ck_assert(pptp_control_decode(&m, &in));
	}
}

static struct tapped converse(const struct lab_config *c, uint32_t seed,
			      struct pptp_record *record)
{
	struct tapped t = {0, 0, 0, c->quirk == LAB_FRIENDLY};
	struct lab_link link = {.seed = seed};
	struct pptp_plan plan;
	struct pptp_vantage vantage;
	struct lab_world *world = lab_world_new();
	const struct pptp_record *r;
	struct lab_host host;
	int64_t now = 100 * S;

	ck_assert_ptr_ne(world, NULL);
	memset(&plan, 0, sizeof(plan));
	memset(&vantage, 0, sizeof(vantage));
	vantage.source = address("192.0.2.2");
	vantage.reach = PPTP_REACH_RAW;
	plan.target = c->address;
	plan.port = 1723;
	plan.depth = PPTP_DEPTH_CALL;
	plan.opening = PPTP_OPENING_SYN;
	lab_host_init(&host, c);
	lab_world_tap(world, see, &t);
	r = lab_world_run(world, &host, &plan, &vantage, &link, &now);
	ck_assert_ptr_ne(r, NULL);
	if (record != NULL)
		*record = *r;
	lab_world_free(world);
	return t;
}

START_TEST(all_that_a_stack_sends_decodes)
{
	const struct lab_stack *stack = lab_stack((unsigned)_i);
	struct lab_config c = config_of(stack->name, lab_stack_methods(stack));
	struct pptp_record record;
	struct tapped t = converse(&c, 1, &record);

	ck_assert_uint_gt(t.packets, 5);
	ck_assert_uint_gt(t.segments, 4);
	ck_assert_int_eq(record.gre.state, PPTP_REACHABLE);
	ck_assert_int_eq(record.teardown.state, PPTP_CLEAN);
}
END_TEST

START_TEST(an_echo_reply_returns_the_data)
{
	struct lab_config c = config_of("poptop_pppd", LAB_MSCHAP_V2);
	uint8_t request[64], answer[512];
	struct pptp_ip ip;
	int length;

	begin(&c);
	memset(&ip, 0, sizeof(ip));
	ip.source = address("192.0.2.2");
	ip.destination = c.address;
	ip.ttl = 64;
	length = pptp_icmp_echo_encode(&ip, 7, 1, request, sizeof(request));
	ck_assert_int_eq(length, 20 + 8 + 16);
	memcpy(request + 28, "sixteen bytes ..", 16);
	ck_assert_uint_eq(
	    lab_host_packet(&w.host, request, (size_t)length, answer),
	    (unsigned)length);
	ck_assert_mem_eq(answer + 28, request + 28, 16);
}
END_TEST

START_TEST(no_quirk_keeps_a_conversation_from_its_end)
{
	struct lab_config c = config_of("windows_rras", LAB_MSCHAP_V2);
	struct pptp_record record;

	c.quirk = (enum lab_quirk)_i;
	for (c.detail = 0; c.detail < 8; c.detail++) {
		converse(&c, 7, &record);
		ck_assert_int_ne(record.ended_by, PPTP_ENDED_NOT);
		ck_assert_int_lt(record.end - record.start, 40 * S);
	}
}
END_TEST

START_TEST(one_seed_gives_one_conversation)
{
	struct lab_config c = config_of("poptop_pppd", LAB_MSCHAP_V2);
	struct tapped first = converse(&c, 3, NULL);
	struct tapped again = converse(&c, 3, NULL);
	struct tapped other = converse(&c, 4, NULL);

	ck_assert_uint_eq(first.sum, again.sum);
	ck_assert_uint_ne(first.sum, other.sum);
}
END_TEST

START_TEST(a_port_that_refuses_is_closed_and_a_filtered_one_silent)
{
	struct lab_config c = config_of("poptop_pppd", LAB_MSCHAP_V2);
	struct pptp_record record;

	c.quirk = LAB_RST_PORT;
	converse(&c, 1, &record);
	ck_assert_int_eq(record.tcp.state, PPTP_CLOSED);
	c.quirk = LAB_FILTERED;
	converse(&c, 1, &record);
	ck_assert_int_eq(record.tcp.state, PPTP_SILENT);
	ck_assert_int_eq(record.host.state, PPTP_ALIVE);
	ck_assert_uint_eq(record.host.asked, record.host.answered);
	c.quirk = LAB_DEAF;
	converse(&c, 1, &record);
	ck_assert_int_eq(record.host.state, PPTP_SILENT);
}
END_TEST

/* One claim, about each of `count` rows. */
static void claim_each(Suite *s, const char *name, const TTest *test, int count)
{
	TCase *c = tcase_create(name);

	tcase_add_loop_test(c, test, 0, count);
	suite_add_tcase(s, c);
}

#define CLAIM_EACH(suite, test, count) claim_each(suite, #test, test, count)

int main(void)
{
	Suite *s = suite_create("lab");
	int stacks = (int)lab_stack_count();

	CLAIM_EACH(s, each_stack_names_itself_in_its_sccrp, stacks);
	CLAIM_EACH(s, each_stack_echoes_our_call_id_and_clears_the_call,
		   stacks);
	CLAIM(s, call_ids_follow_each_stacks_rule);
	CLAIM(s, an_echo_reply_returns_the_data);
	CLAIM(s, poptop_resets_a_first_message_that_is_no_sccrq);
	CLAIM(s, accel_swaps_our_call_id_in_its_disconnect);
	CLAIM(s, options_stand_in_each_stacks_order);
	CLAIM(s, poptops_request_is_the_bytes_that_were_measured);
	CLAIM_EACH(s, requests_are_sent_again_at_each_stacks_times, stacks);
	CLAIM(s, the_first_gre_sequence_number_tells_the_linux_kernel);
	CLAIM(s, a_packet_that_comes_twice_is_heard_once);
	CLAIM_EACH(s, naks_lead_pppd_where_they_led_the_real_one, 13);
	CLAIM_EACH(s, other_stacks_go_their_own_ways, 8);
	CLAIM(s, pppd_asks_again_at_once_when_told_to_ask_for_its_chap);
	CLAIM(s, pppd_ignores_being_told_to_ask_for_its_pap);
	CLAIM(s, mpd_takes_an_answer_to_the_last_of_its_requests_alone);
	CLAIM(s, slirp_changes_its_request_only_when_it_sends_it_again);
	CLAIM(s, windows_ends_a_link_without_login_by_error_919);
	CLAIM(s, accel_ends_the_call_where_all_were_rejected);
	CLAIM(s, pppd_terminates_where_no_login_was_agreed_and_one_is_required);
	CLAIM(s, an_optional_login_leads_to_network_protocols);
	CLAIM(s, a_challenge_follows_from_the_magic_number_for_pppd_alone);
	CLAIM(s, challenges_have_the_sizes_and_names_of_their_methods);
	CLAIM(s, eap_asks_for_an_identity);
	CLAIM(s, the_truth_is_what_naks_reach);
	CLAIM(s, some_stacks_never_answer_who_wants_no_login);
	CLAIM(s, every_order_of_a_list_is_another_one);
	CLAIM_EACH(s, all_that_a_stack_sends_decodes, stacks);
	CLAIM_EACH(s, no_quirk_keeps_a_conversation_from_its_end, LAB_QUIRKS);
	CLAIM(s, one_seed_gives_one_conversation);
	CLAIM(s, a_port_that_refuses_is_closed_and_a_filtered_one_silent);
	return run_suite(s);
}
