/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/dissect.h"

#include "unit/claims.h"
#include "unit/vectors.h"

static const char *dissect(const struct vector *v, struct json *out)
{
	struct guarded g = guarded_new();

	pptp_dissect_ip(guarded_copy(&g, v->bytes, v->length), v->length,
			json_open(out), "layers");
	guarded_free(&g);
	return json_close(out);
}

static const char *dissect_hex(const char *hex, struct json *out)
{
	struct vector v = vector(hex);

	return dissect(&v, out);
}

/* The layers' names, each with a space after it. */
static const char *layers(const struct vector *v)
{
	static char names[1024];
	const char *mark = "{\"layer\":\"", *at, *end;
	struct json out;

	names[0] = '\0';
	at = dissect(v, &out);
	while ((at = strstr(at, mark)) != NULL) {
		at += strlen(mark);
		end = strchr(at, '"');
		strncat(names, at, (size_t)(end - at));
		strcat(names, " ");
	}
	return names;
}

static const char *layers_hex(const char *hex)
{
	struct vector v = vector(hex);

	return layers(&v);
}

/* A TCP segment from port 1723 with this payload. */
static struct vector segment(const char *hex)
{
	struct vector v =
	    vector("45000000 00004000 40060000 c0000201 c0000202"
		   "06bb9c40 00000001 00000001 50180100 00000000");
	struct vector payload = vector(hex);

	memcpy(v.bytes + v.length, payload.bytes, payload.length);
	v.length += payload.length;
	v.bytes[2] = (uint8_t)(v.length >> 8);
	v.bytes[3] = (uint8_t)v.length;
	return v;
}

START_TEST(lcp_in_gre_is_three_layers)
{
	struct json out;

	ck_assert_str_eq(layers_hex(VECTOR_IP_GRE_LCP), "ipv4 gre lcp ");
	dissect_hex(VECTOR_IP_GRE_LCP, &out);
	ck_assert_has(out.text, "{\"layers\":[{\"layer\":\"ipv4\","
				"\"source\":\"10.0.0.2\"");
	ck_assert_has(out.text, "{\"layer\":\"gre\",\"flags\":12289,"
				"\"payload_length\":28,\"call_id\":39925,"
				"\"sequence_number\":0}");
	ck_assert_has(out.text, "{\"layer\":\"lcp\"");
	ck_assert_has(out.text, "\"code\":1,");
}
END_TEST

START_TEST(bare_acknowledgment_has_no_ppp)
{
	ck_assert_str_eq(layers_hex(VECTOR_IP_GRE_ACK), "ipv4 gre ");
	ck_assert_str_eq(layers_hex(VECTOR_IP_GRE_CCP), "ipv4 gre ccp ");
}
END_TEST

START_TEST(other_gre_is_other)
{
	struct vector v = vector(VECTOR_IP_GRE_V0);
	struct json out;

	dissect(&v, &out);
	ck_assert_has(out.text,
		      "{\"layer\":\"other\",\"protocol\":47,"
		      "\"gre_version\":0,\"gre_protocol\":2048,\"length\":0}");
	/* Version 0 that claims PPP is no PPTP either. */
	v.bytes[22] = 0x88;
	v.bytes[23] = 0x0b;
	ck_assert_str_eq(layers(&v), "ipv4 other ");
}
END_TEST

START_TEST(wrong_enhanced_gre_is_malformed)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct json out;

	v.bytes[20] |= 0x80;
	ck_assert_has(dissect(&v, &out),
		      "{\"layer\":\"malformed\",\"why\":\"GRE checksum or "
		      "routing bit is set\",\"offset\":22}]}");
}
END_TEST

START_TEST(payload_cut_by_the_capture_still_shows_its_gre)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct json out;

	v.length -= 3;
	ck_assert_str_eq(layers(&v), "ipv4 gre malformed ");
	ck_assert_has(dissect(&v, &out), "\"call_id\":39925");
	ck_assert_has(out.text, "\"truncated\":true");
	ck_assert_has(out.text, "\"offset\":32}]}");
}
END_TEST

START_TEST(tunnels_are_followed)
{
	const char *six = layers_hex(VECTOR_IPV6_TUNNELS);

	ck_assert_msg(strncmp(six, "ipv6 ipv4 gre ", 14) == 0, "%s", six);
	ck_assert_msg(strcmp(six + strlen(six) - 9, "ipv4 udp ") == 0, "%s",
		      six);
	six = layers_hex(VECTOR_IP_GRE_DNS);
	ck_assert_msg(strncmp(six, "ipv4 gre ", 9) == 0, "%s", six);
	ck_assert_msg(strcmp(six + strlen(six) - 9, "ipv4 udp ") == 0, "%s",
		      six);
}
END_TEST

