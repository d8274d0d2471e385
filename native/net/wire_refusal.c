/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void pptp_wire_tell_refusal(const struct pptp_address *target, uint16_t port,
			    int error, char *text, size_t room)
{
	char address[PPTP_ADDRESS_TEXT];

	pptp_address_format(target, address);
	if (error == EBUSY)
		snprintf(text, room,
			 "pptp-wire leaves %s port %u alone while another user "
			 "of this host is connected with it; run it again "
			 "later, or as root",
			 address, port);
	else if (error == EDQUOT)
		snprintf(text, room,
			 "pptp-wire speaks with no more than 256 public "
			 "addresses: %s is one more; say with --contact who "
			 "you are",
			 address);
	else
		snprintf(text, room, "pptp-wire refuses %s port %u: %s (%d)",
			 address, port, strerror(error), error);
}

enum pptp_error pptp_wire_tell_failure(const struct pptp_wire_message *answer,
				       enum pptp_error error, const char *what,
				       char *text, size_t room)
{
	int saved = errno;

	if (error == PPTP_OK)
		return error;
	if (answer->text[0] != '\0')
		snprintf(text, room, "%s", answer->text);
	else
		snprintf(text, room, "pptp-wire cannot %s: %s", what,
			 error == PPTP_ERROR_SYSTEM ? strerror(saved)
						    : pptp_error_text(error));
	errno = saved;
	return error;
}
