/* SPDX-License-Identifier: BSD-2-Clause */
/* What pptp-wire is told before anything else: how to capture, and whom to leave
 * alone. */
#ifndef PPTP_WIRE_SETTINGS_H
#define PPTP_WIRE_SETTINGS_H

#include "net/wire.h"
#include "net/wire_socket.h"

/* PPTP_OK, or what it was answered with, and why. */
enum pptp_error pptp_wire_tell_settings(struct pptp_wire_socket *s,
					const struct pptp_wire_config *config,
					char *text, size_t room) PPTP_MUST_USE;

#endif
