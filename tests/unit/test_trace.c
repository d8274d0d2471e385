/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/trace.h"

#include "unit/claims.h"

#include "format/chap.h"
#include "format/control.h"
#include "format/gre.h"
#include "format/lcp.h"
#include "format/tcp.h"

static char text[PPTP_TRACE_TEXT];

/* As it comes: written, and read. */
static const char *line(const struct pptp_control *m)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_control got;
	struct pptp_writer w;
	struct pptp_reader r;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_control_encode(&w, m);
	pptp_reader_init(&r, bytes, w.length);
	ck_assert(pptp_control_decode(&got, &r));
	pptp_trace_control(text, &got);
	return text;
}

static struct pptp_control control(unsigned type)
{
	struct pptp_control m;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	return m;
}

/* A whole packet with one PPP packet in it. */
static size_t ppp_packet(uint8_t *packet, size_t room, uint16_t protocol,
			 uint8_t code, const char *hex)
{
	struct vector data = vector(hex);
	uint8_t frame[256];
	struct pptp_writer w;
	struct pptp_ip ip;
	struct pptp_gre gre;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = pptp_address_v4(0xc0000201);
	ip.destination = pptp_address_v4(0xc0000202);
	ip.protocol = PPTP_IP_GRE;
	gre.has_sequence = true;
	pptp_writer_init(&w, frame, sizeof(frame));
	pptp_ppp_frame_encode(&w, protocol);
	pptp_ppp_packet_encode(&w, code, 1, data.bytes, data.length);
	n = pptp_gre_packet_encode(&ip, &gre, frame, w.length, packet, room);
	ck_assert_int_gt(n, 0);
	return (size_t)n;
}

START_TEST(control_messages_are_named_with_what_matters)
{
	struct pptp_control m = control(PPTP_SCCRQ);

	ck_assert_str_eq(line(&m), "SCCRQ 156 bytes");
	m = control(PPTP_OCRP);
	m.result_code = 1;
	m.call_id = 128;
	ck_assert_str_eq(line(&m), "OCRP result 1, call id 128");
}
END_TEST

START_TEST(what_a_server_chose_is_printable)
{
	struct pptp_control m = control(PPTP_SCCRP);

	m.result_code = 1;
	memcpy(m.host_name, "a\x1b[2J\"\xff", 8);
	ck_assert_str_eq(line(&m),
			 "SCCRP result 1, host \"a\\x1B[2J\\x22\\xFF\", "
			 "vendor \"\"");
}
END_TEST

START_TEST(another_protocol_is_shown)
{
	const char http[] = "HTTP/1.1 400 Bad Request\r\n";

	pptp_trace_other(text, http, 26);
	ck_assert_str_eq(text,
			 "not PPTP: \"HTTP/1.1 400 Bad Request\\x0D\\x0A\"");
}
END_TEST

START_TEST(lcp_shows_code_identifier_and_options)
{
	uint8_t packet[256];
	size_t n = ppp_packet(packet, sizeof(packet), PPTP_PPP_LCP,
			      PPTP_CONFIGURE_NAK, "0305c22380");

	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text, "LCP Configure-Nak id 1 mschap_v1");
	n = ppp_packet(packet, sizeof(packet), PPTP_PPP_LCP,
		       PPTP_CONFIGURE_REQUEST, "0305c223810506aa6a6ace0702");
	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text,
			 "LCP Configure-Request id 1 mschap_v2 magic pfc");
	n = ppp_packet(packet, sizeof(packet), PPTP_PPP_LCP,
		       PPTP_TERMINATE_REQUEST, "6279650a");
	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text, "LCP Terminate-Request id 1 \"bye\\x0A\"");
}
END_TEST

