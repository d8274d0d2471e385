/* SPDX-License-Identifier: BSD-2-Clause */
/* First contact's rule: what two kinds of SYN met, and what may be said. */
#include "core/contact.h"

#include "unit/claims.h"

static struct pptp_contact_outcome decide(enum pptp_met raw, enum pptp_met own,
					  enum pptp_connect connect)
{
	struct pptp_contact c = {raw, raw == PPTP_MET_NOT_SENT ? 0 : 3, own,
				 connect, false};

	return pptp_contact_decide(&c);
}

struct row {
	enum pptp_met raw, own;
	enum pptp_connect connect;
	enum pptp_state state;
	enum pptp_reason reason, connect_reason;
	enum pptp_ended_by ended_by;
	bool differs;
};

#define M(x) PPTP_MET_##x
#define C(x) PPTP_CONNECT_##x
#define R(x) PPTP_REASON_##x
#define E(x) PPTP_ENDED_##x

/* clang-format off */
static const struct row rows[] = {
	/* both agree */
	{M(SYN_ACK), M(SYN_ACK), C(CONNECTED), PPTP_OPEN, R(SYN_ACK), R(SYN_ACK), E(SILENT), false},
	{M(SYN_ACK), M(NOT_SENT), C(CONNECTED), PPTP_OPEN, R(SYN_ACK), R(NONE), E(SILENT), false},
	{M(RST), M(RST), C(REFUSED), PPTP_CLOSED, R(RST), R(RST), E(REFUSED), false},
	{M(RST), M(SILENCE), C(REFUSED), PPTP_CLOSED, R(RST), R(NONE), E(REFUSED), false},
	{M(SILENCE), M(SILENCE), C(TIMEOUT), PPTP_SILENT, R(TIMEOUT), R(TIMEOUT), E(SILENT), false},
	{M(HARD_ICMP), M(HARD_ICMP), C(UNREACHABLE), PPTP_FILTERED, R(ICMP), R(ICMP), E(REFUSED), false},
	{M(HARD_ICMP), M(HARD_ICMP), C(REFUSED), PPTP_FILTERED, R(ICMP), R(ICMP), E(REFUSED), false},
	{M(SOFT_ICMP), M(SOFT_ICMP), C(UNREACHABLE), PPTP_SILENT, R(TIMEOUT), R(ICMP), E(SILENT), false},
	/* the kernel connected, and what is ours was treated otherwise */
	{M(SILENCE), M(SYN_ACK), C(CONNECTED), PPTP_OPEN, R(SYN_ACK), R(SYN_ACK), E(SILENT), true},
	{M(RST), M(NOT_SENT), C(CONNECTED), PPTP_OPEN, R(SYN_ACK), R(NONE), E(SILENT), true},
	{M(HARD_ICMP), M(SYN_ACK), C(CONNECTED), PPTP_OPEN, R(SYN_ACK), R(SYN_ACK), E(SILENT), true},
	{M(SOFT_ICMP), M(SYN_ACK), C(RESET), PPTP_OPEN, R(SYN_ACK), R(SYN_ACK), E(SILENT), true},
	/* ours was answered, connect() was not */
	{M(SYN_ACK), M(SILENCE), C(TIMEOUT), PPTP_OPEN, R(SYN_ACK), R(TIMEOUT), E(SILENT), true},
	{M(SYN_ACK), M(RST), C(REFUSED), PPTP_OPEN, R(SYN_ACK), R(RST), E(REFUSED), true},
	{M(SYN_ACK), M(HARD_ICMP), C(UNREACHABLE), PPTP_OPEN, R(SYN_ACK), R(ICMP), E(SILENT), true},
	{M(SYN_ACK), M(NOT_SENT), C(ERROR), PPTP_OPEN, R(SYN_ACK), R(NONE), E(ERROR), false},
	{M(SYN_ACK), M(NOT_SENT), C(NOT_TRIED), PPTP_OPEN, R(SYN_ACK), R(NONE), E(COMPLETE), false},
	/* a SYN-ACK for a try of the kernel's that ICMP had ended */
	{M(NOT_SENT), M(SYN_ACK), C(UNREACHABLE), PPTP_OPEN, R(SYN_ACK), R(NONE), E(SILENT), false},
	{M(RST), M(SYN_ACK), C(TIMEOUT), PPTP_OPEN, R(SYN_ACK), R(TIMEOUT), E(SILENT), true},
	/* no hand-made SYN */
	{M(NOT_SENT), M(NOT_SENT), C(REFUSED), PPTP_CLOSED, R(REFUSED), R(NONE), E(REFUSED), false},
	{M(NOT_SENT), M(RST), C(REFUSED), PPTP_CLOSED, R(REFUSED), R(RST), E(REFUSED), false},
	{M(NOT_SENT), M(NOT_SENT), C(UNREACHABLE), PPTP_SILENT, R(TIMEOUT), R(NONE), E(SILENT), false},
	{M(NOT_SENT), M(SOFT_ICMP), C(UNREACHABLE), PPTP_SILENT, R(ICMP), R(ICMP), E(SILENT), false},
	{M(NOT_SENT), M(SILENCE), C(TIMEOUT), PPTP_SILENT, R(TIMEOUT), R(TIMEOUT), E(SILENT), false},
	{M(NOT_SENT), M(NOT_SENT), C(ERROR), PPTP_NOT_TESTED, R(NONE), R(NONE), E(ERROR), false},
	/* two different noes */
	{M(RST), M(SILENCE), C(TIMEOUT), PPTP_CLOSED, R(RST), R(TIMEOUT), E(REFUSED), true},
	{M(RST), M(HARD_ICMP), C(REFUSED), PPTP_CLOSED, R(RST), R(ICMP), E(REFUSED), true},
	{M(SILENCE), M(RST), C(REFUSED), PPTP_SILENT, R(TIMEOUT), R(RST), E(REFUSED), true},
	{M(HARD_ICMP), M(RST), C(REFUSED), PPTP_FILTERED, R(ICMP), R(RST), E(REFUSED), true},
	{M(SILENCE), M(HARD_ICMP), C(REFUSED), PPTP_SILENT, R(TIMEOUT), R(ICMP), E(REFUSED), false},
	/* hand-made SYNs alone */
	{M(RST), M(NOT_SENT), C(NOT_TRIED), PPTP_CLOSED, R(RST), R(NONE), E(REFUSED), false},
	{M(SILENCE), M(NOT_SENT), C(NOT_TRIED), PPTP_SILENT, R(TIMEOUT), R(NONE), E(SILENT), false},
	{M(HARD_ICMP), M(NOT_SENT), C(NOT_TRIED), PPTP_FILTERED, R(ICMP), R(NONE), E(REFUSED), false},
};
/* clang-format on */

