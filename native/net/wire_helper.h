/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts pptp-wire, which may send raw packets where this process may not. */
#ifndef PPTP_WIRE_HELPER_H
#define PPTP_WIRE_HELPER_H

#include "net/wire.h"

/* Where it belongs: beside the program or module that asks, as in a build, or
 * in libexec/pptpgrade of the prefix that this lies in. Where none is there, the
 * last of these. False: nobody knows where this process's own file lies. */
bool pptp_wire_helper_path(char *path, size_t room);
/* The wire that it holds; it ends with the wire. It gets no environment and no
 * descriptor but its end of a socket. PPTP_ERROR_PRIVILEGE where it is not
 * there, or may not send; `text` is then a clause that says what to do.
 * PPTP_ERROR_SYSTEM where it is not of this release, cannot be understood or
 * ends; `text` is then a sentence. */
enum pptp_error pptp_wire_helper_open(struct pptp_wire **w, const char *path,
				      const struct pptp_wire_config *config,
				      char *text, size_t room) PPTP_MUST_USE;

#endif
