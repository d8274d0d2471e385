/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

static const char *name = "standard output";

static void say_why(int why)
{
	if (why == EPIPE)
		pptp_say("%s was closed by its reader; what it had not read "
			 "is lost",
			 name);
	else
		pptp_say("cannot write to %s: %s; make room, or choose another "
			 "place",
			 name, strerror(why));
}

bool pptp_output_redirect(const char *path, bool keep)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (keep ? 0 : O_TRUNC),
		      0666);
	bool done = fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0;

	if (fd >= 0)
		close(fd);
	if (!done)
		pptp_say("cannot write to %s: %s; choose another file", path,
			 strerror(errno));
	name = path;
	return done;
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
