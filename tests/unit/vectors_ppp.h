/* SPDX-License-Identifier: BSD-2-Clause */
/* PPP frames that other people's programs sent or expect, as hexadecimal
 * digits, and what the tests of PPP's layers share. Only the bytes are theirs;
 * each names where it was published. Those that were published without FF 03
 * stand here without it. */
#ifndef TESTS_VECTORS_PPP_H
#define TESTS_VECTORS_PPP_H

#include "unit/claims.h"

#include "format/ppp_walk.h"

/* clang-format off */

/* scapy, test/scapy/layers/pptp.uts */
#define FRAME_OFFER_EAP \
	"ff03c021010100180206000000000304c2270506fbb8831007020802"
#define FRAME_ECHO_ABCDEF \
	"ff03c021092a000e00001092616263646566"
#define FRAME_NAK "c021032a000e010405dc0206ffff0000"
#define FRAME_REJECT_CALLBACK "c021042a000b0d070274657374"
#define FRAME_OPTIONS \
	"c021012a0027010413880206f0f0f0f00304c0230408c0257465737405060000" \
	"10920d070474657374"
#define FRAME_CODE_REJECT "c021072a00142a070010756e6b6e6f776e5f64617461"
#define FRAME_PROTOCOL_REJECT "c021082a000b80390305c22306"
#define FRAME_DISCARD "c0210b07000c0000109274657374"
#define FRAME_TERMINATE "c0210507000874657374"
#define FRAME_PAP_REQUEST \
	"c023012a00220d61646d696e6973747261746f720f7365637265745f70617373" \
	"776f7264"
#define FRAME_PAP_ACK "c023022a000500"
#define FRAME_PAP_NAK "c023032a00110c4261642070617373776f7264"
#define FRAME_CHALLENGE "c223012f00120742424242424242736572766572"
#define FRAME_RESPONSE \
	"c223022f001b1000000000000000000000000000000000636c69656e74"
#define FRAME_CHAP_SUCCESS "c223032f0004"
#define FRAME_CHAP_FAILURE "c223042f000b476f2061776179"
/* suricata, src/decode-ppp.c: protocol 00ff, which nobody has */
#define FRAME_WRONG_TYPE \
	"ff0300ff45c0002c4ded0000ff06d517bf010d01bf010d03ea3700176d0bbac3" \
	"0000000060021020dde10000"
/* yaklang, common/bin-parser/parse_test.go, behind a protocol of ours */
#define FRAME_OFFER_MULTILINK \
	"c02101010024010405ea0206000000000305c223050506dfc53f2f0702080211" \
	"0405ea130300"
#define FRAME_CHALLENGE_HIPER \
	"c22301030022105c36e2c2ee83c339e9799344e9ec85d348695065722e617474" \
	"2e6e6574"
/* PcapPlusPlus, PacketExamples/PPPoESession1.dat, with its padding */
#define FRAME_PADDED \
	"c02102020012010405dc0304c023050601fccbfb000000000000000000000000" \
	"0000000000000000"
/* PcapPlusPlus, PacketExamples, GRE captures of PPTP */
#define FRAME_CCP_TERMINATE_ACK "ff0380fd06040004"
#define FRAME_IPCP_NAK "ff0380210300000a03061101017a"
/* tcpdump, tests/pptp.pcap: a Windows client */
#define FRAME_OFFER_WINDOWS \
	"ff03c0210100002c0506021952cf070208020d03061104064e13170129f76a90" \
	"77f1472c835247f271d656070000000c"
/* tcpdump, tests/truncated-aack.pcap: a PAP Ack without message length */
#define FRAME_PAP_ACK_EMPTY "ff03c02302010004"
/* sppp trace at people.freebsd.org/~hm/i4b-095/node72.html */
#define FRAME_PROTOCOL_REJECT_CDP "c021081f000a820701330004"
/* zephyr, tests/net/ppp/driver/src/main.c, without its HDLC escapes */
#define FRAME_CCP_REQUEST "80fd0102000f1a04780018047800" "15032f"
#define FRAME_IPCP_ACK "80210202000a0306c0000202"
/* RFC 3748 4.1 layouts: Request/Identity, Response/Nak */
#define FRAME_EAP_IDENTITY "c2270105000a0168656c6c6f"
#define FRAME_EAP_NAK "c227020500060304"

static const char *const frames[] = {
	FRAME_OFFER_EAP, FRAME_ECHO_ABCDEF, FRAME_NAK, FRAME_REJECT_CALLBACK,
	FRAME_OPTIONS, FRAME_CODE_REJECT, FRAME_PROTOCOL_REJECT, FRAME_DISCARD,
	FRAME_TERMINATE, FRAME_PAP_REQUEST, FRAME_PAP_ACK, FRAME_PAP_NAK,
	FRAME_CHALLENGE, FRAME_RESPONSE, FRAME_CHAP_SUCCESS,
	FRAME_CHAP_FAILURE, FRAME_WRONG_TYPE, FRAME_OFFER_MULTILINK,
	FRAME_CHALLENGE_HIPER, FRAME_PADDED, FRAME_CCP_TERMINATE_ACK,
	FRAME_IPCP_NAK, FRAME_OFFER_WINDOWS, FRAME_PAP_ACK_EMPTY,
	FRAME_PROTOCOL_REJECT_CDP, FRAME_CCP_REQUEST, FRAME_IPCP_ACK,
	FRAME_EAP_IDENTITY, FRAME_EAP_NAK,
};
/* clang-format on */

#define FRAMES (sizeof(frames) / sizeof(frames[0]))

/* What the walk says of `length` bytes. */
static inline const char *walked_bytes(struct json *out, const void *bytes,
				       size_t length)
{
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, length);
	pptp_ppp_walk(r, json_open(out));
	return json_close(out);
}

/* The same of a frame flush against the wall. */
static inline const char *walked(struct json *out, const char *hex)
{
	struct vector v = vector(hex);
	struct guarded g = guarded_new();
	const char *text;

	text = walked_bytes(out, guarded_copy(&g, v.bytes, v.length), v.length);
	guarded_free(&g);
	return text;
}

static inline void ck_assert_walks(const char *hex, const char *fields)
{
	struct json out;

	ck_assert_str_eq(walked(&out, hex), fields);
}

/* Every shorter frame, flush against the wall, is malformed where it ends.
 * Padding may be missing: only the first `length` bytes matter. */
static inline void ck_assert_truncations(const char *hex, size_t length)
{
	struct vector v = vector(hex);
	struct guarded g = guarded_new();
	struct json out;
	size_t n;

	for (n = 0; n < length; n++)
		ck_assert_has(
		    walked_bytes(&out, guarded_copy(&g, v.bytes, n), n),
		    "\"malformed\":{\"why\":\"ends too early\"");
	ck_assert_has_not(
	    walked_bytes(&out, guarded_copy(&g, v.bytes, length), length),
	    "malformed");
	guarded_free(&g);
}

/* The packet of a frame; the vector must outlive it. */
static inline struct pptp_ppp_packet packet_of(const struct vector *v)
{
	struct pptp_reader r = reader_of(v);
	struct pptp_ppp_frame f;
	struct pptp_ppp_packet p;

	ck_assert(pptp_ppp_frame_decode(&f, &r));
	ck_assert(pptp_ppp_packet_decode(&p, &f.payload));
	return p;
}

#endif
