/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/capture_filter.h"

#include <stdarg.h>
#include <stdio.h>

static void put(struct pptp_capture_filter *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct pptp_capture_filter *f, const char *format, ...)
{
	size_t room = sizeof(f->text) - f->length;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(f->text + f->length, room, format, arguments);
	va_end(arguments);
	f->full = f->full || n < 0 || (size_t)n >= room;
	if (!f->full)
		f->length += (size_t)n;
}

void pptp_capture_filter_begin(struct pptp_capture_filter *f,
			       const uint16_t *ports, size_t count, bool stream)
{
	char part[PPTP_FILTER_ROOM];
	size_t i;

	f->length = 0;
	f->full = false;
	put(f, "(");
	if (count == 0)
		put(f, "icmp or icmp6 or ip proto 47");
	if (count > PPTP_CAPTURE_PORTS)
		put(f, PPTP_CAPTURE_ALL);
	for (i = 0; i < count && count <= PPTP_CAPTURE_PORTS; i++) {
		f->full =
		    f->full || pptp_conversation_filter(NULL, ports[i], stream,
							part, sizeof(part)) < 0;
		put(f, "%s(%s)", i > 0 ? " or " : "", part);
	}
	put(f, ")");
}

void pptp_capture_filter_narrow(struct pptp_capture_filter *f)
{
	put(f, " and (icmp or icmp6");
}

void pptp_capture_filter_add(struct pptp_capture_filter *f,
			     const struct pptp_address *target,
			     uint16_t call_id)
{
	char address[PPTP_ADDRESS_TEXT];

	pptp_address_format(target, address);
	put(f, " or host %s", address);
	if (call_id != 0)
		put(f,
		    " or (ip proto 47 and "
		    "ip[((ip[0] & 15) << 2) + 6 : 2] = %u)",
		    call_id);
}

enum pptp_error pptp_capture_filter_end(struct pptp_capture_filter *f,
					bool narrow)
{
	if (narrow)
		put(f, ")");
	return f->full ? PPTP_ERROR_SPACE : PPTP_OK;
}
