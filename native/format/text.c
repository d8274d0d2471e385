/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/text.h"

#include <string.h>

char *pptp_text_digits(char *at, uint64_t value, unsigned width)
{
	char text[20];
	unsigned n = 0;

	do {
		text[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0 || n < width);
	while (n > 0)
		*at++ = text[--n];
	return at;
}

char *pptp_text_words(char *at, const char *text)
{
	size_t n = strlen(text);

	memcpy(at, text, n);
	return at + n;
}

/* Civil date of a day since 1970-01-01, by the 400-year cycle of the
 * Gregorian calendar counted from 0000-03-01. */
static void civil(int64_t day, int64_t *year, unsigned *month, unsigned *mday)
{
	int64_t shifted = day + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	unsigned of_era = (unsigned)(shifted - era * 146097);
	unsigned y =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * y + y / 4 - y / 100);
	unsigned m = (5 * of_year + 2) / 153;

	*mday = of_year - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = (int64_t)y + era * 400 + (*month <= 2);
}

void pptp_text_walk_time(struct pptp_sink *s, const char *key, int64_t time_us)
{
	const int64_t day_us = INT64_C(86400000000);
	int64_t day = time_us / day_us, rest = time_us % day_us, year;
	unsigned month, mday;
	char text[40], *at = text;

	if (rest < 0) {
		rest += day_us;
		day--;
	}
	civil(day, &year, &month, &mday);
	at = pptp_text_digits(at, (uint64_t)(year < 0 ? 0 : year), 4);
	at = pptp_text_digits(pptp_text_words(at, "-"), month, 2);
	at = pptp_text_digits(pptp_text_words(at, "-"), mday, 2);
	at = pptp_text_digits(pptp_text_words(at, "T"),
			      (uint64_t)(rest / INT64_C(3600000000)), 2);
	at = pptp_text_digits(pptp_text_words(at, ":"),
			      (uint64_t)(rest / 60000000 % 60), 2);
	at = pptp_text_digits(pptp_text_words(at, ":"),
			      (uint64_t)(rest / 1000000 % 60), 2);
	at = pptp_text_digits(pptp_text_words(at, "."),
			      (uint64_t)(rest % 1000000), 6);
	at = pptp_text_words(at, "Z");
	s->text(s, key, text, (size_t)(at - text));
}
