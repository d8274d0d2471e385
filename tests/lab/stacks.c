/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One row a stack. "source": its source was read, or its packets were seen.
 * "second-hand": strings and some packets were seen in captures and logs that
 * others published, the rest of the row is what most fits them; nothing that
 * is concluded from such a row is more than observed. "invented": none such.
 */
#include "lab/stack.h"

#include <string.h>

/* Bit numbers of enum lab_method. */
enum { NONE, PAP, MD5, V1, V2, EAP, SPAP, ODD, END = 0xff };

#define ALL_KNOWN                                                              \
	(LAB_NONE | LAB_PAP | LAB_CHAP_MD5 | LAB_MSCHAP_V1 | LAB_MSCHAP_V2 |   \
	 LAB_EAP)
#define EVERY_3_S                                                              \
	{                                                                      \
		3, 3, 3, 3, 3, 3, 3, 3, 3, 3                                   \
	}
#define EVERY_2_S                                                              \
	{                                                                      \
		2, 2, 2, 2, 2, 2, 2, 2, 2, 2                                   \
	}

static const struct lab_stack stacks[] = {
    {
	/* pptpd 1.4.0 with pppd 2.4.9, and 1.5.0 with 2.5.2, measured and
	 * read: docs/servers.md */
	.name = "poptop_pppd",
	.basis = "source",
	.channels = 1,
	.firmware = 1,
	.host = "local",
	.vendor = "linux",
	.numbering = LAB_BY_128,
	.options = {2, 3, 5, 7, 8, END},
	.engine = LAB_PPPD,
	.methods = ALL_KNOWN,
	.preference = {EAP, MD5, V2, V1, PAP, END},
	.optional = true,
	.first_identifier = 1,
	.ladder = EVERY_3_S,
	.drand48 = true,
	.chap_name = "pptpd",
	.prompt = "Name",
	.chap_again = 3,
	.chap_times = 10,
	.networks = {0x80fd, 0x8021, 0x8057},
	.acknowledges = true,
	.start_ms = 300,
	.ending = LAB_END_CLOSE,
	.terminate_text = "peer refused to authenticate",
    },
    {
	/* accel-ppp 1.12 to 1.14 over the Linux kernel's pptp */
	.name = "accel_ppp",
	.basis = "source",
	.framing = 3,
	.bearer = 3,
	.channels = 1,
	.firmware = 1,
	.host = "local",
	.vendor = "cananian",
	.numbering = LAB_BY_1,
	.options = {3, 1, 5, END},
	.mru = 1400,
	.engine = LAB_ACCEL,
	.methods = ALL_KNOWN & ~(unsigned)LAB_EAP,
	.preference = {V2, V1, MD5, PAP, END},
	.permutes = true,
	.random_identifier = true,
	.ladder = EVERY_3_S,
	.chap_name = "",
	.chap_again = 5,
	.chap_times = 3,
	.networks = {0x8021, 0x80fd},
	.first_sequence = 1,
	.start_ms = 20,
	.ending = LAB_END_STOP,
	.disconnect_result = 3,
	.terminate_text = "",
    },
    {
	/* mpd 5.8; its OCRP is second-hand */
	.name = "mpd",
	.basis = "source",
	.framing = 3,
	.bearer = 3,
	.firmware = 0x0101,
	.host = "gate.example.net",
	.vendor = "FreeBSD MPD",
	.speed = 64000,
	.window = 16,
	.processing_delay = 1,
	.numbering = LAB_CONSTANT,
	.options = {8, 7, 2, 1, 5, 3, END},
	.mru = 1500,
	.accm = 0x000a0000,
	.engine = LAB_MPD,
	.methods = ALL_KNOWN,
	.preference = {V2, V1, MD5, PAP, EAP, END},
	.first_identifier = 1,
	.new_identifier = true,
	.ladder = EVERY_2_S,
	.chap_name = "gate.example.net",
	.prompt = "",
	.chap_again = 2,
	.chap_times = 10,
	.networks = {0x8021, 0x80fd},
	.acknowledges = true,
	.start_ms = 20,
	.ending = LAB_END_NOTIFY,
	.disconnect_result = 3,
	.terminate_text = "",
    },
    {
	/* OpenBSD 5.0 and later */
	.name = "npppd",
	.basis = "source",
	.framing = 2,
	.bearer = 2,
	.channels = 4,
	.firmware = 0x0500,
	.host = "",
	.vendor = "",
	.speed = 10000000,
	.window = 64,
	.channel_is_call_id = true,
	.numbering = LAB_BY_1,
	.options = {1, 5, 3, END},
	.mru = 1400,
	.engine = LAB_WALK,
	.methods = LAB_NONE | LAB_PAP | LAB_CHAP_MD5 | LAB_MSCHAP_V2,
	.preference = {V2, MD5, PAP, END},
	.first_identifier = 1,
	.ladder = EVERY_3_S,
	.chap_name = "npppd",
	.chap_again = 3,
	.chap_times = 10,
	.networks = {0x8021, 0x80fd},
	.first_sequence = 1,
	.acknowledges = true,
	.start_ms = 20,
	.ending = LAB_END_NOTIFY,
	.disconnect_result = 4,
	.terminate_text = "Authentication is required",
    },
    {
	/* Routing and Remote Access, 2003 to 2016 */
	.name = "windows_rras",
	.basis = "second-hand",
	.framing = 2,
	.bearer = 3,
	.host = "",
	.vendor = "Microsoft",
	.speed = 5300000,
	.window = 16384,
	.numbering = LAB_RANDOM,
	.options = {1, 3, 5, 7, 8, 13, 17, 19, 23, END},
	.mru = 1400,
	.engine = LAB_WALK,
	.methods = ALL_KNOWN | LAB_SPAP,
	.preference = {EAP, V2, V1, MD5, SPAP, PAP, END},
	.optional = true,
	.new_identifier = true,
	.ladder = {2, 3, 4, 4, 4, 4, 4, 4, 4, 4},
	.chap_name = "VPN02",
	.prompt = "",
	.chap_again = 3,
	.chap_times = 10,
	.networks = {0x80fd, 0x8021},
	.acknowledges = true,
	.start_ms = 50,
	.ending = LAB_END_NOTIFY,
	.set_link_info = true,
    },
    {
	.name = "mikrotik",
	.basis = "second-hand",
	.framing = 2,
	.firmware = 1,
	.host = "MikroTik",
	.vendor = "MikroTik",
	.numbering = LAB_BY_1,
	.options = {3, 1, 5, END},
	.mru = 1450,
	.engine = LAB_WALK,
	.methods = LAB_PAP | LAB_CHAP_MD5 | LAB_MSCHAP_V1 | LAB_MSCHAP_V2,
	.preference = {V2, V1, MD5, PAP, END},
	.first_identifier = 1,
	.ladder = EVERY_3_S,
	.chap_name = "MikroTik",
	.chap_again = 3,
	.chap_times = 10,
	.networks = {0x8021, 0x80fd},
	.acknowledges = true,
	.start_ms = 20,
	.ending = LAB_END_NOTIFY,
	.disconnect_result = 3,
	.terminate_text = "",
    },
    {
	/* IOS 12, virtual private dial-up network */
	.name = "cisco_ios",
	.basis = "second-hand",
	.framing = 3,
	.bearer = 3,
	.firmware = 0x1200,
	.host = "c7206",
	.vendor = "Cisco Systems, Inc.",
	.numbering = LAB_BY_1,
	.options = {3, 5, END},
	.engine = LAB_STAY,
	.methods = ALL_KNOWN,
	.preference = {V2, V1, MD5, PAP, EAP, END},
	.permutes = true,
	.optional = true,
	.first_identifier = 1,
	.ladder = EVERY_2_S,
	.chap_name = "c7206   ",
	.prompt = "",
	.chap_again = 3,
	.chap_times = 10,
	.networks = {0x8021, 0x8207},
	.acknowledges = true,
	.start_ms = 20,
	.ending = LAB_END_NOTIFY,
	.disconnect_result = 3,
	.terminate_text = "",
    },
    {
	/* Mac OS X Server's vpnd with its own pppd, read; its
		 * challenges were not seen */
	.name = "macosx",
	.basis = "second-hand",
	.framing = 3,
	.bearer = 3,
	.channels = 1,
	.firmware = 1,
	.host = "server.example.net",
	.vendor = "Mac OS X, Apple Computer, Inc",
	.numbering = LAB_BY_1,
	.options = {2, 3, 5, 7, 8, END},
	.engine = LAB_PPPD,
	.methods = ALL_KNOWN,
	.preference = {EAP, MD5, V2, V1, PAP, END},
	.optional = true,
	.first_identifier = 1,
	.ladder = EVERY_3_S,
	.chap_name = "server.example.net",
	.prompt = "Name",
	.chap_again = 3,
	.chap_times = 10,
	.networks = {0x80fd, 0x8021},
	.acknowledges = true,
	.start_ms = 100,
	.ending = LAB_END_NOTIFY,
	.disconnect_result = 3,
	.terminate_text = "peer refused to authenticate",
    },
    {
	.name = "draytek",
	.basis = "second-hand",
	.channels = 1,
	.firmware = 1,
	.host = "Vigor",
	.vendor = "DrayTek",
	.numbering = LAB_BY_1,
	.options = {2, 3, 5, 7, 8, END},
	.engine = LAB_PPPD,
	.methods = LAB_PAP | LAB_CHAP_MD5 | LAB_MSCHAP_V1 | LAB_MSCHAP_V2,
	.preference = {MD5, V2, V1, PAP, END},
	.first_identifier = 1,
	.ladder = EVERY_3_S,
	.chap_name = "Draytek",
	.chap_again = 3,
	.chap_times = 10,
	.networks = {0x8021},
	.acknowledges = true,
	.start_ms = 50,
	.ending = LAB_END_NOTIFY,
	.disconnect_result = 3,
	.terminate_text = "peer refused to authenticate",
    },
    {
	/* pptpd with slirp's PPP, measured */
	.name = "slirp",
	.basis = "source",
	.channels = 1,
	.firmware = 1,
	.host = "local",
	.vendor = "linux",
	.numbering = LAB_BY_128,
	.options = {1, 3, 5, 7, 8, END},
	.mru = 1500,
	.engine = LAB_SLIRP,
	.methods = LAB_NONE | LAB_PAP | LAB_CHAP_MD5,
	.preference = {MD5, PAP, END},
	.first_identifier = 1,
	.ladder = EVERY_3_S,
	.chap_name = "debian",
	.chap_again = 3,
	.chap_times = 10,
	.networks = {0x8021},
	.acknowledges = true,
	.start_ms = 50,
	.ending = LAB_END_CLOSE,
	.terminate_text = "",
    },
    {
	.name = "invented",
	.basis = "invented",
	.framing = 3,
	.bearer = 3,
	.channels = 7,
	.firmware = 0x0203,
	.host = "tunnels",
	.vendor = "Nobody",
	.numbering = LAB_RANDOM,
	.options = {5, 3, 2, END},
	.engine = LAB_WALK,
	.methods = ALL_KNOWN | LAB_SPAP | LAB_UNASSIGNED,
	.preference = {ODD, SPAP, EAP, V2, V1, MD5, PAP, END},
	.permutes = true,
	.optional = true,
	.first_identifier = 0x40,
	.ladder = {1, 2, 4, 8, 8},
	.chap_name = "",
	.prompt = "Login: ",
	.chap_again = 4,
	.chap_times = 5,
	.networks = {0x8021},
	.start_ms = 20,
	.ending = LAB_END_NOTIFY,
	.disconnect_result = 1,
	.terminate_text = "no",
    },
};

