/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/spec.h"

#include <stdio.h>
#include <string.h>

#include "core/ports.h"

struct text {
	const char *at;
	size_t length;
};

static const char nothing_known[] =
    "is not an address, host name, block or range; write for example "
    "192.0.2.1, 192.0.2.0/24 or vpn.example.net:1723";
static const char bad_port[] = "has a port that is no number from 1 to 65535";
static const char bad_prefix_v4[] =
    "has a prefix length that is no number from 0 to 32";
static const char bad_prefix_v6[] =
    "has a prefix length that is no number from 0 to 128";
static const char bad_end[] =
    "is a range whose end is no address; write for example "
    "192.0.2.1-192.0.2.9 or 192.0.2.1-9";
static const char reversed[] = "is a range that ends before it begins";
static const char zone[] = "has a zone, which is not understood here; name "
			   "the interface with --interface";
static const char bad_bracket[] =
    "has brackets that hold no IPv6 address; write for example "
    "[2001:db8::1]:1723";

void pptp_spec_quote(char quoted[PPTP_SPEC_QUOTED], const char *text,
		     size_t length)
{
	size_t n = 0, i;

	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (n + sizeof("\\xHH...") > PPTP_SPEC_QUOTED) {
			memcpy(quoted + n, "...", 3);
			n += 3;
			break;
		}
		if (c >= 0x20 && c < 0x7f)
			quoted[n++] = (char)c;
		else
			n += (size_t)sprintf(quoted + n, "\\x%02X", c);
	}
	quoted[n] = '\0';
}

/* The part of `t` before the first `c`, which is passed over too; false and
 * nothing done where there is none. */
static bool cut(struct text *t, char c, struct text *before)
{
	const char *found = memchr(t->at, c, t->length);

	if (found == NULL)
		return false;
	before->at = t->at;
	before->length = (size_t)(found - t->at);
	t->length -= before->length + 1;
	t->at = found + 1;
	return true;
}

static size_t count(struct text t, char c)
{
	struct text before;
	size_t n = 0;

	while (cut(&t, c, &before))
		n++;
	return n;
}

/* Decimal digits without a leading zero. */
static bool number(struct text t, unsigned most, unsigned *value)
{
	size_t i;

	*value = 0;
	if (t.length == 0 || t.length > 5 || (t.length > 1 && *t.at == '0'))
		return false;
	for (i = 0; i < t.length; i++) {
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
		*value = *value * 10 + (unsigned)(t.at[i] - '0');
	}
	return *value <= most;
}

static bool address(struct text t, struct pptp_address *a)
{
	return pptp_address_parse(a, t.at, t.length);
}

static const char *parse_block(struct text front, struct text prefix,
			       struct pptp_spec *s)
{
	unsigned bits, i, most;

	if (!address(front, &s->first))
		return nothing_known;
	most = s->first.family == 4 ? 32 : 128;
	if (!number(prefix, most, &bits))
		return most == 32 ? bad_prefix_v4 : bad_prefix_v6;
	s->last = s->first;
	for (i = bits; i < most; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		s->first.bytes[i / 8] &= (uint8_t)~bit;
		s->last.bytes[i / 8] |= bit;
	}
	return NULL;
}

