/* SPDX-License-Identifier: BSD-2-Clause */
/* What a network does to packets without looking at them: it loses some and
 * doubles some, by share and seed. */
#ifndef LAB_LOSS_H
#define LAB_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#define LAB_SHARE 10000 /* shares are parts of so many */

struct lab_loss {
	unsigned lost, doubled; /* shares of the packets, each way */
	uint32_t random;        /* the seed, then the state; not 0 */
};

/* Of a packet that comes: 0, 1 or 2. */
unsigned lab_loss_copies(struct lab_loss *l);
/* Of a packet that leaves: whether it is lost. */
bool lab_loss_takes(struct lab_loss *l);

#endif
