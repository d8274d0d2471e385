/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/silent.h"

#include <net/ethernet.h>

#define TYPE        12 /* offsets in a frame */
#define DESTINATION 30
#define WHOLE       0x40000

struct program {
	struct sock_filter *code;
	unsigned short used;
};

static void add(struct program *p, unsigned code, uint32_t k)
{
	p->code[p->used++] =
	    (struct sock_filter)BPF_STMT((unsigned short)code, k);
}

/* Jumps over so many instructions where the test holds, and else. */
static void jump(struct program *p, unsigned test, uint32_t k, unsigned yes,
		 unsigned no)
{
	p->code[p->used++] = (struct sock_filter)BPF_JUMP(
	    (unsigned short)(BPF_JMP | test | BPF_K), k, (uint8_t)yes,
	    (uint8_t)no);
}

static void shift_in(struct program *p, uint32_t bits)
{
	add(p, BPF_MISC | BPF_TAX, 0);
	add(p, BPF_ALU | BPF_RSH | BPF_K, bits);
	add(p, BPF_ALU | BPF_XOR | BPF_X, 0);
}

/* mix() of population.c. */
static void mix(struct program *p)
{
	shift_in(p, 16);
	add(p, BPF_ALU | BPF_MUL | BPF_K, 0x7feb352d);
	shift_in(p, 15);
	add(p, BPF_ALU | BPF_MUL | BPF_K, 0x846ca68b);
	shift_in(p, 16);
}

/* A := a number below `modulus` that follows from the address. */
static void dice(struct program *p, uint32_t which, uint32_t modulus)
{
	add(p, BPF_LD | BPF_MEM, 0);
	add(p, BPF_ALU | BPF_ADD | BPF_K, which);
	mix(p);
	add(p, BPF_ALU | BPF_MOD | BPF_K, modulus);
}

unsigned short lab_silent_filter(struct sock_filter *code,
				 const struct lab_population *people,
				 uint32_t first, uint32_t count)
{
	struct program p = {code, 0};

	add(&p, BPF_LD | BPF_H | BPF_ABS, TYPE);
	jump(&p, BPF_JEQ, ETHERTYPE_ARP, 0, 1);
	add(&p, BPF_RET | BPF_K, WHOLE);
	jump(&p, BPF_JEQ, ETHERTYPE_IP, 1, 0);
	add(&p, BPF_RET | BPF_K, 0);
	add(&p, BPF_LD | BPF_W | BPF_ABS, DESTINATION);
	add(&p, BPF_ALU | BPF_SUB | BPF_K, first);
	jump(&p, BPF_JGE, count, 0, 1);
	add(&p, BPF_RET | BPF_K, 0);
	add(&p, BPF_ALU | BPF_ADD | BPF_K, people->seed * 0x9e3779b9);
	mix(&p);
	add(&p, BPF_ST, 0);
	dice(&p, LAB_DICE_SHARES, LAB_SHARE);
	jump(&p, BPF_JGE, lab_population_shares(people), 1, 0);
	add(&p, BPF_RET | BPF_K, WHOLE);
	dice(&p, LAB_DICE_SILENT, 100);
	jump(&p, BPF_JGE, people->silent, 1, 0);
	add(&p, BPF_RET | BPF_K, 0);
	add(&p, BPF_RET | BPF_K, WHOLE);
	return p.used;
}
