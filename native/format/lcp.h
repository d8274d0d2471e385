/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LCP's options and what they ask for (RFC 1661 6, 1570, 1990, 2125, 2153,
 * 2484, 2686), and the authentication methods that option 3 names.
 */
#ifndef PPTP_LCP_H
#define PPTP_LCP_H

#include "format/ppp.h"

enum pptp_lcp_option {
	PPTP_LCP_VENDOR = 0,
	PPTP_LCP_MRU = 1,
	PPTP_LCP_ACCM = 2,
	PPTP_LCP_AUTHENTICATION = 3,
	PPTP_LCP_QUALITY = 4,
	PPTP_LCP_MAGIC = 5,
	PPTP_LCP_PFC = 7,
	PPTP_LCP_ACFC = 8,
	PPTP_LCP_FCS_ALTERNATIVES = 9,
	PPTP_LCP_SELF_DESCRIBING_PAD = 10,
	PPTP_LCP_NUMBERED_MODE = 11,
	PPTP_LCP_CALLBACK = 13,
	PPTP_LCP_COMPOUND_FRAMES = 15,
	PPTP_LCP_MRRU = 17,
	PPTP_LCP_SHORT_SEQUENCE = 18,
	PPTP_LCP_ENDPOINT_DISCRIMINATOR = 19,
	PPTP_LCP_LINK_DISCRIMINATOR = 23,
	PPTP_LCP_INTERNATIONALIZATION = 28,
};

/* What option 3 asks for. protocol 0: no such option. */
struct pptp_method {
	uint16_t protocol; /* c023 c223 c227 c027 … */
	uint8_t algorithm; /* CHAP only: 05 80 81 … */
};

#define PPTP_METHOD_TEXT   16
#define PPTP_METHOD_OPTION 5 /* the longest that pptp_method_encode() writes */

/* pap chap_md5 mschap_v1 mschap_v2 eap spap; "c223:07", "c02d" for others;
 * "none" for protocol 0. Returns `text`, PPTP_METHOD_TEXT bytes. */
const char *pptp_method_name(struct pptp_method m, char *text);
/* The same names back, "none" not among them; '-' stands for '_', case is
 * ignored, and md5, ms1, ms2, mschapv1, mschapv2 are understood too. */
bool pptp_method_parse(struct pptp_method *m, const char *text);
/* "pap,eap": up to PPTP_ASKS names; the rest of `list` is zeroed. */
#define PPTP_ASKS 5
bool pptp_methods_parse(struct pptp_method list[PPTP_ASKS], const char *text);
bool pptp_method_equal(struct pptp_method a, struct pptp_method b);

/* From the value of an option 3; false where it is too short for its kind. */
bool pptp_method_decode(struct pptp_method *m, const struct pptp_option *o);
/* The whole option: type, length, value. */
void pptp_method_encode(struct pptp_writer *w, struct pptp_method m);

/* What one list of options says, read once. */
struct pptp_lcp_options {
	struct pptp_method method; /* of the last option 3 */
	uint32_t types;            /* bit n: an option of type n (n < 32) */
	bool others;               /* one of type 32 or above */
	bool has_magic;            /* an option 5 of the right length */
	uint32_t magic;
};

/* False where the list is malformed: such a list says nothing, least of all "no
 * option 3". */
bool pptp_lcp_options_decode(struct pptp_lcp_options *o,
			     struct pptp_reader options);

const char *pptp_lcp_option_name(uint8_t type); /* NULL where unassigned */
/* {type, name, value}: numbers for MRU, ACCM, magic, MRRU, link discriminator
 * and FCS; the method's name for authentication; callback {operation, …} and
 * endpoint discriminator {class, …} as objects; hexadecimal for the rest; no
 * value where there is none, `malformed` where the length is wrong. */
void pptp_lcp_option_walk(const struct pptp_option *o, struct pptp_sink *s);
/* Data of an LCP packet as fields of the open object of `s`. */
void pptp_lcp_walk(const struct pptp_ppp_packet *p, struct pptp_sink *s);
/* An array `key` of a Configure packet's options. */
void pptp_lcp_options_walk(struct pptp_reader options, struct pptp_sink *s,
			   const char *key);

#endif
