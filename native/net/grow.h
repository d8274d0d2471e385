/* SPDX-License-Identifier: BSD-2-Clause */
/* Arrays that double. */
#ifndef PPTP_GROW_H
#define PPTP_GROW_H

#include <stdbool.h>
#include <stddef.h>

/* Room for one element of `size` bytes more behind `count`. False: no memory,
 * and nothing changed. */
bool pptp_grow(void **all, size_t count, size_t *room, size_t size);

#endif
