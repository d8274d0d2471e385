/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/address.h"

#include <string.h>

#define GROUPS 8

struct text {
	const char *at, *end;
};

static bool more(const struct text *t)
{
	return t->at < t->end;
}

static bool take(struct text *t, char c)
{
	if (!more(t) || *t->at != c)
		return false;
	t->at++;
	return true;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* A number of at most `width` digits to `base`; false without a digit. */
static bool take_number(struct text *t, int base, int width, unsigned *value)
{
	int n, digit;

	*value = 0;
	for (n = 0; n < width && more(t); n++) {
		digit = digit_value(*t->at);
		if (digit < 0 || digit >= base)
			break;
		*value = *value * (unsigned)base + (unsigned)digit;
		t->at++;
	}
	return n > 0;
}

static bool take_v4(struct text *t, uint8_t *bytes)
{
	const char *start;
	unsigned value;
	int i;

	for (i = 0; i < 4; i++) {
		if (i > 0 && !take(t, '.'))
			return false;
		start = t->at;
		if (!take_number(t, 10, 3, &value) || value > 255)
			return false;
		/* inet_aton would read a leading zero as octal. */
		if (*start == '0' && t->at - start > 1)
			return false;
		bytes[i] = (uint8_t)value;
	}
	return !more(t);
}

/* Groups up to the end; `gap` is the group that `::` stands before. */
static int take_groups(struct text *t, uint8_t *bytes, int *gap)
{
	const char *start;
	unsigned value;
	int n = 0;

	if (take(t, ':')) {
		if (!take(t, ':'))
			return -1;
		*gap = 0;
	}
	while (more(t)) {
		if (n == GROUPS)
			return -1;
		start = t->at;
		if (!take_number(t, 16, 4, &value))
			return -1;
		if (more(t) && *t->at == '.') {
			t->at = start;
			if (n > GROUPS - 2 || !take_v4(t, bytes + 2 * n))
				return -1;
			return n + 2;
		}
		bytes[2 * n] = (uint8_t)(value >> 8);
		bytes[2 * n + 1] = (uint8_t)value;
		n++;
		if (!more(t))
			break;
		if (!take(t, ':') || !more(t))
			return -1;
		if (take(t, ':')) {
			if (*gap >= 0)
				return -1;
			*gap = n;
		}
	}
	return n;
}

static bool parse_v6(struct text t, uint8_t *bytes)
{
	int gap = -1;
	int n = take_groups(&t, bytes, &gap);
	size_t head, tail;

	if (n < 0 || (gap < 0 ? n != GROUPS : n >= GROUPS))
		return false;
	if (gap < 0)
		return true;
	head = 2 * (size_t)gap;
	tail = 2 * (size_t)n - head;
	memmove(bytes + 16 - tail, bytes + head, tail);
	memset(bytes + head, 0, 16 - tail - head);
	return true;
}

bool pptp_address_parse(struct pptp_address *a, const char *text, size_t length)
{
	struct text t = {text, text + length};
	struct text again = t;

	memset(a, 0, sizeof(*a));
	if (take_v4(&t, a->bytes)) {
		a->family = 4;
		return true;
	}
	memset(a, 0, sizeof(*a));
	if (parse_v6(again, a->bytes)) {
		a->family = 6;
		return true;
	}
	memset(a, 0, sizeof(*a));
	return false;
}

static char *put_number(char *p, unsigned value, unsigned base)
{
	unsigned unit = 1;

	while (value / unit >= base)
		unit *= base;
	for (; unit > 0; unit /= base)
		*p++ = "0123456789abcdef"[value / unit % base];
	return p;
}

static unsigned group(const struct pptp_address *a, int i)
{
	return (unsigned)a->bytes[2 * i] << 8 | a->bytes[2 * i + 1];
}

/* The first of the longest runs of zero groups; a single one is not
 * shortened (RFC 5952 4.2). */
static int longest_zeros(const struct pptp_address *a, int *length)
{
	int start = 0, best = -1, i;

	*length = 1;
	for (i = 0; i < GROUPS; i++) {
		if (group(a, i) != 0) {
			start = i + 1;
		} else if (i + 1 - start > *length) {
			best = start;
			*length = i + 1 - start;
		}
	}
	return best;
}

static char *put_v6(char *p, const struct pptp_address *a)
{
	int length, gap = longest_zeros(a, &length), i;

	for (i = 0; i < GROUPS; i++) {
		if (i == gap) {
			*p++ = ':';
			*p++ = ':';
			i += length - 1;
			continue;
		}
		if (i > 0 && i != gap + length)
			*p++ = ':';
		p = put_number(p, group(a, i), 16);
	}
	return p;
}

size_t pptp_address_format(const struct pptp_address *a, char *text)
{
	char *p = text;
	int i;

	if (a->family == 6)
		p = put_v6(p, a);
	for (i = 0; a->family == 4 && i < 4; i++) {
		if (i > 0)
			*p++ = '.';
		p = put_number(p, a->bytes[i], 10);
	}
	*p = '\0';
	return (size_t)(p - text);
}

static size_t width(const struct pptp_address *a)
{
	return a->family == 6 ? 16 : a->family == 4 ? 4 : 0;
}

bool pptp_address_equal(const struct pptp_address *a,
			const struct pptp_address *b)
{
	return pptp_address_compare(a, b) == 0;
}

int pptp_address_compare(const struct pptp_address *a,
			 const struct pptp_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, width(a));
}

