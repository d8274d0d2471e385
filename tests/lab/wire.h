/* SPDX-License-Identifier: BSD-2-Clause */
/* The server model on an interface, each address another server. */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include "lab/loss.h"
#include "lab/population.h"

struct lab_wire_config {
	struct lab_population people;
	struct lab_loss loss;
	int64_t delay_us; /* of each packet to a server */
	const char *interface;
	uint32_t first; /* address */
	unsigned count;
};

/* Until SIGTERM or SIGINT. 0, or 3: it could not, and said why. */
int lab_wire_serve(const struct lab_wire_config *c);

#endif
