/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections that a far end's SYN-ACK began and nobody has ended: a set. */
#ifndef BENCH_HALFOPEN_H
#define BENCH_HALFOPEN_H

#include <stdbool.h>
#include <stdint.h>

struct half_open {
	uint64_t *slots; /* target and port, plus 1; 0: free */
	uint64_t used, lost;
};

bool half_open_init(struct half_open *h);
void half_open_free(struct half_open *h);
/* A SYN-ACK of this target to this port; sent again, it is the same. */
void half_open_begin(struct half_open *h, uint32_t target, uint16_t port);
/* A RST or an ACK came. */
void half_open_end(struct half_open *h, uint32_t target, uint16_t port);

#endif
