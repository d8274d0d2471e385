/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/decode.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/privilege.h"
#include "net/confine.h"

#define TEXT 6144 /* a path of the longest kind, and words around it */

struct input {
	const char *path;
	FILE *file; /* NULL: it could not be opened */
	int why;    /* errno then */
};

static struct pptp_sink *begin(void *context)
{
	return pptp_output_begin(context);
}

static bool end(void *context)
{
	struct pptp_output *o = context;

	o->count++;
	return pptp_output_end(o) && pptp_signals() == 0;
}

/* Whoever reads our output must not wait for what waits here. */
static void idle(void *context)
{
	(void)pptp_output_flush(context);
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, tolower((uint8_t)c));

	return at != NULL ? (int)(at - digits) : -1;
}

/* Bytes of `text` into `bytes`, which has half as many; false, and a sentence,
 * where it is not hexadecimal. Spaces and colons may stand anywhere. */
static bool unhex(const char *text, uint8_t *bytes, size_t *length)
{
	size_t digits = 0, i;
	int value;

	for (i = 0; text[i] != '\0'; i++) {
		if (isspace((uint8_t)text[i]) || text[i] == ':')
			continue;
		value = digit(text[i]);
		if (value < 0) {
			pptp_say("'%c' at position %zu is no hexadecimal digit;"
				 " give --hex digits, spaces and colons",
				 text[i], i + 1);
			return false;
		}
		if (digits % 2 == 0)
			bytes[digits / 2] = (uint8_t)(value << 4);
		else
			bytes[digits / 2] |= (uint8_t)value;
		digits++;
	}
	*length = digits / 2;
	if (digits > 0 && digits % 2 == 0)
		return true;
	pptp_say("--hex has %zu digits; give two for each byte", digits);
	return false;
}

static int decode_hex(const char *text, const struct pptp_decode_output *output)
{
	struct pptp_output *o = output->context;
	uint8_t *bytes = malloc(strlen(text) / 2 + 1);
	enum pptp_error error = PPTP_ERROR_ARGUMENT;
	int status = PPTP_EXIT_USAGE;
	size_t length;

	if (bytes == NULL) {
		pptp_say("not enough memory for --hex; decode it in parts");
		return PPTP_EXIT_CANNOT;
	}
	if (unhex(text, bytes, &length)) {
		error = pptp_decode_bytes(bytes, length, output);
		if (error != PPTP_OK && !o->failed)
			pptp_say("the %zu bytes of --hex: %s; give an IP or GRE"
				 " packet, a control message or a PPP frame",
				 length, pptp_error_text(error));
	}
	free(bytes);
	if (error == PPTP_OK)
		status = PPTP_EXIT_DONE;
	return o->failed ? PPTP_EXIT_EARLY : status;
}

/* What a file's failure means: a cut capture was shown as far as it goes. */
static int decode_file(const struct input *in,
		       const struct pptp_decode_output *output)
{
	struct pptp_output *o = output->context;
	char text[TEXT] = "";
	enum pptp_error error;

	if (in->file == NULL) {
		pptp_say("%s: %s", in->path, strerror(in->why));
		return PPTP_EXIT_USAGE;
	}
	error = pptp_decode_open_file(
	    in->file, in->file == stdin ? "standard input" : in->path, output,
	    text, sizeof(text));
	if (o->failed)
		return PPTP_EXIT_EARLY;
	if (pptp_signals() > 0) {
		pptp_say("interrupted in %s; what was found before is written",
			 in->path);
		return PPTP_EXIT_EARLY;
	}
	if (error == PPTP_OK)
		return PPTP_EXIT_DONE;
	pptp_say("%s", text[0] != '\0' ? text : pptp_error_text(error));
	return error == PPTP_ERROR_SHORT ? PPTP_EXIT_EARLY : PPTP_EXIT_USAGE;
}

/* All of them before a byte of any is parsed: reading hostile captures takes
 * no privilege then. NULL, after a sentence: no memory. */
static struct input *open_all(const char *const *paths, size_t *count)
{
	struct rlimit files;
	struct input *all;
	size_t n = 0, i;