/* `s->first` is set. */
static const char *parse_range(struct text end, struct pptp_spec *s)
{
	unsigned last;

	if (s->first.family == 4 && number(end, 255, &last)) {
		s->last = s->first;
		s->last.bytes[3] = (uint8_t)last;
	} else if (!address(end, &s->last) ||
		   s->last.family != s->first.family) {
		return bad_end;
	}
	if (pptp_address_compare(&s->first, &s->last) > 0)
		return reversed;
	return NULL;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_label(struct text t)
{
	size_t i;

	if (t.length == 0 || t.length > 63 || t.at[0] == '-' ||
	    t.at[t.length - 1] == '-')
		return false;
	for (i = 0; i < t.length; i++)
		if (!is_letter(t.at[i]) && !is_digit(t.at[i]) &&
		    t.at[i] != '-' && t.at[i] != '_')
			return false;
	return true;
}

/* getaddrinfo() takes 127.1, 0x7f.1 and 017700000001 for addresses: a last
 * label that is a number makes no name. */
static bool is_number(struct text t)
{
	size_t i = 0;

	if (t.length > 1 && t.at[0] == '0' && (t.at[1] | 0x20) == 'x')
		return true;
	while (i < t.length && is_digit(t.at[i]))
		i++;
	return i == t.length;
}

static bool is_name(struct text t)
{
	struct text label;

	if (t.length >= PPTP_SPEC_NAME)
		return false;
	if (t.length > 1 && t.at[t.length - 1] == '.')
		t.length--;
	while (cut(&t, '.', &label))
		if (!is_label(label))
			return false;
	return is_label(t) && !is_number(t);
}

static const char *parse_host(struct text t, struct pptp_spec *s)
{
	struct text rest = t, before;

	if (memchr(t.at, '%', t.length) != NULL)
		return zone;
	if (cut(&rest, '/', &before))
		return parse_block(before, rest, s);
	if (cut(&rest, '-', &before) && address(before, &s->first))
		return parse_range(rest, s);
	if (address(t, &s->first)) {
		s->last = s->first;
		return NULL;
	}
	if (!is_name(t))
		return nothing_known;
	memcpy(s->name, t.at, t.length);
	s->name[t.length] = '\0';
	return NULL;
}

static const char *parse_port(struct text t, struct pptp_spec *s)
{
	unsigned port;

	if (!number(t, 65535, &port) || port == 0)
		return bad_port;
	s->port = (uint16_t)port;
	return NULL;
}

static const char *parse_bracketed(struct text t, struct pptp_spec *s)
{
	struct text inside;
	const char *why;

	t.at++;
	t.length--;
	if (!cut(&t, ']', &inside))
		return bad_bracket;
	why = parse_host(inside, s);
	if (why != NULL)
		return why == nothing_known ? bad_bracket : why;
	if (s->first.family != 6)
		return bad_bracket;
	if (t.length == 0)
		return NULL;
	if (t.at[0] != ':')
		return nothing_known;
	t.at++;
	t.length--;
	return parse_port(t, s);
}

static const char *parse(struct text t, struct pptp_spec *s)
{
	struct text host = t;
	const char *why;

	if (t.length > 0 && t.at[0] == '[')
		return parse_bracketed(t, s);
	if (count(t, ':') != 1)
		return parse_host(t, s);
	cut(&t, ':', &host);
	why = parse_host(host, s);
	return why != NULL ? why : parse_port(t, s);
}

bool pptp_spec_parse(struct pptp_spec *s, const char *text, size_t length,
		     char why[PPTP_SPEC_SENTENCE])
{
	char quoted[PPTP_SPEC_QUOTED];
	struct text t = {text, length};
	const char *wrong;

	memset(s, 0, sizeof(*s));
	wrong = parse(t, s);
	if (wrong == NULL)
		return true;
	pptp_spec_quote(quoted, text, length);
	snprintf(why, PPTP_SPEC_SENTENCE, "target '%s' %s", quoted, wrong);
	return false;
}

/* "443" or "8000-8010" */
static bool add_ports(struct pptp_port_set *set, struct text t)
{
	struct text last = t, first;
	unsigned from, to;

	if (!cut(&last, '-', &first))
		first = last;
	if (!number(first, 65535, &from) || !number(last, 65535, &to) ||
	    from == 0 || from > to)
		return false;
	for (; from <= to; from++)
		pptp_port_set_add(set, (uint16_t)from);
	return true;
}

bool pptp_spec_ports(const char *text, uint16_t ports[PPTP_SPEC_PORTS],
		     size_t *count, char why[PPTP_SPEC_SENTENCE])
{
	struct text rest = {text, strlen(text)}, one;
	struct pptp_port_set set = {{0}};
	char quoted[PPTP_SPEC_QUOTED];
	bool right = true;
	int port;

	while (right && cut(&rest, ',', &one))
		right = add_ports(&set, one);
	if (!right || !add_ports(&set, rest)) {
		pptp_spec_quote(quoted, text, strlen(text));
		snprintf(why, PPTP_SPEC_SENTENCE,
			 "'%s' is no list of ports from 1 to 65535; write for "
			 "example 1723 or 443,1723,8000-8010",
			 quoted);
		return false;
	}
	*count = 0;
	for (port = pptp_port_set_next(&set, 0); port >= 0;
	     port = pptp_port_set_next(&set, port + 1))
		ports[(*count)++] = (uint16_t)port;
	return true;
}