#define COUNT (sizeof(stacks) / sizeof(*stacks))

unsigned lab_stack_count(void)
{
	return COUNT;
}

const struct lab_stack *lab_stack(unsigned index)
{
	return index < COUNT ? &stacks[index] : NULL;
}

const struct lab_stack *lab_stack_named(const char *name)
{
	for (unsigned i = 0; i < COUNT; i++)
		if (strcmp(stacks[i].name, name) == 0)
			return &stacks[i];
	return NULL;
}

const char *lab_stack_name(const struct lab_stack *stack)
{
	return stack->name;
}

unsigned lab_stack_methods(const struct lab_stack *stack)
{
	return stack->methods;
}

static unsigned preferences(const struct lab_stack *stack)
{
	unsigned n = 0;

	while (n < LAB_METHODS && stack->preference[n] != END)
		n++;
	return n;
}

unsigned lab_stack_orders(const struct lab_stack *stack)
{
	unsigned orders = 1;

	if (stack->permutes)
		for (unsigned n = preferences(stack); n > 1; n--)
			orders *= n;
	return orders;
}

bool lab_stack_optional(const struct lab_stack *stack)
{
	return stack->optional;
}

bool lab_stack_drand48(const struct lab_stack *stack)
{
	return stack->drand48;
}

const char *lab_stack_basis(const struct lab_stack *stack)
{
	return stack->basis;
}

