/* SPDX-License-Identifier: BSD-2-Clause */
/* What the observer makes of PPP behind LCP. */
#include "unit/observed.h"

/* ---- who says who it is ---------------------------------------------------- */

/* A protocol of the network's, after `code` of ours under MS-CHAPv2. */
static void network_after(uint16_t protocol, uint8_t code)
{
	begin_gre();
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, OFFER_V2);
	LCP(PPTP_US, CONFIGURE_ACK, 1, OFFER_V2);
	wire(PPTP_US, protocol, code, 1, "00");
	wire(PPTP_SERVER, PPTP_PPP_IPCP, PPTP_CONFIGURE_REQUEST, 1, "");
}

/* RFC 1994 4.1 and RFC 3748 4: the Response is code 2; RFC 1334 2.2.1: PAP's
 * Authenticate-Request is code 1. */
START_TEST(a_network_protocol_is_odd_but_behind_a_login)
{
	static const struct {
		uint16_t protocol;
		uint8_t login; /* its code */
	} rows[] = {{PPTP_PPP_CHAP, 2},
		    {PPTP_PPP_EAP, 2},
		    {PPTP_PPP_PAP, 1},
		    {PPTP_PPP_IPCP, 0}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (uint8_t code = 1; code < 6; code++) {
			network_after(rows[i].protocol, code);
			ck_assert_int_eq(
			    pptp_record_has_note(&seen, PPTP_NOTE_PROTOCOL),
			    code != rows[i].login);
			ck_assert_uint_eq(seen.network.count, 0);
		}
}
END_TEST

/* From our Ack of CHAP on; what was seen stays so. */
START_TEST(a_challenge_is_awaited_once_we_agreed_to_one)
{
	begin_gre();
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, OFFER_V2);
	ck_assert_int_eq(seen.challenge.state, PPTP_NOT_TESTED);
	LCP(PPTP_US, CONFIGURE_ACK, 1, OFFER_V2);
	ck_assert_int_eq(seen.challenge.state, PPTP_NONE);
	ck_assert_int_eq(seen.network.state, PPTP_NOT_TESTED);
	wire(PPTP_SERVER, PPTP_PPP_CHAP, 1, 1, "01 00 61");
	ck_assert_int_eq(seen.challenge.state, PPTP_SEEN);
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 2, OFFER_V2);
	LCP(PPTP_US, CONFIGURE_ACK, 2, OFFER_V2);
	ck_assert_int_eq(seen.challenge.state, PPTP_SEEN);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("observer of PPP");

	CLAIM(s, a_network_protocol_is_odd_but_behind_a_login);
	CLAIM(s, a_challenge_is_awaited_once_we_agreed_to_one);
	return run_suite(s);
}
