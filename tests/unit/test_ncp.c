/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/ncp.h"

#include <stdio.h>

#include "unit/vectors_ppp.h"

START_TEST(ipcp_addresses_are_text)
{
	struct json out;

	ck_assert_walks(FRAME_IPCP_ACK,
			"{\"layer\":\"ipcp\",\"protocol\":32801,"
			"\"protocol_name\":\"ipcp\",\"code\":2,"
			"\"name\":\"configure-ack\",\"identifier\":2,"
			"\"length\":10,\"options\":[{\"type\":3,"
			"\"name\":\"ip_address\",\"value\":\"192.0.2.2\"}]}");
	ck_assert_has(walked(&out, FRAME_IPCP_NAK), "\"value\":\"17.1.1.122\"");
	ck_assert_has(walked(&out, "8021 01 01 000a 8106 c0000235"),
		      "\"name\":\"primary_dns\",\"value\":\"192.0.2.53\"");
}
END_TEST

START_TEST(mppe_bits_are_a_number)
{
	struct json out;

	ck_assert_has(walked(&out, "80fd 01 01 000a 1206 01000060"),
		      "{\"type\":18,\"name\":\"mppe\","
		      "\"value\":16777312}");
}
END_TEST

START_TEST(other_options_are_hexadecimal)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_CCP_REQUEST),
		      "\"options\":["
		      "{\"type\":26,\"name\":\"deflate\",\"value\":\"7800\"},"
		      "{\"type\":24,\"name\":\"mvrca\",\"value\":\"7800\"},"
		      "{\"type\":21,\"name\":\"bsd_compress\","
		      "\"value\":\"2f\"}]}");
	ck_assert_has(walked(&out, "8057 01 01 000e 010a 0102030405060708"),
		      "{\"layer\":\"ipv6cp\"");
	ck_assert_has(out.text, "{\"type\":1,\"name\":\"interface_identifier\","
				"\"value\":\"0102030405060708\"}");
	ck_assert_has(walked(&out, "8021 01 01 0006 6302"),
		      "\"options\":[{\"type\":99}]}");
}
END_TEST

START_TEST(a_length_that_is_not_the_types_keeps_the_bytes)
{
	struct json out;

	ck_assert_has(walked(&out, "8021 01 01 0009 0305 c00002"),
		      "\"value\":\"c00002\",\"malformed\":{\"why\":"
		      "\"option's length is not its type's\"}}]}");
	ck_assert_has(walked(&out, "80fd 01 01 0006 1202"),
		      "\"name\":\"mppe\",\"malformed\":{\"why\":"
		      "\"option's length is not its type's\"}}]}");
}
END_TEST

START_TEST(other_codes_show_their_data)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_CCP_TERMINATE_ACK),
		      "{\"layer\":\"ccp\",\"protocol\":33021,"
		      "\"protocol_name\":\"ccp\",\"code\":6,"
		      "\"name\":\"terminate-ack\",\"identifier\":4,"
		      "\"length\":4}");
	ck_assert_has(walked(&out, "8021 05 01 0006 6279"),
		      "\"data\":\"6279\",\"text\":\"by\"}");
	ck_assert_has(walked(&out, "80fd 0e 01 0004"),
		      "\"name\":\"reset-request\"");
}
END_TEST

/* RFC 1332 3.3, 1877 and 2290: IPCP options that are one address. */
START_TEST(each_option_of_ipcp_is_an_address_or_bytes)
{
	static const uint8_t addresses[] = {3, 4, 129, 130, 131, 132};
	char frame[60];
	struct json out;

	for (unsigned type = 0; type < 256; type++) {
		bool address =
		    memchr(addresses, (int)type, sizeof(addresses)) != NULL;

		snprintf(frame, sizeof(frame), "8021 01 01 000a %02x06c0000201",
			 type);
		ck_assert_has(walked(&out, frame),
			      address ? "\"value\":\"192.0.2.1\""
				      : "\"value\":\"c0000201\"");
		frame[2] = '5'; /* IPV6CP has none */
		frame[3] = '7';
		ck_assert_has(walked(&out, frame), "\"value\":\"c0000201\"");
	}
}
END_TEST