START_TEST(ip_in_gre_of_version_0_is_followed)
{
	ck_assert_str_eq(layers_hex("45000000 00004000 402f0000 c0000201"
				    "c0000202 20000800 00000001"
				    "45000000 00004000 40110000 c0000203"
				    "c0000204 00350035 00080000"),
			 "ipv4 other ipv4 udp ");
}
END_TEST

START_TEST(ip_in_a_ppp_frame_is_followed)
{
	struct vector v = vector("ff030021 45000000 00004000 40110000 c0000203"
				 "c0000204 00350035 00080000");
	struct json out;

	pptp_dissect_ppp(reader_of(&v), json_open(&out), "layers");
	json_close(&out);
	ck_assert_has(out.text, "\"layer\":\"udp\",\"source_port\":53");
}
END_TEST

/* IPv4 in IPv4, `deep` headers in all. */
static struct vector nest(size_t deep)
{
	struct vector one = vector("45000000 00004000 40040000"
				   "c0000201 c0000202");
	struct vector v = {{0}, 0};
	size_t i;

	for (i = 0; i < deep; i++) {
		one.bytes[3] = (uint8_t)(20 * (deep - i));
		one.bytes[9] = i + 1 < deep ? 4 : 99;
		memcpy(v.bytes + v.length, one.bytes, 20);
		v.length += 20;
	}
	return v;
}

START_TEST(fifth_tunnel_is_not_followed)
{
	struct vector v = nest(5);
	struct json out;

	ck_assert_str_eq(layers(&v), "ipv4 ipv4 ipv4 ipv4 ipv4 other ");
	ck_assert_has(dissect(&v, &out), "\"protocol\":99,\"length\":0}]}");
	v = nest(6);
	ck_assert_str_eq(layers(&v), "ipv4 ipv4 ipv4 ipv4 ipv4 other ");
	ck_assert_has(dissect(&v, &out), "\"protocol\":4,\"length\":20}]}");
	v = nest(12);
	ck_assert_str_eq(layers(&v), "ipv4 ipv4 ipv4 ipv4 ipv4 other ");
}
END_TEST

START_TEST(control_messages_of_a_segment_are_layers_each)
{
	struct vector v = segment(VECTOR_TWO_MESSAGES);
	struct json out;

	ck_assert_str_eq(layers(&v), "ipv4 tcp control control ");
	dissect(&v, &out);
	ck_assert_has(out.text, "{\"layer\":\"control\","
				"\"control_message_type\":12,"
				"\"name\":\"Call-Clear-Request\"");
	ck_assert_has(out.text, "\"name\":\"Call-Disconnect-Notify\"");
}
END_TEST

START_TEST(message_that_goes_on_elsewhere_is_no_fault)
{
	struct vector v = segment(VECTOR_ECHO_FIRST VECTOR_ECHO_FIRST);

	v.bytes[3] = (uint8_t)(v.bytes[3] - 5);
	v.length -= 5;
	ck_assert_str_eq(layers(&v), "ipv4 tcp control ");
	v = segment("009c00011a2b3c4d0002");
	ck_assert_str_eq(layers(&v), "ipv4 tcp ");
}
END_TEST

START_TEST(broken_message_after_a_good_one_is_malformed)
{
	struct vector v = segment(VECTOR_ECHO_FIRST "ffffffff");
	struct json out;

	ck_assert_str_eq(layers(&v), "ipv4 tcp control malformed ");
	ck_assert_has(dissect(&v, &out), "\"offset\":58}]}");
	v = segment(VECTOR_LENGTH_65535 "0000");
	ck_assert_str_eq(layers(&v), "ipv4 tcp malformed ");
}
END_TEST

START_TEST(tcp_without_the_cookie_is_only_tcp)
{
	struct vector v = segment(VECTOR_HTTP);

	ck_assert_str_eq(layers(&v), "ipv4 tcp ");
	v = segment("001000011a2b3c");
	ck_assert_str_eq(layers(&v), "ipv4 tcp ");
	ck_assert_str_eq(layers_hex(VECTOR_SYN_V6), "ipv6 tcp ");
}
END_TEST

