/* SPDX-License-Identifier: BSD-2-Clause */
/* What can go wrong, in one enum. 0 is success; negatives are errors. */
#ifndef PPTP_ERROR_H
#define PPTP_ERROR_H

#define PPTP_MUST_USE __attribute__((warn_unused_result))

enum pptp_error {
	PPTP_OK = 0,
	/* the caller's fault */
	PPTP_ERROR_ARGUMENT = -1, /* a value outside its range */
	PPTP_ERROR_SPACE = -2,    /* the caller's buffer is too small */
	/* the peer's fault */
	PPTP_ERROR_SHORT = -10,     /* the bytes end before the message does */
	PPTP_ERROR_MALFORMED = -11, /* no further byte could make it right */
	/* the system's fault */
	PPTP_ERROR_SYSTEM = -20,    /* see errno */
	PPTP_ERROR_PRIVILEGE = -21, /* CAP_NET_RAW is missing */
	PPTP_ERROR_INTERFACE = -22, /* no such interface, or it is down */
	PPTP_ERROR_ROUTE = -23,     /* no route to the target */
	PPTP_ERROR_NAME = -24,      /* a host name does not resolve */
};

/* A few words for people; never NULL. */
const char *pptp_error_text(enum pptp_error error);

#endif
