/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/guard.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel asks whether a raw socket wants the protocol before it asks the
 * socket's filter: a packet that the filter drops was still delivered. */
static int drop_all(int guard)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {.len = 1, .filter = &drop};

	return setsockopt(guard, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
}

int pptp_guard_open(void)
{
	int guard = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			   IPPROTO_GRE);
	int error;

	if (guard < 0)
		return -1;
	if (drop_all(guard) == 0)
		return guard;
	error = errno;
	close(guard);
	errno = error;
	return -1;
}

void pptp_guard_close(int guard)
{
	if (guard >= 0)
		close(guard);
}
