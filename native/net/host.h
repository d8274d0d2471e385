/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this host lets this process do that asking PPTP servers needs. Facts
 * alone; nothing that is sent here leaves the host.
 */
#ifndef PPTP_HOST_H
#define PPTP_HOST_H

#include <stdbool.h>
#include <stdint.h>

/* CAP_NET_RAW, in the sets of capabilities(7) */
struct pptp_host_capability {
	bool effective, permitted, bounding;
	bool no_new_privs; /* no file gives this process a capability */
};

enum pptp_host_way {
	PPTP_HOST_NOT_TRIED, /* no raw socket: `error` */
	PPTP_HOST_CAME_BACK,
	PPTP_HOST_REFUSED, /* a filter of this host's let it not out: `error` */
	PPTP_HOST_FAILED,  /* it could not be sent: `error` */
	PPTP_HOST_LOST,    /* it was sent, and did not come in for 1 s */
};

struct pptp_host_gre {
	enum pptp_host_way way;
	int error; /* errno, or 0 */
};

struct pptp_host_clock {
	bool known;        /* the kernel told (adjtimex(2)) */
	bool synchronised; /* by NTP or a like service */
	int64_t maximum_error_us;
};

/* False with errno. */
bool pptp_host_capability(struct pptp_host_capability *c);
/* One GRE acknowledgement without a call (RFC 2637 4.1) from 127.0.0.1 to
 * itself, and whether a raw socket gets it: so what this host's firewall does
 * with GRE on lo, both ways. */
void pptp_host_gre(struct pptp_host_gre *gre);
void pptp_host_clock(struct pptp_host_clock *clock);
/* The wall clock's lead over the monotonic one, in us: another value later is a
 * clock that was set meanwhile. */
int64_t pptp_host_lead(void);

#endif
