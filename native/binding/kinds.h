/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of messages that core.encode and core.decode know by name. */
#ifndef PPTP_BINDING_KINDS_H
#define PPTP_BINDING_KINDS_H

#include <stdbool.h>
#include <stdint.h>

#include "binding/compat.h"
#include "format/control.h"
#include "format/ppp.h"

enum pptp_layer {
	PPTP_LAYER_CONTROL, /* `number`: the message's type, 0: any */
	PPTP_LAYER_GRE,
	PPTP_LAYER_FRAME,  /* a PPP frame */
	PPTP_LAYER_PACKET, /* `number`: its PPP protocol */
};

struct pptp_message_kind {
	const char *name;
	enum pptp_layer layer;
	uint16_t number;
};

/* Raises where the argument is none of the kinds. */
const struct pptp_message_kind *pptp_kind_check(lua_State *L, int index);
/* Code, identifier, length and data (RFC 1661 5), not a network's packets. */
bool pptp_kind_has_packets(uint16_t protocol);

#endif