void pptp_address_increment(struct pptp_address *a)
{
	size_t i = width(a);

	while (i-- > 0 && ++a->bytes[i] == 0)
		;
}

void pptp_address_decrement(struct pptp_address *a)
{
	size_t i = width(a);

	while (i-- > 0 && a->bytes[i]-- == 0)
		;
}

uint64_t pptp_address_half(const struct pptp_address *a, size_t at)
{
	uint64_t value = 0;
	size_t i;

	for (i = at; i < at + 8; i++)
		value = value << 8 | a->bytes[i];
	return value;
}

struct block {
	uint8_t bits;
	uint8_t prefix[4];
};

static const struct block private_v4[] = {
    {8, {0}},
    {8, {10}},
    {10, {100, 64}},
    {8, {127}},
    {16, {169, 254}},
    {12, {172, 16}},
    {24, {192, 0, 0}},
    {24, {192, 0, 2}},
    {16, {192, 168}},
    {15, {198, 18}},
    {24, {198, 51, 100}},
    {24, {203, 0, 113}},
};

static const struct block private_v6[] = {
    {7, {0xfc}},                    /* unique local */
    {10, {0xfe, 0x80}},             /* link-local */
    {32, {0x20, 0x01, 0x0d, 0xb8}}, /* documentation, RFC 3849 */
    {20, {0x3f, 0xff, 0x00}},       /* documentation, RFC 9637 */
};

static bool is_in(const uint8_t *bytes, const struct block *b)
{
	unsigned i;

	for (i = 0; i < b->bits; i++)
		if ((bytes[i / 8] ^ b->prefix[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static bool is_in_any(const uint8_t *bytes, const struct block *blocks,
		      size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (is_in(bytes, &blocks[i]))
			return true;
	return false;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool pptp_address_is_private(const struct pptp_address *a)
{
	static const uint8_t zeros[15];
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (a->family == 4)
		return is_in_any(a->bytes, private_v4, COUNT(private_v4));
	if (a->family != 6)
		return false;
	if (memcmp(a->bytes, mapped, sizeof(mapped)) == 0)
		return is_in_any(a->bytes + 12, private_v4, COUNT(private_v4));
	if (memcmp(a->bytes, zeros, sizeof(zeros)) == 0)
		return a->bytes[15] <= 1;
	return is_in_any(a->bytes, private_v6, COUNT(private_v6));
}

/* The blocks do not overlap. */
uint64_t pptp_address_v4_public(uint32_t first, uint32_t last)
{
	uint64_t sum = first <= last ? (uint64_t)last - first + 1 : 0;
	uint32_t from, to;
	size_t i;

	for (i = 0; i < COUNT(private_v4) && sum > 0; i++) {
		from = (uint32_t)private_v4[i].prefix[0] << 24 |
		       (uint32_t)private_v4[i].prefix[1] << 16 |
		       (uint32_t)private_v4[i].prefix[2] << 8;
		to = from | UINT32_MAX >> private_v4[i].bits;
		from = from > first ? from : first;
		to = to < last ? to : last;
		if (from <= to)
			sum -= (uint64_t)to - from + 1;
	}
	return sum;
}
