/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts pptp-wire, which may send raw packets where this process may not. */
#ifndef PPTP_WIRE_HELPER_H
#define PPTP_WIRE_HELPER_H

#include <limits.h>
#include <sys/types.h>

#include "net/wire.h"

#define PPTP_WIRE_LACK (PATH_MAX + 128)

enum pptp_wire_helper_state {
	PPTP_WIRE_HELPER_MISSING,   /* there is none */
	PPTP_WIRE_HELPER_DENIED,    /* this user may not run it */
	PPTP_WIRE_HELPER_POWERLESS, /* it has no capability that counts */
	PPTP_WIRE_HELPER_FOREIGN,   /* of another release */
	PPTP_WIRE_HELPER_BROKEN,    /* it says nothing that can be understood */
	PPTP_WIRE_HELPER_WORKS,
};

/* Why it is of no use, and what mends that: two clauses, without a value from
 * elsewhere but for its path. Both empty where it works. */
struct pptp_wire_lack {
	enum pptp_wire_helper_state state;
	char cause[PPTP_WIRE_LACK], cure[PPTP_WIRE_LACK];
};

struct pptp_wire_helper {
	char path[PATH_MAX]; /* where it belongs; "": nobody knows */
	struct pptp_wire_lack lack;
	int fd;
	pid_t child;
};

/* Where it belongs: beside the program or module that asks, as in a build, or
 * in libexec/pptpgrade of the prefix that this lies in. Where none is there, the
 * last of these. False: nobody knows where this process's own file lies. */
bool pptp_wire_helper_path(char *path, size_t room);
/* The wire that it holds; it ends with the wire. It gets no environment and no
 * descriptor but its end of a socket. PPTP_ERROR_PRIVILEGE where it is not
 * there, or may not send; PPTP_ERROR_SYSTEM where it is not of this release;
 * PPTP_ERROR_MALFORMED where it cannot be understood or ends. `text` is then a
 * sentence. */
enum pptp_error pptp_wire_helper_open(struct pptp_wire **w,
				      const struct pptp_wire_config *config,
				      struct pptp_wire_lack *lack, char *text,
				      size_t room) PPTP_MUST_USE;
/* The same without a wire, for who speaks with it himself: `fd` and `child` are
 * the caller's then. */
enum pptp_error pptp_wire_helper_start(struct pptp_wire_helper *h, char *text,
				       size_t room) PPTP_MUST_USE;
/* Starts it, hears whether it may send, and ends it: no packet leaves. */
void pptp_wire_helper_try(struct pptp_wire_helper *h);

#endif