START_TEST(every_answer_to_a_request_shows_its_options)
{
	static const char *const lines[] = {
	    [PPTP_CONFIGURE_REQUEST] = "LCP Configure-Request id 1 pap mru",
	    [PPTP_CONFIGURE_ACK] = "LCP Configure-Ack id 1 pap mru",
	    [PPTP_CONFIGURE_NAK] = "LCP Configure-Nak id 1 pap mru",
	    [PPTP_CONFIGURE_REJECT] = "LCP Configure-Reject id 1 pap mru",
	};
	uint8_t packet[256], code;
	size_t n;

	for (code = PPTP_CONFIGURE_REQUEST; code <= PPTP_CONFIGURE_REJECT;
	     code++) {
		n = ppp_packet(packet, sizeof(packet), PPTP_PPP_LCP, code,
			       "0304c023010405dc");
		pptp_trace_packet(text, packet, n);
		ck_assert_str_eq(text, lines[code]);
	}
	/* An option that no RFC names, and one that is cut. */
	n = ppp_packet(packet, sizeof(packet), PPTP_PPP_LCP,
		       PPTP_CONFIGURE_REJECT, "fe02 0304c0");
	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text,
			 "LCP Configure-Reject id 1 option-254 malformed");
}
END_TEST

START_TEST(eap_tells_its_type_by_name_or_number)
{
	uint8_t packet[256];
	size_t n =
	    ppp_packet(packet, sizeof(packet), PPTP_PPP_EAP, 1, "01 6869");

	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text, "EAP Request id 1 identity");
	n = ppp_packet(packet, sizeof(packet), PPTP_PPP_EAP, 1, "f7");
	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text, "EAP Request id 1 type 247");
	n = ppp_packet(packet, sizeof(packet), PPTP_PPP_EAP, 3, "");
	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text, "EAP Success id 1");
}
END_TEST

START_TEST(a_code_without_a_name_is_its_number)
{
	static const struct {
		uint16_t protocol;
		const char *name;
	} rows[] = {{PPTP_PPP_LCP, "LCP"},
		    {PPTP_PPP_CHAP, "CHAP"},
		    {PPTP_PPP_EAP, "EAP"},
		    {PPTP_PPP_IPCP, "IPCP"}};
	uint8_t packet[256];
	char expected[64];
	size_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		n = ppp_packet(packet, sizeof(packet), rows[i].protocol, 200,
			       "");
		pptp_trace_packet(text, packet, n);
		snprintf(expected, sizeof(expected), "%s code 200 id 1",
			 rows[i].name);
		ck_assert_str_eq(text, expected);
	}
}
END_TEST

START_TEST(a_challenge_tells_its_length_and_name)
{
	uint8_t packet[256];
	size_t n = ppp_packet(packet, sizeof(packet), PPTP_PPP_CHAP,
			      PPTP_CHAP_CHALLENGE, "0411223344 7070747064");

	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text, "CHAP Challenge id 1 4 bytes from \"pptpd\"");
}
END_TEST

START_TEST(a_password_is_never_shown)
{
	uint8_t packet[256];
	size_t n = ppp_packet(packet, sizeof(packet), PPTP_PPP_PAP, 1,
			      "02 6d65 06 736563726574");

	pptp_trace_packet(text, packet, n);
	ck_assert_str_eq(text, "PAP Authenticate-Request id 1");
}
END_TEST

START_TEST(a_cut_packet_at_every_length_is_one_short_line)
{
	uint8_t packet[256];
	struct guarded g = guarded_new();
	size_t n = ppp_packet(packet, sizeof(packet), PPTP_PPP_LCP,
			      PPTP_CONFIGURE_REQUEST, "0305c223810506aa6a6ace");
	size_t i;

	for (i = 0; i <= n; i++) {
		pptp_trace_packet(text, guarded_copy(&g, packet, i), i);
		ck_assert_uint_gt(strlen(text), 0);
		ck_assert_ptr_null(strchr(text, '\n'));
	}
	guarded_free(&g);
}
END_TEST

START_TEST(a_long_text_is_cut_at_its_room)
{
	uint8_t packet[512], hex[401];
	size_t n;

	memset(hex, '0', 400);
	hex[400] = '\0';
	n = ppp_packet(packet, sizeof(packet), PPTP_PPP_LCP,
		       PPTP_TERMINATE_REQUEST, (const char *)hex);
	pptp_trace_packet(text, packet, n);
	ck_assert_uint_eq(strlen(text), PPTP_TRACE_TEXT - 1);
}
END_TEST

