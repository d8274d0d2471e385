/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/privilege.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cli/say.h"
#include "net/capabilities.h"

#define NOBODY 65534

/* Root's user owns root's files even without a capability. Where the user
 * can't be changed (a user namespace that knows no other, a container without
 * CAP_SETUID) it stays: the capabilities go all the same. */
static bool leave_user(void)
{
	uid_t user = getuid();
	gid_t group = getgid();

	if (geteuid() != 0 && geteuid() == user && getegid() == group)
		return true;
	if (user == 0) {
		user = NOBODY;
		group = NOBODY;
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
		return false;
	if (geteuid() == 0)
		(void)!setgroups(0, NULL);
	if (setresgid(group, group, group) != 0 ||
	    setresuid(user, user, user) != 0)
		return errno == EPERM || errno == EINVAL;
	return true;
}

bool pptp_privilege_drop(enum pptp_keep keep)
{
	const uint32_t kept = keep == PPTP_KEEP_RAW ? PPTP_CAPABILITY_RAW : 0;

	if (leave_user() && pptp_capabilities_keep(kept))
		return true;
	pptp_say("cannot give up privileges: %s; run it with CAP_NET_RAW "
		 "alone",
		 strerror(errno));
	return false;
}