/* ---- names --------------------------------------------------------------- */

static const char *const quirks[LAB_QUIRKS] = {
    "friendly",
    "rst_port",
    "deaf",
    "filtered",
    "icmp_tcp",
    "tarpit",
    "http",
    "tls",
    "ssh",
    "rst_at",
    "fin_at",
    "echo_first",
    "wrong_cookie",
    "truncated",
    "oversized",
    "sccrp_result",
    "ocrp_result",
    "single_bytes",
    "merged",
    "gre_early",
    "gre_late",
    "gre_dropped",
    "gre_inbound",
    "gre_outbound",
    "icmp_gre",
    "icmp_router",
    "other_source",
    "wrong_call_id",
    "rewritten_call_id",
    "sequence_wrap",
    "endless",
    "rejects_magic",
    "identifier_wrap",
    "callback",
    "challenge_size",
    "same_challenge",
    "hostile_names",
    "busy",
    "honeypot",
    "echo",
    "decoy",
};

const char *lab_quirk_name(unsigned quirk)
{
	return quirk < LAB_QUIRKS ? quirks[quirk] : NULL;
}

static const struct {
	const char *name;
	struct pptp_method method;
} methods[LAB_METHODS] = {
    {"none", {0, 0}},
    {"pap", {PPTP_PPP_PAP, 0}},
    {"chap_md5", {PPTP_PPP_CHAP, 0x05}},
    {"mschap_v1", {PPTP_PPP_CHAP, 0x80}},
    {"mschap_v2", {PPTP_PPP_CHAP, 0x81}},
    {"eap", {PPTP_PPP_EAP, 0}},
    {"spap", {PPTP_PPP_SPAP, 0}},
    {"c223:09", {PPTP_PPP_CHAP, 0x09}},
};

