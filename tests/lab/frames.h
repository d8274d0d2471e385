/* SPDX-License-Identifier: BSD-2-Clause */
/* The lab's interface: frames of Ethernet in and out. */
#ifndef LAB_FRAMES_H
#define LAB_FRAMES_H

#include "lab/wire.h"

#define FRAME 2048

struct lab_frames {
	int fd; /* a packet socket, which sees no frame to a silent address */
	uint8_t mac[6], peer_mac[6];
	uint32_t first, count; /* our addresses */
	struct lab_loss loss;
};

/* False: errno says why. */
bool lab_frames_open(struct lab_frames *f, const struct lab_wire_config *c);
/* A whole IP packet, unless the network loses it. */
void lab_frames_send(struct lab_frames *f, const void *packet, size_t length);
/* The same, once its checksums of TCP and ICMP are there. */
void lab_frames_answer(struct lab_frames *f, uint8_t *packet, size_t length);
/* An ARP packet came. */
void lab_frames_arp(struct lab_frames *f, const uint8_t *packet, size_t length);

#endif
