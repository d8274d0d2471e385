/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

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

/* A pipe that another program made non-blocking is waited for. */
static bool try_again(int why)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	if (why == EAGAIN)
		(void)poll(&out, 1, -1);
	return why == EAGAIN || why == EINTR;
}

static bool write_all(void *context, const char *text, size_t length)
{
	struct pptp_output *o = context;
	ssize_t n;

	while (length > 0 && !o->failed) {
		n = write(STDOUT_FILENO, text, length);
		if (n >= 0) {
			text += n;
			length -= (size_t)n;
		} else if (!try_again(errno)) {
			o->failed = true;
			say_why(errno);
		}
	}
	return !o->failed;
}

void pptp_output_init(struct pptp_output *o)
{
	struct stat st;
	bool known = fstat(STDOUT_FILENO, &st) == 0;

	o->failed = false;
	o->count = 0;
	o->pipe = known && S_ISFIFO(st.st_mode);
	o->watched =
	    isatty(STDOUT_FILENO) != 0 || (known && S_ISSOCK(st.st_mode));
	pptp_json_stream(&o->json, o->text, sizeof(o->text), write_all, o);
}

struct pptp_sink *pptp_output_begin(struct pptp_output *o)
{
	return &o->json.sink;
}

static bool is_awaited(const struct pptp_output *o)
{
	int unread = 0;

	return o->watched ||
	       (o->pipe && ioctl(STDOUT_FILENO, FIONREAD, &unread) == 0 &&
		unread == 0);
}

bool pptp_output_end(struct pptp_output *o)
{
	pptp_json_line(&o->json);
	if (o->json.failed || is_awaited(o))
		return pptp_output_flush(o);
	return true;
}

bool pptp_output_flush(struct pptp_output *o)
{
	if (pptp_json_flush(&o->json))
		return true;
	if (!o->failed)
		pptp_say("an object nests deeper than %d levels and was left "
			 "out; so is all that follows",
			 PPTP_JSON_DEPTH);
	o->failed = true;
	return false;
}

bool pptp_output_close(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout) && fclose(stdout) == 0)
		return true;
	say_why(errno);
	return false;
}
