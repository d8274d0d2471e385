/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/checksum.h"

#include "format/bytes.h"

uint32_t pptp_checksum_add(uint32_t sum, const void *bytes, size_t length)
{
	uint64_t wide = sum;
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, length);
	while (pptp_reader_left(&r) >= 2)
		wide += pptp_read_u16(&r);
	if (pptp_reader_left(&r) > 0)
		wide += (uint32_t)pptp_read_u8(&r) << 8;
	while (wide >> 32 != 0)
		wide = (wide & 0xffffffff) + (wide >> 32);
	return (uint32_t)wide;
}

uint32_t pptp_checksum_pseudo(const struct pptp_address *source,
			      const struct pptp_address *destination,
			      uint8_t protocol, uint32_t length)
{
	size_t size = source->family == 6 ? 16 : 4;
	uint8_t tail[8];
	struct pptp_writer w;
	uint32_t sum;

	pptp_writer_init(&w, tail, sizeof(tail));
	pptp_write_u32(&w, length);
	pptp_write_u32(&w, protocol);
	sum = pptp_checksum_add(0, source->bytes, size);
	sum = pptp_checksum_add(sum, destination->bytes, size);
	return pptp_checksum_add(sum, tail, sizeof(tail));
}
