/* SPDX-License-Identifier: BSD-2-Clause */
/* What answers on a PPTP port where it is not PPTP, from its first bytes. */
#include "core/record_parts.h"

#include <string.h>

/* RFC 864's usual pattern: each byte is the next printable one. */
static bool is_chargen(const uint8_t *bytes, size_t length)
{
	if (length < 16 || bytes[0] < 0x20 || bytes[0] > 0x7e)
		return false;
	for (size_t i = 1; i < 16; i++)
		if (bytes[i] !=
		    (bytes[i - 1] == 0x7e ? 0x20 : bytes[i - 1] + 1))
			return false;
	return true;
}

/* A Start-Control-Connection-Request where a reply was due: only our own is
 * no PPTP. */
static bool is_echo(const uint8_t *bytes, size_t length)
{
	static const uint8_t request[] = {0,    156,  0,    1, 0x1a,
					  0x2b, 0x3c, 0x4d, 0, PPTP_SCCRQ};

	return length >= sizeof(request) &&
	       memcmp(bytes, request, sizeof(request)) == 0;
}

const char *pptp_record_service(const uint8_t *bytes, size_t length)
{
	static const struct {
		const char *start, *name;
	} table[] = {
	    {"HTTP/", "http"}, {"<!DO", "http"}, {"<htm", "http"},
	    {"SSH-", "ssh"},   {"220", "ftp"},   {"220-", "ftp"},
	    {"+OK", "pop3"},   {"* OK", "imap"}, {"RFB ", "vnc"},
	};

	if (length >= 3 && (bytes[0] == 0x16 || bytes[0] == 0x15) &&
	    bytes[1] == 3)
		return "tls";
	if (is_echo(bytes, length))
		return "echo";
	if (is_chargen(bytes, length))
		return "chargen";
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		size_t n = strlen(table[i].start);

		if (length >= n && memcmp(bytes, table[i].start, n) == 0)
			return table[i].name;
	}
	return "unknown";
}
