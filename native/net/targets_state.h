/* SPDX-License-Identifier: BSD-2-Clause */
/* Private to targets.c, which fills it, and targets_take.c, which tells it. */
#ifndef PPTP_TARGETS_STATE_H
#define PPTP_TARGETS_STATE_H

#include "net/lookup_queue.h"
#include "net/target_file.h"
#include "net/target_list.h"

/* Entries by number, in the order in which they came. */
struct pptp_targets_row {
	size_t *numbers, at, count, room;
};

struct pptp_targets_sentence {
	struct pptp_targets_sentence *next;
	char text[];
};

struct pptp_targets {
	struct pptp_target_list wanted;
	struct pptp_exclusions excluded;
	bool numeric; /* no name is looked up */
	/* Of targets.h; NULL: the list does. */
	enum pptp_error (*keep)(void *context, const struct pptp_block *block,
				uint16_t port, char *text, size_t room);
	void *keep_context;
	uint16_t port;
	uint8_t family;
	struct pptp_lookup_queue *names; /* NULL: there was none yet */
	struct pptp_targets_row late;    /* known after their turn */
	/* About names: what was told last, and what comes next. */
	struct pptp_targets_sentence *told, *unresolved, **last_unresolved;
	struct pptp_target_file stream;
	const struct pptp_target_file *file; /* that is read now, or NULL */
	bool streaming;
	int fd; /* an epoll of what may have to be waited for, or -1 */
	uint64_t left_out; /* addresses that were passed over */
	size_t at;         /* which entry is being told */
	struct pptp_address next;
	bool started; /* `next` is of the entry `at` */
};

#endif
