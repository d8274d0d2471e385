/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweeper_targets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/blocks.h"
#include "net/grow.h"
#include "scan/special.h"

/* ---- what is added ------------------------------------------------------- */

static bool grow_ports(struct pptp_ports *p, uint32_t more)
{
	uint16_t *ports;

	if (p->room - p->used >= more)
		return true;
	ports = realloc(p->ports, (p->used + more) * sizeof(*ports));
	if (ports == NULL)
		return false;
	p->ports = ports;
	p->room = p->used + more;
	return true;
}

int pptp_sweeper_targets_ports(struct pptp_sweeper_targets *t,
			       const struct pptp_port_set *set)
{
	uint32_t n = pptp_port_set_count(set);
	size_t before = t->ports.count;
	struct pptp_port_choice choice;

	if (t->ended || n < 2 || (set->bits[0] & 1) != 0)
		return EINVAL;
	if (before == PPTP_PORTS_LISTS)
		return EMFILE;
	if (!grow_ports(&t->ports, n) ||
	    !pptp_ports_choose(&t->ports, set, &choice))
		return ENOMEM;
	/* Entries name a list by its place. */
	return t->ports.count == before + 1 ? 0 : EINVAL;
}

/* Its family's addresses do not end within. */
static bool find_last(struct pptp_block *b, uint64_t more)
{
	uint8_t *bytes = b->last.bytes;
	size_t i = b->first.family == 4 ? 4 : 16;

	b->last = b->first;
	while (i-- > 0 && more != 0) {
		more += bytes[i];
		bytes[i] = (uint8_t)more;
		more >>= 8;
	}
	return more == 0;
}

/* What nobody is asked for stands at the ends of a family, or is larger than
 * any entry: looking at both ends is enough. */
static bool is_somebody(const struct pptp_address *a)
{
	const struct pptp_block one = {*a, *a};
	struct pptp_special_cut cut;
	struct pptp_block piece;

	pptp_special_begin(&cut, &one);
	return pptp_special_next(&cut, &piece);
}

static bool is_choice(const struct pptp_sweeper_targets *t,
		      struct pptp_port_choice c)
{
	return c.is_list ? c.value < t->ports.count : c.value != 0;
}

/* Several ports of one address may be entries each. */
static bool is_in_order(const struct pptp_sweeper_targets *t,
			const struct pptp_block *b)
{
	return t->last.family == 0 ||
	       (t->last.family == b->first.family
		    ? pptp_address_compare(&t->last, &b->first) <= 0
		    : t->last.family < b->first.family);
}

static int check(const struct pptp_sweeper_targets *t,
		 const struct pptp_sweeper_entry *e, struct pptp_block *b)
{
	const struct pptp_ranges *r = &t->ranges;
	uint64_t ports, addresses;

	if (t->ended || !is_choice(t, e->ports))
		return EINVAL;
	ports = pptp_ports_count(&t->ports, e->ports);
	addresses = e->targets / ports;
	b->first = e->first;
	if (addresses == 0 || addresses > UINT32_MAX + UINT64_C(1) ||
	    e->targets % ports != 0 || !find_last(b, addresses - 1) ||
	    !is_in_order(t, b))
		return EINVAL;
	if (!is_somebody(&b->first) || !is_somebody(&b->last))
		return EADDRNOTAVAIL;
	return r->v4_count + r->v6_count >= PPTP_SWEEPER_ENTRIES_MOST ||
		       e->targets > PPTP_RANGES_MOST - r->targets
		   ? EMFILE
		   : 0;
}

static struct pptp_entry_rest rest_of(const struct pptp_ranges *r,
				      struct pptp_port_choice c)
{
	return (struct pptp_entry_rest){
	    .is_list = c.is_list,
	    .before_high = r->targets >> 32 & 0x7fff,
	    .ports = c.value,
	};
}

