/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/call_role.h"

#include "format/chap.h"
#include "format/control.h"
#include "format/lcp.h"
#include "format/ppp.h"

enum { REQUEST = 1, RESPONSE = 2 }; /* of CHAP, EAP and, first, PAP */

static bool says(enum pptp_side *side, enum pptp_side sender)
{
	*side = sender;
	return true;
}

static bool lcp_role(const struct pptp_ppp_packet *p, enum pptp_side *side)
{
	struct pptp_lcp_options options;

	return p->code == PPTP_CONFIGURE_REQUEST &&
	       pptp_lcp_options_decode(&options, p->data) &&
	       options.types >> PPTP_LCP_AUTHENTICATION & 1 &&
	       says(side, PPTP_SERVER);
}

bool pptp_call_role(const struct pptp_gre *gre, enum pptp_side *side)
{
	struct pptp_reader r = gre->payload;
	struct pptp_ppp_packet p;
	struct pptp_ppp_frame f;

	if (!pptp_ppp_frame_decode(&f, &r) || f.protocol < 0x8000 ||
	    !pptp_ppp_packet_decode(&p, &f.payload))
		return false;
	switch (f.protocol) {
	case PPTP_PPP_LCP:
		return lcp_role(&p, side);
	case PPTP_PPP_CHAP:
	case PPTP_PPP_EAP:
		return p.code >= REQUEST && p.code <= 4 &&
		       says(side, p.code == RESPONSE ? PPTP_US : PPTP_SERVER);
	case PPTP_PPP_PAP:
		return p.code >= REQUEST && p.code <= 3 &&
		       says(side, p.code == REQUEST ? PPTP_US : PPTP_SERVER);
	default:
		return false;
	}
}

/* The type of the message that the bytes begin with; 0: none. */
static unsigned control_type(const void *bytes, size_t length)
{
	struct pptp_reader r;
	uint32_t cookie;
	uint16_t type;

	pptp_reader_init(&r, bytes, length);
	pptp_read_skip(&r, 4);
	cookie = pptp_read_u32(&r);
	type = pptp_read_u16(&r);
	return pptp_reader_ok(&r) && cookie == PPTP_COOKIE ? type : 0;
}

bool pptp_call_control_role(const void *bytes, size_t length,
			    enum pptp_side *side)
{
	switch (control_type(bytes, length)) {
	case PPTP_SCCRQ:
	case PPTP_OCRQ:
		return says(side, PPTP_US);
	case PPTP_SCCRP:
	case PPTP_OCRP:
		return says(side, PPTP_SERVER);
	default:
		return false;
	}
}

bool pptp_call_starts(const void *bytes, size_t length)
{
	unsigned type = control_type(bytes, length);

	return type == PPTP_SCCRQ || type == PPTP_SCCRP;
}
