/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/say.h"

#define SENTENCE 8192 /* a path of the longest kind, and words around it */

static bool is_control(unsigned code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

/* The bytes of one character that a terminal may be shown: ASCII, or UTF-8 of
 * two to four bytes. 0: a control character, or no character at all. */
static size_t printable(const unsigned char *at)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t size = at[0] < 0x80                    ? 1
		      : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
		      : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
		      : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
						      : 0;
	unsigned code = size == 1 ? at[0] : at[0] & (0x7fU >> size);
	size_t i;

	for (i = 1; i < size; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3fU);
	}
	return size > 0 && code >= least[size] && !is_control(code) ? size : 0;
}

static void put_text(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t size;

	while (*at != '\0') {
		size = printable(at);
		if (size == 0)
			fprintf(stderr, "\\x%02x", *at);
		else
			fwrite(at, 1, size, stderr);
		at += size > 0 ? size : 1;
	}
}

void pptp_say(const char *format, ...)
{
	char text[SENTENCE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fputs("pptp-probe: ", stderr);
	put_text(text);
	fputc('\n', stderr);
}
