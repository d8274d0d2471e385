/* SPDX-License-Identifier: BSD-2-Clause */
/* How long LCP is waited for, and what shortens that. */
#include "unit/peer.h"

/* The time of what left last, after `since`. */
static int64_t left_after(int64_t since)
{
	ck_assert_uint_gt(w.sent, 0);
	return w.log[w.sent - 1].at - since;
}

static void open_without_login(void)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_NONE);
	expect_lcp(PPTP_CONFIGURE_ACK);
}

/* 0.25 s behind the first of them, however many follow. */
START_TEST(network_protocols_are_collected_once)
{
	int64_t first;

	open_without_login();
	ppp(PPTP_PPP_CCP, PPTP_CONFIGURE_REQUEST, 1, "120601000040");
	first = w.now;
	for (uint8_t id = 2; id < 9; id++) {
		wait_for(40 * MS);
		ppp(PPTP_PPP_CCP, PPTP_CONFIGURE_REQUEST, id, "120601000040");
	}
	run_until(first + 250 * MS);
	ck_assert_int_eq(left_after(first), 250 * MS);
	while (w.read < w.sent - 1)
		(void)expect(PPTP_ACTION_PACKET); /* acknowledgements */
	expect_lcp(PPTP_TERMINATE_REQUEST);
}
END_TEST

/* What is neither LCP, nor a challenge for what we agreed to, nor an NCP after
 * an agreement without login. */
START_TEST(other_protocols_shorten_no_wait)
{
	static const uint16_t others[] = {PPTP_PPP_CHAP, PPTP_PPP_PAP,
					  PPTP_PPP_EAP, PPTP_PPP_IPCP, 0xc025};
	struct setting f = plan();
	int64_t asked;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		open_call(&f);
		asked = w.now;
		ppp(others[i], 3, 1, "00");
		wait_for(2 * S);
		lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
		while (w.read < w.sent - 1)
			(void)expect(PPTP_ACTION_PACKET);
		expect_lcp(PPTP_CONFIGURE_ACK);
		ck_assert_int_gt(w.now - asked, 2 * S);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("negotiate");

	CLAIM(s, network_protocols_are_collected_once);
	CLAIM(s, other_protocols_shorten_no_wait);
	return run_suite(s);
}
