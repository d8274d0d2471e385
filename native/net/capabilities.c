/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/capabilities.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORDS _LINUX_CAPABILITY_U32S_3

_Static_assert(PPTP_CAPABILITY_RAW == UINT32_C(1) << CAP_NET_RAW,
	       "CAP_NET_RAW is the kernel's");

bool pptp_capabilities_keep(uint32_t keep)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[WORDS];
	uint32_t held;
	unsigned i;

	memset(data, 0, sizeof(data));
	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	for (i = 0; i < WORDS; i++) {
		held = i == 0 ? data[i].permitted & keep : 0;
		data[i].permitted = data[i].effective = held;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}
