/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Gives up what a program no longer needs. Only programs do this; a library
 * never changes the process that it runs in.
 *
 * Captures are opened when the first target behind an interface is met, so
 * CAP_NET_RAW is kept to the end; everything else goes as soon as files and
 * sockets are open: other capabilities, root's user and groups, a set-user-ID
 * bit's user, and the way to new ones (no_new_privs).
 */
#ifndef PPTP_CLI_PRIVILEGE_H
#define PPTP_CLI_PRIVILEGE_H

#include <stdbool.h>

enum pptp_keep {
	PPTP_KEEP_NOTHING,
	PPTP_KEEP_RAW, /* CAP_NET_RAW */
};

/* What was not held is not gained. False, after a sentence, where the system
 * refuses to take something away. */
bool pptp_privilege_drop(enum pptp_keep keep);

#endif
