/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

void pptp_output_init(struct pptp_output *o)
{
	o->failed = o->left_out = false;
	o->count = 0;
}

struct pptp_sink *pptp_output_begin(struct pptp_output *o)
{
	/* A place for the newline, which takes the NUL's. */
	pptp_json_init(&o->json, o->text, sizeof(o->text) - 1);
	return &o->json.sink;
}

static void say_why(int why)
{
	if (why == EPIPE)
		pptp_say("standard output was closed by its reader; what it "
			 "had not read is lost");
	else
		pptp_say("cannot write to standard output: %s; make room, or "
			 "choose another place",
			 strerror(why));
}

bool pptp_output_end(struct pptp_output *o)
{
	size_t length = o->json.length;

	if (o->failed)
		return false;
	if (o->json.failed) {
		if (!o->left_out)
			pptp_say("an object is longer than %d bytes; such are "
				 "left out, and the rest goes on",
				 PPTP_RECORD_JSON);
		o->left_out = true;
		return true;
	}
	o->text[length] = '\n';
	if (fwrite(o->text, 1, length + 1, stdout) != length + 1 ||
	    fflush(stdout) != 0) {
		o->failed = true;
		say_why(errno);
	}
	return !o->failed;
}

bool pptp_output_close(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout) && fclose(stdout) == 0)
		return true;
	say_why(errno);
	return false;
}
