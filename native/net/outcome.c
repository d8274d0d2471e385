/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/outcome.h"

#include <errno.h>
#include <stddef.h>

struct outcome {
	int error;
	enum pptp_input input;
};

/* What comes back later: Linux makes these of a RST, of ICMP and ICMPv6
 * (icmp_err_convert[], icmpv6_err_convert()), of ARP and neighbour discovery
 * without an answer, and of its own timer. All others are our system's. */
static const struct outcome outcomes[] = {
    {0, PPTP_INPUT_CONNECTED},
    {ECONNRESET, PPTP_INPUT_CONNECTED},
    {EPIPE, PPTP_INPUT_CONNECTED},
    {ECONNREFUSED, PPTP_INPUT_REFUSED},     /* RST; 3/3; v6 1/4 */
    {ENETUNREACH, PPTP_INPUT_UNREACHABLE},  /* 3/0 3/6 3/9 3/11; v6 1/0 */
    {EHOSTUNREACH, PPTP_INPUT_UNREACHABLE}, /* 3/1 3/10 3/12-15; v6 1/3 */
    {EHOSTDOWN, PPTP_INPUT_UNREACHABLE},    /* 3/7 */
    {ENONET, PPTP_INPUT_UNREACHABLE},       /* 3/8 */
    {ENOPROTOOPT, PPTP_INPUT_UNREACHABLE},  /* 3/2 */
    {EMSGSIZE, PPTP_INPUT_UNREACHABLE},     /* 3/4; v6 2/0 */
    {EOPNOTSUPP, PPTP_INPUT_UNREACHABLE},   /* 3/5 */
    {EPROTO, PPTP_INPUT_UNREACHABLE},       /* 12/x; v6 4/x */
    {EACCES, PPTP_INPUT_UNREACHABLE},       /* v6 1/1 1/5 1/6 */
    {ETIMEDOUT, PPTP_INPUT_TIMEOUT},
};

enum pptp_input pptp_outcome_of(int error, bool at_once)
{
	size_t i;

	/* No route, no port, no right: our own tables said so. */
	if (at_once && error != 0)
		return PPTP_INPUT_FAILED;
	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (outcomes[i].error == error)
			return outcomes[i].input;
	return PPTP_INPUT_FAILED;
}
