/* SPDX-License-Identifier: BSD-2-Clause */
/* The first two bytes are the link type. */
#include "fuzz/fuzz.h"

#include "format/link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum pptp_link_payload kind;
	struct pptp_reader r;
	int linktype;

	if (size < 2)
		return 0;
	linktype = data[0] << 8 | data[1];
	kind = pptp_link_decode(linktype, data + 2, size - 2, &r);
	CHECK(kind == PPTP_LINK_OTHER || pptp_link_is_known(linktype));
	if (kind == PPTP_LINK_OTHER)
		return 0;
	CHECK(pptp_reader_ok(&r));
	CHECK(r.at >= data + 2 && r.end <= data + size);
	while (pptp_reader_left(&r) > 0)
		(void)pptp_read_u8(&r);
	return 0;
}
