/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON Lines on standard output: a line is there as soon as it is written. */
#ifndef PPTP_CLI_OUTPUT_H
#define PPTP_CLI_OUTPUT_H

#include <stdbool.h>

#include "core/record.h"

struct pptp_output {
	struct pptp_json json;
	uint64_t count; /* for whoever writes the objects */
	bool failed;    /* a sentence was said; nothing more is written */
	bool left_out;  /* an object was too long, and a sentence was said */
	char text[PPTP_RECORD_JSON];
};

void pptp_output_init(struct pptp_output *o);
/* The sink for one object, until the end. */
struct pptp_sink *pptp_output_begin(struct pptp_output *o);
/* Writes it, with a newline. False once the output has failed. What a hostile
 * packet makes longer than the room is left out, and the rest goes on. */
bool pptp_output_end(struct pptp_output *o);
/* False, after a sentence, where the last bytes do not reach the output. */
bool pptp_output_close(void);

#endif
