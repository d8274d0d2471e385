/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/estimate.h"

#define MILLION 1e6
#define Z       1.959964 /* of the normal distribution, two-sided 0.05 */

/* Newton's, from above: it only ever falls. */
static double root(double square)
{
	double x = square < 1 ? 1 : square, next;

	for (;;) {
		next = (x + square / x) / 2;
		if (next >= x)
			return x;
		x = next;
	}
}

static uint32_t parts(double share)
{
	if (share <= 0)
		return 0;
	return share < 1 ? (uint32_t)(share * MILLION + 0.5)
			 : (uint32_t)MILLION;
}

struct pptp_estimate pptp_estimate_missed(uint64_t missed, uint64_t of)
{
	double n = (double)of, p, middle, half, scale;

	if (of == 0)
		return (struct pptp_estimate){0, 0, (uint32_t)MILLION};
	p = (double)missed / n;
	scale = 1 + Z * Z / n;
	middle = (p + Z * Z / (2 * n)) / scale;
	half = Z * root(p * (1 - p) / n + Z * Z / (4 * n * n)) / scale;
	return (struct pptp_estimate){parts(p), parts(middle - half),
				      parts(middle + half)};
}
