/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of what a conversation says. `data` has PPTP_PACKET_ROOM bytes;
 * the length comes back. */
#ifndef PPTP_UTTER_H
#define PPTP_UTTER_H

#include "core/talk.h"

/* One of TALK_SAY_ON_CONNECTION. */
size_t pptp_utter_control(const struct pptp_conversation *c,
			  enum talk_pending what, void *data);
/* A whole IP packet. Of a Configure-Request's answer that fits none, 0, and
 * `needs` is how long it would be; no sequence number is used up then. */
size_t pptp_utter_packet(struct pptp_conversation *c, enum talk_pending what,
			 void *data, size_t *needs);

#endif
