/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "cli/cli.h"

#define SENTENCE 1024

void pptp_say(const char *format, ...)
{
	char text[SENTENCE], *at;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (at = text; *at != '\0'; at++)
		if (iscntrl((unsigned char)*at))
			*at = '?';
	fprintf(stderr, "pptp-probe: %s\n", text);
}
