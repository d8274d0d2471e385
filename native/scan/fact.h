/* SPDX-License-Identifier: BSD-2-Clause */
/* Flat structs as JSON objects and back, by one table each: what a journal and
 * the metadata of a sweep are made of. */
#ifndef PPTP_FACT_H
#define PPTP_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/sink.h"

enum pptp_fact_type {
	PPTP_FACT_NUMBER, /* uint64_t, up to INT64_MAX */
	PPTP_FACT_BYTES,  /* uint8_t[size], as hexadecimal digits */
};

struct pptp_fact {
	const char *name;
	enum pptp_fact_type type;
	size_t offset, size;
};

#define PPTP_FACT_NUMBER_OF(type, field)                                       \
	{                                                                      \
#field, PPTP_FACT_NUMBER, offsetof(type, field), 0             \
	}
#define PPTP_FACT_BYTES_OF(type, field)                                        \
	{                                                                      \
#field, PPTP_FACT_BYTES, offsetof(type, field),                \
		    sizeof(((type *)NULL)->field)                              \
	}

/* Each of them, into an object that is open. */
void pptp_facts_walk(const struct pptp_fact *facts, size_t n,
		     const void *values, struct pptp_sink *s);
/* Out of an object: `text` is all of it, what is no fact is passed over, and
 * what stands twice counts as it stood last. False: it is no object, or lacks a
 * fact, or has one that is out of range; `why` is static text, and `fact` the
 * name of the one that is wrong, or NULL. */
bool pptp_facts_read(const struct pptp_fact *facts, size_t n, void *values,
		     const char *text, size_t length, const char **why,
		     const char **fact);

#endif
