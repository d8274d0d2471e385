/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/decode.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/privilege.h"

#define TEXT 512

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
	return o->failed || o->left_out ? PPTP_EXIT_EARLY : status;
}

/* What a file's failure means: a cut capture was shown as far as it goes. */
static int decode_file(const char *path,
		       const struct pptp_decode_output *output)
{
	struct pptp_output *o = output->context;
	char text[TEXT] = "";
	enum pptp_error error =
	    pptp_decode_file(path, output, text, sizeof(text));

	if (o->failed)
		return PPTP_EXIT_EARLY;
	if (pptp_signals() > 0) {
		pptp_say("interrupted in %s; what was found before is written",
			 path);
		return PPTP_EXIT_EARLY;
	}
	if (error == PPTP_OK)
		return PPTP_EXIT_DONE;
	pptp_say("%s", text[0] != '\0' ? text : pptp_error_text(error));
	return error == PPTP_ERROR_SHORT ? PPTP_EXIT_EARLY : PPTP_EXIT_USAGE;
}

static int run(const struct pptp_options *o)
{
	static struct pptp_output output;
	const struct pptp_decode_output out = {begin, end, &output};
	const char *const *file = o->arguments;
	int status = PPTP_EXIT_DONE, one;

	if ((o->hex != NULL) == (*file != NULL)) {
		pptp_say(o->hex != NULL
			     ? "--hex and files exclude each other; leave "
			       "one out"
			     : "no file; name captures, - for standard "
			       "input, or give --hex");
		return PPTP_EXIT_USAGE;
	}
	if (!pptp_privilege_drop(PPTP_KEEP_READ))
		return PPTP_EXIT_CANNOT;
	pptp_output_init(&output);
	if (o->hex != NULL)
		status = decode_hex(o->hex, &out);
	for (; *file != NULL && !output.failed && pptp_signals() == 0; file++) {
		one = decode_file(*file, &out);
		if (one != PPTP_EXIT_DONE && status == PPTP_EXIT_DONE)
			status = one;
	}
	if (o->verbose)
		pptp_say("%" PRIu64 " messages", output.count);
	return output.failed || output.left_out ? PPTP_EXIT_EARLY : status;
}

const struct pptp_command pptp_command_decode = {
    "decode",
    PPTP_COMMAND_DECODE,
    "FILE... | --hex STRING",
    "every PPTP, GRE and PPP message, one JSON object each",
    "Reads pcap and pcapng; - is standard input. Sends nothing.",
    run,
};
