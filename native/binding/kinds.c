/* SPDX-License-Identifier: BSD-2-Clause */
#include "binding/kinds.h"

#include <string.h>

static const struct pptp_message_kind kinds[] = {
    {"control", PPTP_LAYER_CONTROL, 0},
    {"sccrq", PPTP_LAYER_CONTROL, PPTP_SCCRQ},
    {"sccrp", PPTP_LAYER_CONTROL, PPTP_SCCRP},
    {"stop_ccrq", PPTP_LAYER_CONTROL, PPTP_STOP_CCRQ},
    {"stop_ccrp", PPTP_LAYER_CONTROL, PPTP_STOP_CCRP},
    {"echo_request", PPTP_LAYER_CONTROL, PPTP_ECHO_REQUEST},
    {"echo_reply", PPTP_LAYER_CONTROL, PPTP_ECHO_REPLY},
    {"ocrq", PPTP_LAYER_CONTROL, PPTP_OCRQ},
    {"ocrp", PPTP_LAYER_CONTROL, PPTP_OCRP},
    {"icrq", PPTP_LAYER_CONTROL, PPTP_ICRQ},
    {"icrp", PPTP_LAYER_CONTROL, PPTP_ICRP},
    {"iccn", PPTP_LAYER_CONTROL, PPTP_ICCN},
    {"ccrq", PPTP_LAYER_CONTROL, PPTP_CCRQ},
    {"cdn", PPTP_LAYER_CONTROL, PPTP_CDN},
    {"wen", PPTP_LAYER_CONTROL, PPTP_WEN},
    {"sli", PPTP_LAYER_CONTROL, PPTP_SLI},
    {"gre", PPTP_LAYER_GRE, 0},
    {"ppp", PPTP_LAYER_FRAME, 0},
    {"lcp", PPTP_LAYER_PACKET, PPTP_PPP_LCP},
    {"chap", PPTP_LAYER_PACKET, PPTP_PPP_CHAP},
    {"pap", PPTP_LAYER_PACKET, PPTP_PPP_PAP},
    {"eap", PPTP_LAYER_PACKET, PPTP_PPP_EAP},
    {"ipcp", PPTP_LAYER_PACKET, PPTP_PPP_IPCP},
    {"ccp", PPTP_LAYER_PACKET, PPTP_PPP_CCP},
    {"ipv6cp", PPTP_LAYER_PACKET, PPTP_PPP_IPV6CP},
    {"cbcp", PPTP_LAYER_PACKET, PPTP_PPP_CBCP},
};

const struct pptp_message_kind *pptp_kind_check(lua_State *L, int index)
{
	const char *name = luaL_checkstring(L, index);
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	lua_pushfstring(L, "'%s' is not a kind of message", name);
	luaL_argerror(L, index, lua_tostring(L, -1));
	return NULL;
}

bool pptp_kind_has_packets(uint16_t protocol)
{
	switch (protocol) {
	case PPTP_PPP_LCP:
	case PPTP_PPP_CHAP:
	case PPTP_PPP_PAP:
	case PPTP_PPP_EAP:
	case PPTP_PPP_CBCP:
		return true;
	default:
		return pptp_ppp_is_ncp(protocol);
	}
}
