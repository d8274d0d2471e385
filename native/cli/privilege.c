/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/cli.h"

#define NOBODY 65534
#define WORDS  _LINUX_CAPABILITY_U32S_3

struct capabilities {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[WORDS];
};

static bool get(struct capabilities *c)
{
	memset(c, 0, sizeof(*c));
	c->header.version = _LINUX_CAPABILITY_VERSION_3;
	return syscall(SYS_capget, &c->header, c->data) == 0;
}

static bool keep_only(struct capabilities *c, enum pptp_keep keep)
{
	const uint32_t raw =
	    keep == PPTP_KEEP_RAW ? UINT32_C(1) << CAP_NET_RAW : 0;
	uint32_t held;
	unsigned i;

	for (i = 0; i < WORDS; i++) {
		held = i == 0 ? c->data[i].permitted & raw : 0;
		c->data[i].permitted = c->data[i].effective = held;
		c->data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &c->header, c->data) == 0;
}

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
	struct capabilities c;

	if (get(&c) && leave_user() && keep_only(&c, keep) &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		return true;
	pptp_say("cannot give up privileges: %s; run it with CAP_NET_RAW "
		 "alone",
		 strerror(errno));
	return false;
}
