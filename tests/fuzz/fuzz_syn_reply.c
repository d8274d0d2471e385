/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "scan/syn_reply.h"

/* Whatever it says, one cookie at most is proven by it, and it is never one of
 * another port. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pptp_cookie cookie = {0, 0, 0};
	struct pptp_syn_reply reply;

	pptp_syn_reply_decode(&reply, data, size);
	cookie.sequence_number = reply.number;
	cookie.source_port = reply.source_port;
	if (reply.kind == PPTP_SYN_REPLY_NONE) {
		CHECK(!pptp_syn_reply_is_proven(&reply, &cookie));
		return 0;
	}
	CHECK(reply.target.family == reply.source.family);
	CHECK(reply.target.family == reply.from.family);
	CHECK(pptp_syn_reply_is_proven(&reply, &cookie) !=
	      (reply.kind == PPTP_SYN_REPLY_SYN_ACK));
	cookie.sequence_number -= 1;
	CHECK(pptp_syn_reply_is_proven(&reply, &cookie) ==
	      (reply.kind != PPTP_SYN_REPLY_ICMP));
	cookie.source_port ^= 1;
	CHECK(!pptp_syn_reply_is_proven(&reply, &cookie));
	return 0;
}
