/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of ports, each kept once: what many ranges name by two bytes. */
#ifndef PPTP_PORTS_H
#define PPTP_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPTP_PORTS_LISTS 1024

struct pptp_port_list {
	uint32_t at, count; /* within `ports` */
};

/* All zero but for `ports` and `room`, which are the caller's: none yet. */
struct pptp_ports {
	uint16_t *ports;
	size_t used, room;
	size_t count;
	struct pptp_port_list lists[PPTP_PORTS_LISTS];
};

/* A port, or with `is_list` the number of a list. */
struct pptp_port_choice {
	uint16_t value;
	bool is_list;
};

/* A bit a port. */
struct pptp_port_set {
	uint64_t bits[1024];
};

void pptp_port_set_add(struct pptp_port_set *set, uint16_t port);
/* Adds all ports of `choice`, whose list is in `p`. */
void pptp_port_set_add_all(struct pptp_port_set *set,
			   const struct pptp_ports *p,
			   struct pptp_port_choice choice);
uint32_t pptp_port_set_count(const struct pptp_port_set *set);
/* The least port of the set that is `from` or more, or -1. */
int pptp_port_set_next(const struct pptp_port_set *set, int from);

/* The choice of just these ports, of at least one; a list that is not there is
 * added. False: no room for it, in the list's table or in `ports`. */
bool pptp_ports_choose(struct pptp_ports *p, const struct pptp_port_set *set,
		       struct pptp_port_choice *choice);

/* How many ports, in rising order the n-th of them, and which one `port` is
 * (-1: none). */
uint32_t pptp_ports_count(const struct pptp_ports *p,
			  struct pptp_port_choice choice);
uint16_t pptp_ports_nth(const struct pptp_ports *p,
			struct pptp_port_choice choice, uint32_t n);
int32_t pptp_ports_index(const struct pptp_ports *p,
			 struct pptp_port_choice choice, uint16_t port);

#endif
