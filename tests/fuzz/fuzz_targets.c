/* SPDX-License-Identifier: BSD-2-Clause */
/* Target files and exclusions: the first half of the input is the one, the
 * second half the other, as a file or as a stream. No name is known. */
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/target_list.h"
#include "net/targets.h"

/* In the place of the library's. */
int getaddrinfo(const char *name, const char *service,
		const struct addrinfo *hints, struct addrinfo **all)
{
	(void)name;
	(void)service;
	(void)hints;
	(void)all;
	return EAI_NONAME;
}

static char text[512], path[32];
static int file = -1;

static void put(const uint8_t *data, size_t size)
{
	if (file < 0) {
		file = memfd_create("targets", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	if (ftruncate(file, 0) != 0 ||
	    pwrite(file, data, size, 0) != (ssize_t)size ||
	    lseek(file, 0, SEEK_SET) != 0)
		__builtin_trap();
}

static void check(struct pptp_targets *t, const struct pptp_target *target)
{
	if (target->port == 0 || target->address.family == 0 ||
	    pptp_exclusions_find(pptp_targets_exclusions(t),
				 &target->address) != NULL)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool stream = size > 0 && (data[size - 1] & 1) != 0;
	struct pptp_target target;
	struct pptp_targets *t;
	unsigned i;

	if (pptp_targets_open(&t, 1723, 0) != PPTP_OK)
		return 0;
	put(data, size / 2);
	(void)!pptp_targets_exclude_file(t, path, text, sizeof(text));
	put(data + size / 2, size - size / 2);
	if (stream && dup2(file, STDIN_FILENO) == STDIN_FILENO)
		(void)!pptp_targets_add_stream(t, "-", text, sizeof(text));
	else
		(void)!pptp_targets_add_file(t, path, text, sizeof(text));
	for (i = 0; i < 100 && pptp_targets_next(t, &target); i++)
		check(t, &target);
	if (pptp_targets_public(t) > pptp_targets_count(t))
		__builtin_trap();
	pptp_targets_close(t);
	return 0;
}
