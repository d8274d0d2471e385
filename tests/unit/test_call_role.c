/* SPDX-License-Identifier: BSD-2-Clause */
/* Who asks the other for a login is the server. */
#include "read/call_role.h"

#include "format/control.h"
#include "unit/claims.h"

/* What a PPP frame tells: 's' its sender is the server, 'c' the client, '-'
 * nothing; flush against an unreadable page. */
static char told_by(const char *hex)
{
	struct vector v = vector(hex);
	struct guarded g = guarded_new();
	enum pptp_side side = PPTP_US;
	struct pptp_gre gre;
	bool told;

	memset(&gre, 0, sizeof(gre));
	pptp_reader_init(&gre.payload, guarded_copy(&g, v.bytes, v.length),
			 v.length);
	told = pptp_call_role(&gre, &side);
	guarded_free(&g);
	return !told ? '-' : side == PPTP_SERVER ? 's' : 'c';
}

static const struct {
	const char *hex;
	char told;
} frames[] = {
    {"ff03 c021 01010009 0305c22381", 's'},   /* LCP request with option 3 */
    {"c021 01010009 0305c22381", 's'},        /* without FF 03 */
    {"ff03 c021 0101000a 050601020304", '-'}, /* … without option 3 */
    {"ff03 c021 03010009 0305c22381", '-'},   /* LCP Nak that names one */
    {"ff03 c021 02010009 0305c22381", '-'},   /* LCP Ack of one */
    {"ff03 c021 01010009 0305c223", '-'},     /* cut */
    {"ff03 c223 01010006 0011", 's'},         /* CHAP Challenge */
    {"ff03 c223 02010006 0011", 'c'},         /* Response */
    {"ff03 c223 03010006 0011", 's'},         /* Success */
    {"ff03 c223 04010006 0011", 's'},         /* Failure */
    {"ff03 c223 05010006 0011", '-'},         /* no code of CHAP */
    {"ff03 c227 01010005 01", 's'},           /* EAP Request */
    {"ff03 c227 02010005 01", 'c'},           /* Response */
    {"ff03 c023 01010006 0000", 'c'},         /* PAP Authenticate-Request */
    {"ff03 c023 02010005 00", 's'},           /* Ack */
    {"ff03 c023 03010005 00", 's'},           /* Nak */
    {"ff03 c023 04010005 00", '-'},
    {"ff03 8021 0101000a 030600000000", '-'}, /* IPCP */
    {"ff03 00fd 90010102", '-'},              /* encrypted */
    {"ff03 0021 45000014", '-'},              /* IPv4 */
    {"ff03", '-'},
    {"", '-'},
};

#define FRAMES ((int)(sizeof(frames) / sizeof(*frames)))

START_TEST(a_frame_tells_who_sent_it)
{
	ck_assert_msg(told_by(frames[_i].hex) == frames[_i].told,
		      "%s: %c, not %c", frames[_i].hex, told_by(frames[_i].hex),
		      frames[_i].told);
}
END_TEST

/* However it is cut, a frame tells nothing else than it does as a whole. */
START_TEST(a_cut_frame_tells_the_same_or_nothing)
{
	struct vector v = vector(frames[_i].hex);
	struct guarded g = guarded_new();
	enum pptp_side side;
	struct pptp_gre gre;

	memset(&gre, 0, sizeof(gre));
	for (size_t n = 0; n < v.length; n++) {
		pptp_reader_init(&gre.payload, guarded_copy(&g, v.bytes, n), n);
		if (pptp_call_role(&gre, &side))
			ck_assert_int_eq(frames[_i].told,
					 side == PPTP_SERVER ? 's' : 'c');
	}
	guarded_free(&g);
}
END_TEST

START_TEST(a_message_tells_who_sent_it)
{
	struct guarded g = guarded_new();

	for (unsigned type = 0; type < 20; type++) {
		uint8_t head[10] = {0, 156, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0};
		bool client = type == PPTP_SCCRQ || type == PPTP_OCRQ;
		bool server = type == PPTP_SCCRP || type == PPTP_OCRP;
		enum pptp_side side;

		head[9] = (uint8_t)type;
		for (size_t n = 0; n <= sizeof(head); n++) {
			const uint8_t *bytes = guarded_copy(&g, head, n);
			bool whole = n == sizeof(head);

			ck_assert_int_eq(
			    pptp_call_control_role(bytes, n, &side),
			    whole && (client || server));
			ck_assert_int_eq(pptp_call_starts(bytes, n),
					 whole && (type == PPTP_SCCRQ ||
						   type == PPTP_SCCRP));
		}
		if (client || server)
			ck_assert_int_eq(side, client ? PPTP_US : PPTP_SERVER);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(without_the_cookie_it_is_no_message)
{
	uint8_t head[10] = {0, 156, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1};
	enum pptp_side side;

	ck_assert(pptp_call_starts(head, sizeof(head)));
	for (size_t i = 4; i < 8; i++) {
		head[i] ^= 1;
		ck_assert(!pptp_call_starts(head, sizeof(head)));
		ck_assert(!pptp_call_control_role(head, sizeof(head), &side));
		head[i] ^= 1;
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("call_role");
	TCase *t = tcase_create("frames");

	tcase_add_loop_test(t, a_frame_tells_who_sent_it, 0, FRAMES);
	tcase_add_loop_test(t, a_cut_frame_tells_the_same_or_nothing, 0,
			    FRAMES);
	suite_add_tcase(s, t);
	CLAIM(s, a_message_tells_who_sent_it);
	CLAIM(s, without_the_cookie_it_is_no_message);
	return run_suite(s);
}