START_TEST(syns_and_their_answers_are_told)
{
	uint8_t packet[128];
	struct pptp_ip ip;
	struct pptp_tcp tcp;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&tcp, 0, sizeof(tcp));
	ip.source = pptp_address_v4(0xc0000201);
	ip.destination = pptp_address_v4(0xc0000202);
	ip.protocol = PPTP_IP_TCP;
	tcp.source_port = 40000;
	tcp.destination_port = 1723;
	n = pptp_tcp_syn_encode(&ip, &tcp, packet, sizeof(packet));
	ck_assert_int_gt(n, 33);
	pptp_trace_packet(text, packet, (size_t)n);
	ck_assert_str_eq(text, "SYN from port 40000 to port 1723");
	packet[33] = PPTP_TCP_SYN | PPTP_TCP_ACK;
	pptp_trace_packet(text, packet, (size_t)n);
	ck_assert_str_eq(text, "SYN-ACK from port 40000 to port 1723");
	packet[33] = PPTP_TCP_RST | PPTP_TCP_ACK;
	pptp_trace_packet(text, packet, (size_t)n);
	ck_assert_str_eq(text, "RST from port 40000 to port 1723");
}
END_TEST

static const char *packet_line(const char *hex)
{
	struct vector v = vector(hex);

	pptp_trace_packet(text, v.bytes, v.length);
	return text;
}

#define IP4(length, protocol)                                                  \
	"450000" length "00000000 40" protocol "0000 c0000201 c0000202"

START_TEST(icmp_tells_who_says_it_and_about_what)
{
	ck_assert_str_eq(
	    packet_line(IP4("38", "01") "03020000 00000000 45000020 00000000 "
					"402f0000 c0000202 c0000201 2081880b "
					"00001234"),
	    "ICMP 3/2 from 192.0.2.1 about protocol 47 to 192.0.2.1");
	ck_assert_str_eq(packet_line(IP4("1c", "01") "08000000 12340001"),
			 "ICMP 8/0 from 192.0.2.1");
	ck_assert_str_eq(packet_line(IP4("18", "01") "08000000"),
			 "ICMP malformed");
	ck_assert_str_eq(
	    packet_line("60000000 0008 3a 40"
			"20010db8000000000000000000000001"
			"20010db8000000000000000000000002 8000 0000 00010001"),
	    "ICMPv6 128/0 from 2001:db8::1");
}
END_TEST

START_TEST(what_has_nothing_to_tell_is_told_as_that)
{
	ck_assert_str_eq(packet_line(IP4("1c", "2f") "2001880b 00001234"),
			 "GRE empty for call 4660");
	ck_assert_str_eq(packet_line(IP4("20", "2f") "2081880b 00001234"
						     "00000007"),
			 "GRE acknowledgement of 7 for call 4660");
	ck_assert_str_eq(packet_line(IP4("18", "2f") "20810000"),
			 "GRE malformed");
	ck_assert_str_eq(packet_line(IP4("18", "06") "00000000"),
			 "TCP malformed");
	ck_assert_str_eq(packet_line(IP4("14", "11")), "IP protocol 17");
	ck_assert_str_eq(packet_line("45"), "IP malformed");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trace");

	CLAIM(s, control_messages_are_named_with_what_matters);
	CLAIM(s, what_a_server_chose_is_printable);
	CLAIM(s, another_protocol_is_shown);
	CLAIM(s, lcp_shows_code_identifier_and_options);
	CLAIM(s, every_answer_to_a_request_shows_its_options);
	CLAIM(s, eap_tells_its_type_by_name_or_number);
	CLAIM(s, a_code_without_a_name_is_its_number);
	CLAIM(s, a_challenge_tells_its_length_and_name);
	CLAIM(s, a_password_is_never_shown);
	CLAIM(s, a_cut_packet_at_every_length_is_one_short_line);
	CLAIM(s, a_long_text_is_cut_at_its_room);
	CLAIM(s, syns_and_their_answers_are_told);
	CLAIM(s, icmp_tells_who_says_it_and_about_what);
	CLAIM(s, what_has_nothing_to_tell_is_told_as_that);
	return run_suite(s);
}
