/* SPDX-License-Identifier: BSD-2-Clause */
/* Every way to the end. A farewell has an end of its own, 9 s after it began
 * (3 s after an abort), whatever the server says. */
#ifndef PPTP_LEAVE_H
#define PPTP_LEAVE_H

#include "core/talk.h"

/* Nothing more is said; what had begun a farewell stays the reason. */
void pptp_leave_finish(struct pptp_conversation *c, enum pptp_ended_by why,
		       int64_t now);
/* Says goodbye from as far as the conversation had come. */
void pptp_leave(struct pptp_conversation *c, enum pptp_ended_by why,
		int64_t now);
/* … where the call is granted and nothing more is asked of it. */
void pptp_leave_call(struct pptp_conversation *c, enum pptp_ended_by why,
		     int64_t now);
/* … where no call was placed, or the server has ended it. */
void pptp_leave_connection(struct pptp_conversation *c, enum pptp_ended_by why,
			   int64_t now);
/* The server's Stop-Control-Connection-Request. */
void pptp_leave_stopped(struct pptp_conversation *c, int64_t now);
/* Its Terminate-Ack. */
void pptp_leave_terminated(struct pptp_conversation *c, int64_t now);
/* We were told to stop: a farewell within 3 s. */
void pptp_leave_abort(struct pptp_conversation *c, int64_t now);
/* What a farewell waited for did not come. */
void pptp_leave_timeout(struct pptp_conversation *c, int64_t now);

#endif
