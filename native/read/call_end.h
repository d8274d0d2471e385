/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of a call of a capture. */
#ifndef PPTP_CALL_END_H
#define PPTP_CALL_END_H

#include "read/call_table.h"

/* Settles what the record of each call of `c` says. */
void pptp_call_end(struct pptp_call_connection *c);
/* Why a call that was heard to its end was ended, by who left first. */
enum pptp_ended_by pptp_call_ended_by(const struct pptp_record *r);

#endif