	while (paths[n] != NULL)
		n++;
	all = calloc(n > 0 ? n : 1, sizeof(*all));
	if (all == NULL) {
		pptp_say("not enough memory for %zu files; decode them in "
			 "parts",
			 n);
		return NULL;
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	for (i = 0; i < n; i++) {
		all[i].path = paths[i];
		all[i].file =
		    strcmp(paths[i], "-") == 0 ? stdin : fopen(paths[i], "rbe");
		all[i].why = all[i].file == NULL ? errno : 0;
	}
	*count = n;
	return all;
}

static int decode_files(const struct input *all, size_t count,
			const struct pptp_decode_output *output)
{
	const struct pptp_output *o = output->context;
	int status = PPTP_EXIT_DONE, one;
	size_t i;

	for (i = 0; i < count && !o->failed && pptp_signals() == 0; i++) {
		one = decode_file(&all[i], output);
		if (one != PPTP_EXIT_DONE && status == PPTP_EXIT_DONE)
			status = one;
	}
	return status;
}

/* Who looks for a server and finds none has to know that part of the capture
 * could not be looked at. */
static void tell_counts(const struct pptp_options *o,
			const struct pptp_read_counts *c, uint64_t messages)
{
	static const char *const kinds[] = {
	    [PPTP_UNREAD_LINK] = "neither IP nor PPP in the link layer",
	    [PPTP_UNREAD_IP] = "a broken or cut IP header",
	    [PPTP_UNREAD_TCP] = "a broken or cut TCP header",
	    [PPTP_UNREAD_DEPTH] = "more than 4 tunnels in each other",
	    [PPTP_UNREAD_FRAGMENT] = "a first fragment that is missing",
	};
	char text[TEXT] = "";
	uint64_t sum = 0;
	size_t n = 0;

	for (unsigned i = 0; i < PPTP_UNREAD_COUNT; i++) {
		if (c->unread[i] == 0)
			continue;
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%s%" PRIu64 " with %s",
		    sum == 0 ? ": " : ", ", c->unread[i], kinds[i]);
		sum += c->unread[i];
	}
	if (c->frames == 0 && sum > 0)
		pptp_say("%" PRIu64 " messages in --hex; some bytes were not "
			 "understood%s",
			 messages, text);
	else if (o->verbose)
		pptp_say("%" PRIu64 " messages in %" PRIu64 " frames; %" PRIu64
			 " not understood%s",
			 messages, c->frames, sum, text);
	else if (sum > 0 && !o->quiet)
		pptp_say("%" PRIu64 " of %" PRIu64
			 " frames were not understood%s",
			 sum, c->frames, text);
}

static int decode(const struct pptp_options *o, const struct input *all,
		  size_t files)
{
	static struct pptp_output output;
	static struct pptp_read_counts counts;
	const struct pptp_decode_output out = {
	    .begin = begin,
	    .end = end,
	    .context = &output,
	    .idle = idle,
	    .counts = &counts,
	};
	int status;

	pptp_output_init(&output);
	status = o->hex != NULL ? decode_hex(o->hex, &out)
				: decode_files(all, files, &out);
	if (!pptp_output_flush(&output))
		status = PPTP_EXIT_EARLY;
	tell_counts(o, &counts, output.count);
	return status;
}

static int run(const struct pptp_options *o)
{
	struct input *all;
	size_t files = 0;
	int status;

	if ((o->hex != NULL) == (*o->arguments != NULL)) {
		pptp_say(o->hex != NULL
			     ? "--hex and files exclude each other; leave "
			       "one out"
			     : "no file; name captures, - for standard "
			       "input, or give --hex");
		return PPTP_EXIT_USAGE;
	}
	all = open_all(o->arguments, &files);
	if (all == NULL || !pptp_privilege_drop(PPTP_KEEP_NOTHING)) {
		free(all);
		return PPTP_EXIT_CANNOT;
	}
	if (pptp_confine_to_reading()) {
		status = decode(o, all, files);
	} else {
		pptp_say("cannot give up system calls: %s; use a kernel with "
			 "seccomp filters",
			 strerror(errno));
		status = PPTP_EXIT_CANNOT;
	}
	free(all);
	return status;
}

const struct pptp_command pptp_command_decode = {
    "decode",
    PPTP_COMMAND_DECODE,
    "FILE... | --hex STRING",
    "every PPTP, GRE and PPP message, one JSON object each",
    "Reads pcap and pcapng; - is standard input. Sends nothing.",
    run,
};