static bool put_v4(struct pptp_sweeper_targets *t,
		   const struct pptp_sweeper_entry *e)
{
	struct pptp_ranges *r = &t->ranges;
	void *all = r->v4;

	if (!pptp_grow(&all, r->v4_count, &t->v4_room, sizeof(*r->v4)))
		return false;
	r->v4 = all;
	r->v4[r->v4_count++] = (struct pptp_entry_v4){
	    .first = pptp_address_v4_value(&e->first),
	    .before_low = (uint32_t)r->targets,
	    .rest = rest_of(r, e->ports),
	};
	r->v4_targets += e->targets;
	return true;
}

static bool put_v6(struct pptp_sweeper_targets *t,
		   const struct pptp_sweeper_entry *e)
{
	struct pptp_ranges *r = &t->ranges;
	void *all = r->v6;
	struct pptp_entry_v6 *new;

	if (!pptp_grow(&all, r->v6_count, &t->v6_room, sizeof(*r->v6)))
		return false;
	r->v6 = all;
	new = &r->v6[r->v6_count++];
	memcpy(new->first, e->first.bytes, sizeof(new->first));
	new->before_low = (uint32_t)r->targets;
	new->rest = rest_of(r, e->ports);
	return true;
}

int pptp_sweeper_targets_add(struct pptp_sweeper_targets *t,
			     const struct pptp_sweeper_entry *e,
			     struct pptp_block *block)
{
	int error = check(t, e, block);
	uint64_t public;

	if (error != 0)
		return error;
	if (!(e->first.family == 4 ? put_v4(t, e) : put_v6(t, e)))
		return ENOMEM;
	public = pptp_block_public(block);
	t->public +=
	    public < UINT64_MAX - t->public ? public : UINT64_MAX - t->public;
	t->ranges.targets += e->targets;
	t->last = block->last;
	return 0;
}

int pptp_sweeper_targets_end(struct pptp_sweeper_targets *t)
{
	struct pptp_ranges *r = &t->ranges;
	const size_t size = PPTP_RANGES_INDEX * sizeof(*r->by_number);

	if (t->ended || r->targets == 0)
		return EINVAL;
	r->ports = &t->ports;
	r->by_number = malloc(size);
	r->by_address = malloc(size);
	if (r->by_number == NULL || r->by_address == NULL)
		return ENOMEM;
	pptp_ranges_make_index(r);
	t->ended = true;
	return 0;
}

void pptp_sweeper_targets_free(struct pptp_sweeper_targets *t)
{
	free(t->ports.ports);
	free(t->ranges.v4);
	free(t->ranges.v6);
	free(t->ranges.by_number);
	free(t->ranges.by_address);
	memset(t, 0, sizeof(*t));
}

/* ---- and how it is told -------------------------------------------------- */

static uint64_t before_of(uint32_t low, struct pptp_entry_rest rest)
{
	return (uint64_t)rest.before_high << 32 | low;
}

static void tell_v4(const struct pptp_ranges *r, uint32_t i,
		    struct pptp_sweeper_entry *e)
{
	const struct pptp_entry_v4 *at = &r->v4[i];
	uint64_t behind = i + 1 < r->v4_count
			      ? before_of(at[1].before_low, at[1].rest)
			      : r->v4_targets;

	e->first = pptp_address_v4(at->first);
	e->targets = behind - before_of(at->before_low, at->rest);
	e->ports = (struct pptp_port_choice){at->rest.ports, at->rest.is_list};
}

static void tell_v6(const struct pptp_ranges *r, uint32_t i,
		    struct pptp_sweeper_entry *e)
{
	const struct pptp_entry_v6 *at = &r->v6[i];
	uint64_t behind = i + 1 < r->v6_count
			      ? before_of(at[1].before_low, at[1].rest)
			      : r->targets;

	e->first.family = 6;
	memcpy(e->first.bytes, at->first, sizeof(at->first));
	e->targets = behind - before_of(at->before_low, at->rest);
	e->ports = (struct pptp_port_choice){at->rest.ports, at->rest.is_list};
}

bool pptp_sweeper_targets_nth(const struct pptp_ranges *r, uint64_t n,
			      struct pptp_sweeper_entry *e)
{
	if (n < r->v4_count)
		tell_v4(r, (uint32_t)n, e);
	else if (n - r->v4_count < r->v6_count)
		tell_v6(r, (uint32_t)(n - r->v4_count), e);
	else
		return false;
	return true;
}