const char *lab_method_name(unsigned bit_number)
{
	return bit_number < LAB_METHODS ? methods[bit_number].name : NULL;
}

struct pptp_method lab_method_of(unsigned bit)
{
	for (unsigned i = 0; i < LAB_METHODS; i++)
		if (bit == 1U << i)
			return methods[i].method;
	return methods[0].method;
}

unsigned lab_method_bit(struct pptp_method method)
{
	for (unsigned i = 0; i < LAB_METHODS; i++)
		if (pptp_method_equal(methods[i].method, method))
			return 1U << i;
	return 0;
}

/* ---- what a configuration comes to --------------------------------------- */

unsigned lab_config_methods(const struct lab_config *config)
{
	unsigned allowed = config->methods & config->stack->methods;

	if ((allowed & LAB_NONE) != 0 && !config->stack->optional)
		return LAB_NONE;
	return allowed;
}

/* The order's number in the factorial number system picks the permutation. */
static void permute(const struct lab_config *config, uint8_t *order,
		    unsigned count)
{
	unsigned number = config->order % lab_stack_orders(config->stack);
	unsigned pick;
	uint8_t taken;

	for (unsigned at = 0; at + 1 < count; at++) {
		pick = at + number % (count - at);
		number /= count - at;
		taken = order[pick];
		memmove(order + at + 1, order + at, pick - at);
		order[at] = taken;
	}
}

unsigned lab_config_preferred(const struct lab_config *config, unsigned rank)
{
	unsigned count = preferences(config->stack);
	uint8_t order[LAB_METHODS];

	memcpy(order, config->stack->preference, sizeof(order));
	if (config->stack->permutes)
		permute(config, order, count);
	return rank < count ? 1U << order[rank] : 0;
}
