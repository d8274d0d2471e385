/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fuzz targets of PPP's layers share. */
#ifndef TESTS_FUZZ_PPP_H
#define TESTS_FUZZ_PPP_H

#include "fuzz/fuzz.h"

#include "format/ppp_walk.h"

static inline void fuzz_walk(struct pptp_reader frame)
{
	static struct fuzz_json out;

	pptp_ppp_walk(frame, fuzz_open(&out));
	fuzz_close(&out);
}

/* `data` behind a protocol number, as a frame that ends where it ends. */
static inline void fuzz_walk_as(uint16_t protocol, const uint8_t *data,
				size_t size)
{
	uint8_t *frame;
	struct pptp_writer w;
	struct pptp_reader r;

	frame = malloc(size + 4);
	CHECK(frame != NULL);
	pptp_writer_init(&w, frame, size + 4);
	pptp_ppp_frame_encode(&w, protocol);
	pptp_write_bytes(&w, data, size);
	CHECK(pptp_writer_ok(&w));
	pptp_reader_init(&r, frame, w.length);
	fuzz_walk(r);
	free(frame);
}

/* The packet that `data` is; false where it is none. */
static inline bool fuzz_packet(struct pptp_ppp_packet *p, const uint8_t *data,
			       size_t size)
{
	struct pptp_reader r;

	pptp_reader_init(&r, data, size);
	return pptp_ppp_packet_decode(p, &r);
}

#endif