START_TEST(icmp_shows_its_quote_inside)
{
	struct json out;

	ck_assert_str_eq(layers_hex(VECTOR_UNREACHABLE_GRE), "ipv4 icmp ");
	ck_assert_str_eq(layers_hex(VECTOR_UNREACHABLE_V6), "ipv6 icmpv6 ");
	ck_assert_has(dissect_hex(VECTOR_UNREACHABLE_GRE, &out),
		      "{\"layer\":\"icmp\",\"type\":3,\"code\":2,\"quote\":{");
}
END_TEST

START_TEST(icmp_of_the_other_version_is_other)
{
	struct vector v = vector(VECTOR_ECHO_V4);

	v.bytes[9] = 58;
	ck_assert_str_eq(layers(&v), "ipv4 other ");
	v = vector(VECTOR_ECHO_V6);
	v.bytes[6] = 1;
	ck_assert_str_eq(layers(&v), "ipv6 other ");
}
END_TEST

/* RFC 768: eight bytes, or it is none. */
START_TEST(udp_shows_its_ports_and_its_length)
{
	struct json out;

	dissect_hex("45000020 00004000 40110000 c0000201 c0000202"
		    "06a5d431 000c0000 01020304",
		    &out);
	ck_assert_has(out.text, "{\"layer\":\"udp\",\"source_port\":1701,"
				"\"destination_port\":54321,\"length\":12}");
	ck_assert_str_eq(layers_hex("4500001b 00004000 40110000 c0000201 "
				    "c0000202 06a5d431 000700"),
			 "ipv4 malformed ");
}
END_TEST

START_TEST(later_fragment_is_only_ip)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);

	v.bytes[7] = 2;
	ck_assert_str_eq(layers(&v), "ipv4 ");
	ck_assert_str_eq(layers_hex(VECTOR_EXTENSIONS_V6), "ipv6 udp ");
}
END_TEST

START_TEST(no_ip_at_all_is_malformed)
{
	struct json out;

	ck_assert_str_eq(dissect_hex("", &out),
			 "{\"layers\":[{\"layer\":\"malformed\","
			 "\"why\":\"ends too early\",\"offset\":0}]}");
	ck_assert_has(dissect_hex("99", &out), "neither IPv4 nor IPv6");
}
END_TEST

/* Headers one inside the other, each cut short of its own length. */
START_TEST(truncated_at_every_length_is_whole_json)
{
	static const char *const hex[] = {
	    VECTOR_IP_GRE_LCP,      VECTOR_IP_GRE_ECHO,    VECTOR_IP_GRE_DNS,
	    VECTOR_IPV6_TUNNELS,    VECTOR_UNREACHABLE_V6, VECTOR_SYN_V4,
	    VECTOR_UNREACHABLE_GRE, VECTOR_EXTENSIONS_V6,  VECTOR_IP_GRE_V0};
	struct vector v;
	struct json out;
	size_t i, n;

	for (i = 0; i < sizeof(hex) / sizeof(hex[0]); i++) {
		v = vector(hex[i]);
		for (n = v.length; n > 0; n--) {
			v.length = n - 1;
			dissect(&v, &out);
			ck_assert_has(out.text, "{\"layers\":[{\"layer\":");
			/* No IP header, nothing else. */
			if (n - 1 < 20)
				ck_assert_has_not(out.text, "\"ipv");
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dissect");

	CLAIM(s, lcp_in_gre_is_three_layers);
	CLAIM(s, bare_acknowledgment_has_no_ppp);
	CLAIM(s, other_gre_is_other);
	CLAIM(s, wrong_enhanced_gre_is_malformed);
	CLAIM(s, payload_cut_by_the_capture_still_shows_its_gre);
	CLAIM(s, tunnels_are_followed);
	CLAIM(s, ip_in_gre_of_version_0_is_followed);
	CLAIM(s, ip_in_a_ppp_frame_is_followed);
	CLAIM(s, fifth_tunnel_is_not_followed);
	CLAIM(s, control_messages_of_a_segment_are_layers_each);
	CLAIM(s, message_that_goes_on_elsewhere_is_no_fault);
	CLAIM(s, broken_message_after_a_good_one_is_malformed);
	CLAIM(s, tcp_without_the_cookie_is_only_tcp);
	CLAIM(s, icmp_shows_its_quote_inside);
	CLAIM(s, icmp_of_the_other_version_is_other);
	CLAIM(s, udp_shows_its_ports_and_its_length);
	CLAIM(s, later_fragment_is_only_ip);
	CLAIM(s, no_ip_at_all_is_malformed);
	CLAIM(s, truncated_at_every_length_is_whole_json);
	return run_suite(s);
}
