/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/error.h"

const char *pptp_error_text(enum pptp_error error)
{
	switch (error) { /* no default: the compiler finds a forgotten one */
	case PPTP_OK:
		return "success";
	case PPTP_ERROR_ARGUMENT:
		return "argument out of range";
	case PPTP_ERROR_SPACE:
		return "buffer too small";
	case PPTP_ERROR_SHORT:
		return "too short";
	case PPTP_ERROR_MALFORMED:
		return "malformed";
	case PPTP_ERROR_SYSTEM:
		return "system error";
	case PPTP_ERROR_PRIVILEGE:
		return "CAP_NET_RAW is missing";
	case PPTP_ERROR_INTERFACE:
		return "no such interface, or it is down";
	case PPTP_ERROR_ROUTE:
		return "no route to the target";
	case PPTP_ERROR_NAME:
		return "host name does not resolve";
	}
	return "unknown error";
}
