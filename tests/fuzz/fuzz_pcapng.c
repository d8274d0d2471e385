/* SPDX-License-Identifier: BSD-2-Clause */
/* A pcapng file, packet by packet. */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "read/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pptp_pcapng_packet packet;
	struct pptp_pcapng p;
	unsigned sum = 0;
	FILE *file;
	int got;

	if (size == 0)
		return 0;
	file = fmemopen((void *)(uintptr_t)data, size, "rb");
	if (file == NULL)
		return 0;
	pptp_pcapng_init(&p, file);
	while ((got = pptp_pcapng_next(&p, &packet)) == 1) {
		CHECK(packet.length <= size);
		CHECK(!packet.timed || packet.time_us >= 0);
		for (size_t i = 0; i < packet.length; i++)
			sum += packet.bytes[i];
		CHECK(sum <= UINT32_MAX);
	}
	CHECK((got < 0) == (p.why != NULL));
	CHECK(p.count <= PPTP_PCAPNG_INTERFACES);
	pptp_pcapng_free(&p);
	fclose(file);
	return 0;
}