/* RFC 1661 5: Configure-Request to Configure-Reject, 1 to 4. */
START_TEST(the_four_configure_codes_alone_have_options)
{
	char frame[40];
	struct json out;

	for (unsigned code = 0; code < 256; code++) {
		snprintf(frame, sizeof(frame), "8021 %02x 01 0006 0302", code);
		ck_assert_int_eq(strstr(walked(&out, frame), "\"options\":[") !=
				     NULL,
				 code >= 1 && code <= 4);
	}
}
END_TEST

START_TEST(callback_control_is_read_as_options)
{
	struct json out;

	ck_assert_has(walked(&out, "c029 01 01 0006 0102"),
		      "{\"layer\":\"other\",\"protocol\":49193,"
		      "\"protocol_name\":\"cbcp\",\"code\":1,"
		      "\"name\":\"callback-request\",\"identifier\":1,"
		      "\"length\":6,\"options\":[{\"type\":1,"
		      "\"name\":\"no_callback\"}]}");
}
END_TEST

/* tcpdump, tests/ppp_ccp_config_deflate_option_asan.pcap and
 * ppp-invalid-lengths.pcap: option lengths past the end */
START_TEST(options_past_the_packet_are_malformed_where_they_end)
{
	struct json out;

	ck_assert_has(walked(&out, "80fd 01 01 0007 1a04 78"),
		      "\"options\":[],\"malformed\":{\"why\":"
		      "\"runs past the length around it\",\"offset\":8}");
	ck_assert_has(walked(&out, "8021 01 01 000c 0306c0000201 03da"),
		      "\"value\":\"192.0.2.1\"}],\"malformed\":{\"why\":"
		      "\"runs past the length around it\",\"offset\":14}");
	ck_assert_has(walked(&out, "8021 01 01 0006 0300"),
		      "\"options\":[],\"malformed\":{\"why\":"
		      "\"option's length is below 2\",\"offset\":7}");
}
END_TEST

START_TEST(names_are_known_or_null)
{
	ck_assert_str_eq(pptp_ncp_option_name(PPTP_PPP_IPCP, 3), "ip_address");
	ck_assert_str_eq(pptp_ncp_option_name(PPTP_PPP_CCP, 18), "mppe");
	ck_assert_str_eq(pptp_ncp_option_name(PPTP_PPP_CBCP, 2), "user_number");
	ck_assert_ptr_null(pptp_ncp_option_name(PPTP_PPP_IPV6CP, 3));
	ck_assert_ptr_null(pptp_ncp_option_name(PPTP_PPP_LCP, 1));
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	ck_assert_truncations(FRAME_IPCP_ACK, 12);
	ck_assert_truncations(FRAME_CCP_REQUEST, 17);
	ck_assert_truncations("8057 01 01 000e 010a 0102030405060708", 16);
	ck_assert_truncations("c029 01 01 0006 0102", 8);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ncp");

	CLAIM(s, ipcp_addresses_are_text);
	CLAIM(s, mppe_bits_are_a_number);
	CLAIM(s, other_options_are_hexadecimal);
	CLAIM(s, a_length_that_is_not_the_types_keeps_the_bytes);
	CLAIM(s, other_codes_show_their_data);
	CLAIM(s, each_option_of_ipcp_is_an_address_or_bytes);
	CLAIM(s, the_four_configure_codes_alone_have_options);
	CLAIM(s, callback_control_is_read_as_options);
	CLAIM(s, options_past_the_packet_are_malformed_where_they_end);
	CLAIM(s, names_are_known_or_null);
	CLAIM(s, truncated_at_every_length_is_short);
	return run_suite(s);
}
