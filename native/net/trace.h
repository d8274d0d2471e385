/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message in one line, for people who watch a conversation. What a server
 * chose is in it only as printable ASCII, with \xHH for every other byte.
 */
#ifndef PPTP_TRACE_H
#define PPTP_TRACE_H

#include <stddef.h>

#include "format/control.h"

#define PPTP_TRACE_TEXT 256 /* longer lines are cut */

/* "OCRP result 1, call id 128" */
void pptp_trace_control(char text[PPTP_TRACE_TEXT],
			const struct pptp_control *m);
/* Bytes of a control connection that are no message: 'not PPTP: "HTTP"' */
void pptp_trace_other(char text[PPTP_TRACE_TEXT], const void *bytes,
		      size_t length);
/* An IP packet: "LCP Configure-Nak id 1 mschap_v1". */
void pptp_trace_packet(char text[PPTP_TRACE_TEXT], const void *packet,
		       size_t length);

#endif
