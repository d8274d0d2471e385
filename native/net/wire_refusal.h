/* SPDX-License-Identifier: BSD-2-Clause */
/* What pptp-wire cannot do, or will not, in words for a user. Pure. */
#ifndef PPTP_WIRE_REFUSAL_H
#define PPTP_WIRE_REFUSAL_H

#include "format/error.h"
#include "net/wire_messages.h"

/* Of a conversation: its errno, where that says too little by itself. One
 * sentence, or a clause. */
void pptp_wire_tell_refusal(const struct pptp_address *target, uint16_t port,
			    int error, char *text, size_t room);
/* `error` again, with errno as it was; where it is one, `text` is the answer's,
 * or says that pptp-wire cannot do `what`. */
enum pptp_error pptp_wire_tell_failure(const struct pptp_wire_message *answer,
				       enum pptp_error error, const char *what,
				       char *text, size_t room);

#endif
