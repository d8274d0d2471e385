/* SPDX-License-Identifier: BSD-2-Clause */
/* Target files and exclusions: the first half of the input is the one, the
 * second half the other. No name is ever looked up. */
#include <netdb.h>

static int no_lookup(const char *name, const char *service,
		     const struct addrinfo *hints, struct addrinfo **all)
{
	(void)name;
	(void)service;
	(void)hints;
	(void)all;
	return EAI_NONAME;
}

#define getaddrinfo no_lookup
#include "net/lookup.c"
#include "net/spec.c"
#include "net/target_file.c"
#include "net/target_list.c"
#include "net/targets.c"

static void feed(struct pptp_targets *t, const uint8_t *data, size_t size,
		 bool exclude)
{
	struct source s = {.path = "fuzz",
			   .with_labels = !exclude,
			   .take = exclude ? exclude_line : add_line,
			   .context = t};
	char text[256];

	if (size == 0)
		return;
	s.file = fmemopen((void *)(uintptr_t)data, size, "r");
	if (s.file == NULL)
		return;
	(void)read_lines(&s, text, sizeof(text));
	fclose(s.file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pptp_target target;
	struct pptp_targets *t;
	unsigned i;

	if (pptp_targets_open(&t, 1723, 0) != PPTP_OK)
		return 0;
	feed(t, data, size / 2, true);
	feed(t, data + size / 2, size - size / 2, false);
	for (i = 0; i < 100 && pptp_targets_next(t, &target); i++) {
		if (target.port == 0 || target.address.family == 0 ||
		    pptp_exclusions_find(&t->excluded, &target.address) != NULL)
			__builtin_trap();
	}
	if (pptp_targets_public(t) > pptp_targets_count(t))
		__builtin_trap();
	pptp_targets_close(t);
	return 0;
}