START_TEST(each_row_has_its_outcome)
{
	const struct row *row = &rows[_i];
	struct pptp_contact_outcome out =
	    decide(row->raw, row->own, row->connect);

	ck_assert_int_eq(out.state, row->state);
	ck_assert_int_eq(out.reason, row->reason);
	ck_assert_int_eq(out.connect_reason, row->connect_reason);
	ck_assert_int_eq(out.ended_by, row->ended_by);
	ck_assert_int_eq(out.differs, row->differs);
}
END_TEST

START_TEST(a_syn_ack_is_open_whatever_else_was_met)
{
	for (int a = M(NOT_SENT); a <= M(SYN_ACK); a++)
		for (int c = C(NOT_TRIED); c <= C(ERROR); c++) {
			ck_assert_int_eq(decide(M(SYN_ACK), (enum pptp_met)a,
						(enum pptp_connect)c)
					     .state,
					 PPTP_OPEN);
			ck_assert_int_eq(decide((enum pptp_met)a, M(SYN_ACK),
						(enum pptp_connect)c)
					     .state,
					 PPTP_OPEN);
		}
}
END_TEST

START_TEST(nothing_is_closed_or_filtered_without_a_rst_or_a_hard_code)
{
	for (int raw = M(NOT_SENT); raw <= M(SOFT_ICMP); raw++)
		for (int own = M(NOT_SENT); own <= M(RST); own++)
			for (int c = C(NOT_TRIED); c <= C(ERROR); c++) {
				enum pptp_state state =
				    decide((enum pptp_met)raw,
					   (enum pptp_met)own,
					   (enum pptp_connect)c)
					.state;

				ck_assert_int_ne(state, PPTP_FILTERED);
				ck_assert(
				    state != PPTP_CLOSED ||
				    (raw == M(NOT_SENT) && c == C(REFUSED)));
			}
}
END_TEST

START_TEST(one_silent_syn_beside_a_connection_may_be_a_loss)
{
	struct pptp_contact c = {M(SILENCE), 1, M(SYN_ACK), C(CONNECTED),
				 false};

	ck_assert(!pptp_contact_decide(&c).differs);
	c.raw_syns = 2;
	ck_assert(pptp_contact_decide(&c).differs);
}
END_TEST

START_TEST(a_try_that_icmp_may_have_ended_is_made_three_times)
{
	struct pptp_contact c = {M(SILENCE), 3, M(SILENCE), C(REFUSED), false};

	ck_assert(pptp_contact_again(&c, 1));
	ck_assert(pptp_contact_again(&c, 2));
	ck_assert(!pptp_contact_again(&c, 3));
	c.connect = C(UNREACHABLE);
	ck_assert(pptp_contact_again(&c, 1));
	for (int own = M(NOT_SENT); own <= M(HARD_ICMP); own++) {
		c.own = (enum pptp_met)own;
		c.connect = C(REFUSED);
		ck_assert(pptp_contact_again(&c, 1));
	}
	c.own = M(RST);
	ck_assert(!pptp_contact_again(&c, 1));
	c.own = M(SILENCE);
	c.connect = C(TIMEOUT);
	ck_assert(!pptp_contact_again(&c, 1));
	c.connect = C(ERROR);
	ck_assert(!pptp_contact_again(&c, 1));
}
END_TEST

START_TEST(silence_of_a_host_that_lives_is_met_by_six_tries)
{
	struct pptp_contact c = {M(SILENCE), 3, M(SILENCE), C(TIMEOUT), true};

	for (unsigned tries = 1; tries < 6; tries++)
		ck_assert(pptp_contact_again(&c, tries));
	ck_assert(!pptp_contact_again(&c, 6));
	c.alive = false;
	ck_assert(!pptp_contact_again(&c, 1));
	c.alive = true;
	c.raw = M(RST); /* it spoke: that is no loss */
	ck_assert(!pptp_contact_again(&c, 1));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("contact");
	TCase *table = tcase_create("each_row_has_its_outcome");

	tcase_add_loop_test(table, each_row_has_its_outcome, 0,
			    sizeof(rows) / sizeof(*rows));
	suite_add_tcase(s, table);
	CLAIM(s, a_syn_ack_is_open_whatever_else_was_met);
	CLAIM(s, nothing_is_closed_or_filtered_without_a_rst_or_a_hard_code);
	CLAIM(s, one_silent_syn_beside_a_connection_may_be_a_loss);
	CLAIM(s, a_try_that_icmp_may_have_ended_is_made_three_times);
	CLAIM(s, silence_of_a_host_that_lives_is_met_by_six_tries);
	return run_suite(s);
}
