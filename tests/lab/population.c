/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/population.h"

#include <stdio.h>
#include <string.h>

/* Quirks whose detail matters, with what may stand there. */
static const struct {
	enum lab_quirk quirk;
	int first, last;
} details[] = {
    {LAB_RST_AT, 0, 4},           {LAB_FIN_AT, 0, 4},
    {LAB_TRUNCATED, 0, 155},      {LAB_SCCRP_RESULT, 2, 5},
    {LAB_OCRP_RESULT, 2, 7},      {LAB_GRE_LATE, 1, 30},
    {LAB_ICMP_GRE, 0, 13},        {LAB_ICMP_ROUTER, 0, 13},
    {LAB_CHALLENGE_SIZE, 0, 255},
};

/* What stands before the servers of a boxed population, in turns. */
static const struct {
	enum lab_box_kind box;
	int detail;
} boxes[] = {
    {LAB_HANDMADE_DROP, 0}, {LAB_HANDMADE_RST, 0}, {LAB_HANDMADE_ICMP, 3},
    {LAB_HANDMADE_ACK, 0},  {LAB_SOFT_ICMP, 0},    {LAB_SOFT_ICMP, 1},
    {LAB_SOFT_ICMP, 3},     {LAB_SOFT_ICMP, 13},   {LAB_FORGED_ICMP, 3},
    {LAB_GATEWAY, 1},       {LAB_BARE_ACK, 0},     {LAB_BARE_RST, 0},
    {LAB_BAN, 2},           {LAB_BAN, 3},          {LAB_RATE, 3},
    {LAB_FORWARD, 0},       {LAB_FORWARD, 2},      {LAB_FORWARD, 13},
    {LAB_FORWARD_OUT, 2},   {LAB_FIRST_PACKET, 0}, {LAB_FIRST_CALL, 0},
    {LAB_LATE_SOCKET, 0},   {LAB_LATE_SOCKET, 1},
};

static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352d;
	x ^= x >> 15;
	x *= 0x846ca68b;
	return x ^ x >> 16;
}

static int detail_of(enum lab_quirk quirk, uint32_t dice)
{
	for (size_t i = 0; i < sizeof(details) / sizeof(*details); i++)
		if (details[i].quirk == quirk)
			return details[i].first +
			       (int)(dice % (unsigned)(details[i].last -
						       details[i].first + 1));
	return 0;
}

unsigned lab_population_shares(const struct lab_population *p)
{
	return p->deaf + p->any_port + p->closed + p->unreachable;
}

bool lab_population_valid(const struct lab_population *p)
{
	return p->silent <= 100 && lab_population_shares(p) <= LAB_SHARE &&
	       (strcmp(p->kind, "mixed") == 0 ||
		strcmp(p->kind, "friendly") == 0 ||
		strcmp(p->kind, "boxed") == 0 ||
		lab_stack_named(p->kind) != NULL);
}

/* A set with at least one method in it. */
static unsigned methods_of(const struct lab_stack *stack, uint32_t dice)
{
	unsigned all = lab_stack_methods(stack);
	unsigned some = all & dice;

	while (some == 0) {
		dice = mix(dice + 1);
		some = all & dice;
	}
	/* Servers without a login are rarer than bits: one in eight. */
	if ((some & LAB_NONE) && some != LAB_NONE && dice >> 29 != 0)
		some &= ~(unsigned)LAB_NONE;
	return some;
}

static void put_box(struct lab_config *config, unsigned index)
{
	unsigned i = index % (sizeof(boxes) / sizeof(*boxes));

	config->box = boxes[i].box;
	config->box_detail = boxes[i].detail;
}

/* One of the shares, by a number below LAB_SHARE. */
static void put_share(const struct lab_population *p, unsigned number,
		      struct lab_config *config)
{
	if (number >= lab_population_shares(p))
		return;
	config->any_port = number < p->any_port;
	if (number < p->any_port + p->deaf)
		config->quirk = LAB_TARPIT;
	else if (number < p->any_port + p->deaf + p->closed)
		config->quirk = LAB_RST_PORT;
	else
		config->quirk = LAB_ICMP_TCP;
}

void lab_population_member(const struct lab_population *p, unsigned index,
			   struct lab_config *config)
{
	uint32_t dice = mix(p->seed * 0x9e3779b9 + index);

	memset(config, 0, sizeof(*config));
	config->seed = mix(dice + 1) | 1;
	config->stack = lab_stack_named(p->kind);
	if (config->stack == NULL)
		config->stack = lab_stack(index % lab_stack_count());
	config->methods = methods_of(config->stack, mix(dice + 2));
	config->order = mix(dice + 3) & 0xffff;
	/* In a mixed population every second server is unfriendly. */
	if (strcmp(p->kind, "mixed") == 0 && index % 2 == 1)
		config->quirk =
		    (enum lab_quirk)(1 + index / 2 % (LAB_QUIRKS - 1));
	if (strcmp(p->kind, "boxed") == 0)
		put_box(config, index);
	config->detail = detail_of(config->quirk, mix(dice + 4));
	if (mix(dice + LAB_DICE_SILENT) % 100 < p->silent)
		config->quirk = LAB_DEAF;
	put_share(p, mix(dice + LAB_DICE_SHARES) % LAB_SHARE, config);
}

void lab_population_at(const struct lab_population *p, uint32_t first,
		       unsigned index, struct lab_config *config)
{
	lab_population_member(p, index, config);
	config->address = pptp_address_v4(first + index);
	config->router = pptp_address_v4(first - 1);
}

/* The names of the bits as a JSON array. */
static size_t put_methods(char *text, size_t room, unsigned bits)
{
	size_t n = (size_t)snprintf(text, room, "[");

	for (unsigned bit = 0; bit < LAB_METHODS; bit++)
		if (bits >> bit & 1 && n < room)
			n += (size_t)snprintf(text + n, room - n, "%s\"%s\"",
					      n > 1 ? "," : "",
					      lab_method_name(bit));
	if (n < room)
		n += (size_t)snprintf(text + n, room - n, "]");
	return n;
}

void lab_population_truth(const struct lab_config *config, char *text,
			  size_t room)
{
	char address[PPTP_ADDRESS_TEXT], methods[256], offered[256],
	    accepted[256];
	struct lab_truth truth;

	lab_truth(config, &truth);
	pptp_address_format(&config->address, address);
	put_methods(methods, sizeof(methods), config->methods);
	put_methods(offered, sizeof(offered), truth.offered);
	put_methods(accepted, sizeof(accepted), truth.accepted);
	snprintf(text, room,
		 "{\"address\":\"%s\",\"stack\":\"%s\",\"quirk\":\"%s\","
		 "\"detail\":%d,\"box\":\"%s\",\"box_detail\":%d,\"order\":%u,"
		 "\"seed\":%u,\"methods\":%s,"
		 "\"offered\":%s,\"accepted\":%s,\"best\":\"%c\","
		 "\"worst\":\"%c\",\"login_required\":%s,"
		 "\"declining_tells\":%s,\"decoy\":%s}",
		 address, lab_stack_name(config->stack),
		 lab_quirk_name(config->quirk), config->detail,
		 lab_box_name(config->box), config->box_detail, config->order,
		 (unsigned)config->seed, methods, offered, accepted, truth.best,
		 truth.worst, truth.login_required ? "true" : "false",
		 truth.declining_tells ? "true" : "false",
		 truth.decoy ? "true" : "false");
}
