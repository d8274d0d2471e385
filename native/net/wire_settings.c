/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_settings.h"

#include <errno.h>
#include <stdio.h>

#include "net/target_list.h"
#include "net/wire_policy.h"
#include "net/wire_refusal.h"

static enum pptp_error exclude(struct pptp_wire_socket *s,
			       struct pptp_exclusions *x, char *text,
			       size_t room)
{
	struct pptp_wire_message answer, m = {.kind = PPTP_WIRE_EXCLUDE};
	enum pptp_error error = PPTP_OK;
	size_t i;

	if (x == NULL)
		return PPTP_OK;
	pptp_exclusions_close(x);
	if (x->count > PPTP_WIRE_BLOCKS) {
		snprintf(text, room,
			 "pptp-wire leaves no more than %d blocks of addresses "
			 "alone: %zu are excluded; join some of them",
			 PPTP_WIRE_BLOCKS, x->count);
		errno = EMFILE;
		return PPTP_ERROR_SYSTEM;
	}
	for (i = 0; i < x->count && error == PPTP_OK; i++) {
		m.source = x->blocks[i].first;
		m.target = x->blocks[i].last;
		error = pptp_wire_tell_failure(
		    &answer, pptp_wire_socket_ask(s, &m, &answer),
		    "leave targets alone", text, room);
	}
	return error;
}

enum pptp_error pptp_wire_tell_settings(struct pptp_wire_socket *s,
					const struct pptp_wire_config *config,
					char *text, size_t room)
{
	struct pptp_wire_message answer,
	    m = {
		.kind = PPTP_WIRE_SETTINGS,
		.value = (uint32_t)config->ring,
		.flag = config->write != NULL || config->stream,
	    };
	enum pptp_error error;

	if (config->interface != NULL)
		snprintf(m.text, sizeof(m.text), "%s", config->interface);
	error = pptp_wire_tell_failure(
	    &answer, pptp_wire_socket_ask(s, &m, &answer), "begin", text, room);
	return error == PPTP_OK ? exclude(s, config->exclude, text, room)
				: error;
}
