/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ports.h"

#include <string.h>

#define LAST_PORT 65535

void pptp_port_set_add(struct pptp_port_set *set, uint16_t port)
{
	set->bits[port / 64] |= UINT64_C(1) << port % 64;
}

void pptp_port_set_add_all(struct pptp_port_set *set,
			   const struct pptp_ports *p,
			   struct pptp_port_choice choice)
{
	uint32_t i, n = pptp_ports_count(p, choice);

	for (i = 0; i < n; i++)
		pptp_port_set_add(set, pptp_ports_nth(p, choice, i));
}

int pptp_port_set_next(const struct pptp_port_set *set, int from)
{
	for (; from <= LAST_PORT; from++) {
		uint64_t left = set->bits[from / 64] >> from % 64;

		if ((left & 1) != 0)
			return from;
		if (left == 0)
			from |= 63;
	}
	return -1;
}

uint32_t pptp_port_set_count(const struct pptp_port_set *set)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
		n += (uint32_t)__builtin_popcountll(set->bits[i]);
	return n;
}

/* Of as many ports as the set. */
static bool is_set(const struct pptp_ports *p,
		   const struct pptp_port_list *list,
		   const struct pptp_port_set *set)
{
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		uint16_t port = p->ports[list->at + i];

		if ((set->bits[port / 64] >> port % 64 & 1) == 0)
			return false;
	}
	return true;
}

static bool find(const struct pptp_ports *p, const struct pptp_port_set *set,
		 struct pptp_port_choice *choice)
{
	uint32_t n = pptp_port_set_count(set);
	size_t i;

	choice->is_list = n != 1;
	choice->value = (uint16_t)pptp_port_set_next(set, 0);
	for (i = 0; n != 1 && i < p->count; i++) {
		if (p->lists[i].count != n || !is_set(p, &p->lists[i], set))
			continue;
		choice->value = (uint16_t)i;
		return true;
	}
	return n == 1;
}

bool pptp_ports_choose(struct pptp_ports *p, const struct pptp_port_set *set,
		       struct pptp_port_choice *choice)
{
	uint32_t n = pptp_port_set_count(set);
	int port;

	if (n == 0)
		return false;
	if (find(p, set, choice))
		return true;
	if (p->count == PPTP_PORTS_LISTS || n > p->room - p->used)
		return false;
	choice->value = (uint16_t)p->count;
	p->lists[p->count].at = (uint32_t)p->used;
	p->lists[p->count++].count = n;
	for (port = pptp_port_set_next(set, 0); port >= 0;
	     port = pptp_port_set_next(set, port + 1))
		p->ports[p->used++] = (uint16_t)port;
	return true;
}

uint32_t pptp_ports_count(const struct pptp_ports *p,
			  struct pptp_port_choice choice)
{
	return choice.is_list ? p->lists[choice.value].count : 1;
}

uint16_t pptp_ports_nth(const struct pptp_ports *p,
			struct pptp_port_choice choice, uint32_t n)
{
	if (!choice.is_list)
		return choice.value;
	return p->ports[p->lists[choice.value].at + n];
}

int32_t pptp_ports_index(const struct pptp_ports *p,
			 struct pptp_port_choice choice, uint16_t port)
{
	const struct pptp_port_list *list;
	uint32_t low = 0, high, middle;

	if (!choice.is_list)
		return choice.value == port ? 0 : -1;
	list = &p->lists[choice.value];
	high = list->count;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (p->ports[list->at + middle] < port)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->count && p->ports[list->at + low] == port
		   ? (int32_t)low
		   : -1;
}
