/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON Lines on standard output, of any length: a line is there as soon as
 * somebody waits for it. */
#ifndef PPTP_CLI_OUTPUT_H
#define PPTP_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "format/sink.h"

#define PPTP_OUTPUT_ROOM 65536

struct pptp_output {
	struct pptp_json json;
	uint64_t count; /* for whoever writes the objects */
	bool failed;    /* a sentence was said; nothing more is written */
	bool watched;   /* standard output is a terminal or a socket */
	bool pipe;
	char text[PPTP_OUTPUT_ROOM];
};

/* Standard output is this file from now on, in place of what it was; `keep`:
 * with what is in there. False, after a sentence, where that cannot be. */
bool pptp_output_redirect(const char *path, bool keep);
void pptp_output_init(struct pptp_output *o);
/* The sink for one object, until its end. */
struct pptp_sink *pptp_output_begin(struct pptp_output *o);
/* A newline after the object. It is written now where somebody waits for it (a
 * terminal, a pipe whose reader has taken all there was), else with others.
 * False once the output has failed. */
bool pptp_output_end(struct pptp_output *o);
/* Writes what is left. False, after a sentence, where it cannot. */
bool pptp_output_flush(struct pptp_output *o);
/* The same for what printf() wrote: help, a release. */
bool pptp_output_close(void);

#endif
