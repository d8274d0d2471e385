/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/decode.h"

#include <unistd.h>

#include "core/control.h"
#include "core/gre.h"
#include "core/tcp.h"
#include "unit/claims.h"
#include "unit/vectors.h"
#include "unit/vectors_ppp.h"

#define CLIENT 0xc0000201 /* 192.0.2.1 */
#define SERVER 0xc0000202

/* ---- what came out: a line an object ------------------------------------- */

struct said {
	struct pptp_json j;
	char line[65536], text[1 << 20];
	size_t length;
	unsigned objects, stop; /* stop after so many; 0: never */
};

static struct pptp_sink *begin(void *context)
{
	struct said *out = context;

	pptp_json_init(&out->j, out->line, sizeof(out->line));
	return &out->j.sink;
}

static bool end(void *context)
{
	struct said *out = context;

	ck_assert(!out->j.failed);
	ck_assert_uint_eq(out->j.depth, 0);
	ck_assert_uint_lt(out->length + out->j.length + 2, sizeof(out->text));
	memcpy(out->text + out->length, out->line, out->j.length);
	out->length += out->j.length;
	out->text[out->length++] = '\n';
	out->text[out->length] = '\0';
	return ++out->objects != out->stop;
}

static struct said *new_said(void)
{
	static struct said out;

	memset(&out, 0, sizeof(out));
	return &out;
}

/* The n-th object, from 0. */
static const char *object(const struct said *out, unsigned n)
{
	static char line[65536];
	const char *at = out->text;

	ck_assert_uint_lt(n, out->objects);
	while (n-- > 0)
		at = strchr(at, '\n') + 1;
	memset(line, 0, sizeof(line));
	memcpy(line, at, (size_t)(strchr(at, '\n') - at));
	return line;
}

/* ---- captures ------------------------------------------------------------ */

struct capture {
	uint8_t bytes[1 << 18];
	struct pptp_writer w;
	unsigned count;
};

static struct capture *capture(uint32_t linktype)
{
	static struct capture c;

	c.count = 0;
	pptp_writer_init(&c.w, c.bytes, sizeof(c.bytes));
	pptp_write_u32(&c.w, 0xa1b2c3d4);
	pptp_write_u32(&c.w, 0x00020004);
	pptp_write_zeros(&c.w, 8);
	pptp_write_u32(&c.w, 65535);
	pptp_write_u32(&c.w, linktype);
	return &c;
}

/* Frame n comes n seconds after the day that 1700000000 is in. */
static void add_cut(struct capture *c, const void *bytes, size_t length,
		    size_t sent)
{
	pptp_write_u32(&c->w, 1700000000 + ++c->count);
	pptp_write_u32(&c->w, 42);
	pptp_write_u32(&c->w, (uint32_t)length);
	pptp_write_u32(&c->w, (uint32_t)sent);
	pptp_write_bytes(&c->w, bytes, length);
	ck_assert(pptp_writer_ok(&c->w));
}

static void add(struct capture *c, const void *bytes, size_t length)
{
	add_cut(c, bytes, length, length);
}

static void add_hex(struct capture *c, const char *hex)
{
	struct vector v = vector(hex);

	add(c, v.bytes, v.length);
}

static struct pptp_ip between(bool from_server)
{
	struct pptp_ip ip = {0};

	ip.source = pptp_address_v4(from_server ? SERVER : CLIENT);
	ip.destination = pptp_address_v4(from_server ? CLIENT : SERVER);
	ip.ttl = 64;
	return ip;
}

struct packet {
	uint8_t bytes[2048];
	size_t length;
};

static struct packet segment(bool from_server, uint32_t sequence,
			     const void *data, size_t length)
{
	struct pptp_ip ip = between(from_server);
	struct pptp_writer w;
	struct packet p;

	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&w, p.bytes, sizeof(p.bytes));
	pptp_ip_encode(&w, &ip, 20 + length);
	pptp_write_u16(&w, from_server ? 1723 : 40000);
	pptp_write_u16(&w, from_server ? 40000 : 1723);
	pptp_write_u32(&w, sequence);
	pptp_write_u32(&w, 1);
	pptp_write_u16(&w, 5 << 12 | PPTP_TCP_ACK);
	pptp_write_zeros(&w, 6);
	pptp_write_bytes(&w, data, length);
	ck_assert(pptp_writer_ok(&w));
	p.length = w.length;
	return p;
}

static void add_segment(struct capture *c, uint32_t sequence, const void *data,
			size_t length)
{
	struct packet p = segment(true, sequence, data, length);

	add(c, p.bytes, p.length);
}

static void add_message(struct capture *c, uint32_t sequence, const char *hex)
{
	struct vector v = vector(hex);

	add_segment(c, sequence, v.bytes, v.length);
}

static enum pptp_error decode_with(const struct capture *c, size_t length,
				   struct said *out, char *text)
{
	static uint8_t copy[1 << 18];
	const struct pptp_decode_output output = {
	    .begin = begin, .end = end, .context = out};
	FILE *file;

	memcpy(copy, c->bytes, length);
	file = fmemopen(copy, length, "rb");
	ck_assert_ptr_nonnull(file);
	return pptp_decode_open_file(file, "memory", &output, text, 256);
}

static struct said *decode(const struct capture *c)
{
	struct said *out = new_said();
	char text[256] = "";

	ck_assert_int_eq(decode_with(c, c->w.length, out, text), PPTP_OK);
	ck_assert_str_eq(text, "");
	return out;
}

static enum pptp_error decode_bytes(const void *bytes, size_t length,
				    struct said *out)
{
	const struct pptp_decode_output output = {
	    .begin = begin, .end = end, .context = out};
	struct guarded g = guarded_new();
	enum pptp_error error =
	    pptp_decode_bytes(guarded_copy(&g, bytes, length), length, &output);

	guarded_free(&g);
	return error;
}

static struct said *decode_hex(const char *hex)
{
	struct vector v = vector(hex);
	struct said *out = new_said();

	ck_assert_int_eq(decode_bytes(v.bytes, v.length, out), PPTP_OK);
	return out;
}

/* ---- control ------------------------------------------------------------- */

START_TEST(control_message_is_one_flat_object)
{
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, VECTOR_ECHO_REPLY);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_str_eq(
	    out->text,
	    "{\"frame\":1,\"time\":\"2023-11-14T22:13:21.000042Z\","
	    "\"source\":\"192.0.2.2\",\"destination\":\"192.0.2.1\","
	    "\"source_port\":1723,\"destination_port\":40000,"
	    "\"layer\":\"control\",\"control_message_type\":6,"
	    "\"name\":\"Echo-Reply\",\"length\":20,\"pptp_message_type\":1,"
	    "\"magic_cookie\":439041101,\"reserved0\":0,\"identifier\":42,"
	    "\"result_code\":1,\"error_code\":0,\"reserved1\":0}\n");
}
END_TEST

START_TEST(message_split_at_every_byte_is_one_message)
{
	struct vector v = vector(VECTOR_SCCRP);

	for (size_t n = 1; n < v.length; n++) {
		struct capture *c = capture(101);
		struct said *out;

		add_segment(c, 1, v.bytes, n);
		add_segment(c, 1 + (uint32_t)n, v.bytes + n, v.length - n);
		out = decode(c);
		ck_assert_uint_eq(out->objects, 1);
		ck_assert_has(out->text, "\"frame\":2,");
		ck_assert_has(out->text, "\"host_name\":\"linux\"");
		ck_assert_has_not(out->text, "malformed");
	}
}
END_TEST

START_TEST(single_bytes_and_merged_messages_are_the_same_messages)
{
	struct capture *c = capture(101);
	struct vector v = vector(VECTOR_TWO_MESSAGES VECTOR_ECHO_REQUEST);
	struct said *out;

	for (size_t i = 0; i < v.length; i++)
		add_segment(c, 1 + (uint32_t)i, v.bytes + i, 1);
	add_segment(c, 1 + (uint32_t)v.length, v.bytes, v.length);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 6);
	ck_assert_has(object(out, 1), "\"control_message_type\":13,");
	ck_assert_has(object(out, 2), "\"frame\":180,");
	for (unsigned i = 3; i < 6; i++)
		ck_assert_has(object(out, i), "\"frame\":181,");
	ck_assert_has_not(out->text, "malformed");
}
END_TEST

START_TEST(retransmitted_message_is_shown_once)
{
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, VECTOR_ECHO_REQUEST);
	add_message(c, 1, VECTOR_ECHO_REQUEST);
	add_message(c, 1, VECTOR_ECHO_REQUEST VECTOR_STOP_CCRQ);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 1), "\"frame\":3,");
	ck_assert_has(object(out, 1), "\"reason\":3,");
}
END_TEST

START_TEST(broken_stream_is_told_once_and_taken_up_again)
{
	struct capture *c = capture(101);
	struct vector junk = vector(VECTOR_HTTP);
	struct said *out;

	add_message(c, 1, VECTOR_ECHO_REQUEST "0010000200000000");
	add_segment(c, 25, junk.bytes, junk.length);
	add_message(c, 25 + (uint32_t)junk.length, VECTOR_ECHO_REQUEST);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 3);
	ck_assert_has(object(out, 1), "\"frame\":1,");
	ck_assert_has(object(out, 1), "\"layer\":\"control\",\"malformed\":"
				      "{\"why\":\"PPTP message type is not 1\""
				      ",\"offset\":4}}");
	ck_assert_has(object(out, 2), "\"frame\":3,");
	ck_assert_has(object(out, 2), "\"identifier\":42");
}
END_TEST

START_TEST(other_protocol_on_the_port_is_malformed)
{
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, VECTOR_HTTP);
	add_message(c, 49, VECTOR_HTTP);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"malformed\":{\"why\":\"control message "
				 "length\",\"offset\":2}");
}
END_TEST

START_TEST(missing_segment_is_told_with_its_offset)
{
	struct capture *c = capture(101);
	struct vector v = vector(VECTOR_SCCRP);
	struct said *out;

	add_segment(c, 1, v.bytes, 100);
	add_message(c, 157, VECTOR_ECHO_REQUEST);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"malformed\":{\"why\":\"bytes are "
				      "missing here\",\"offset\":100}");
	ck_assert_has(object(out, 1), "\"identifier\":42");
}
END_TEST

START_TEST(too_much_behind_a_missing_segment_is_told)
{
	struct capture *c = capture(101);
	struct vector v = vector(VECTOR_ECHO_REQUEST);
	struct said *out;

	add_segment(c, 1, v.bytes, 10);
	for (uint32_t i = 1; i <= 257; i++)
		add_segment(c, 1 + 16 * i, v.bytes, v.length);
	/* What was missing comes when it was given up. */
	add_segment(c, 11, v.bytes + 10, 6);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1 + 257);
	ck_assert_has(
	    object(out, 0),
	    "\"malformed\":{\"why\":\"bytes are missing here, and more "
	    "came after them than is kept\",\"offset\":10}");
	ck_assert_has(object(out, 1), "\"frame\":2,");
	ck_assert_has(object(out, 257), "\"frame\":258,");
}
END_TEST

START_TEST(up_to_256_early_segments_wait_for_the_missing_one)
{
	struct capture *c = capture(101);
	struct vector v = vector(VECTOR_ECHO_REQUEST);
	struct said *out;

	add_segment(c, 1, v.bytes, 10);
	for (uint32_t i = 1; i <= 256; i++)
		add_segment(c, 1 + 16 * i, v.bytes, v.length);
	add_segment(c, 11, v.bytes + 10, 6);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 257);
	ck_assert_has_not(out->text, "malformed");
	ck_assert_has(object(out, 0), "\"frame\":258,");
}
END_TEST

START_TEST(message_that_never_ends_is_told_at_the_end)
{
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, "009c00011a2b3c4d00020000");
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"frame\":1,");
	ck_assert_has(out->text, "\"malformed\":{\"why\":\"ends too early\","
				 "\"offset\":12}");
}
END_TEST

START_TEST(cut_message_shows_the_fields_that_are_whole)
{
	struct vector v = vector(VECTOR_SCCRP);
	struct packet p = segment(true, 1, v.bytes, v.length);
	struct capture *c = capture(101);
	struct said *out;

	add_cut(c, p.bytes, 40 + 27, p.length); /* half the firmware */
	add_message(c, 157, VECTOR_ECHO_REQUEST);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"maximum_channels\":65535,"
				      "\"malformed\":{\"why\":\"ends too "
				      "early\",\"offset\":27},"
				      "\"truncated\":true}");
	ck_assert_has_not(object(out, 0), "firmware_revision");
	ck_assert_has(object(out, 1), "\"identifier\":42");
}
END_TEST

START_TEST(field_that_ends_at_the_cut_is_whole)
{
	struct vector v = vector(VECTOR_SCCRP);
	struct packet p = segment(true, 1, v.bytes, v.length);
	struct capture *c = capture(101);
	struct said *out;

	add_cut(c, p.bytes, 40 + 28, p.length);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"firmware_revision\":256,\"malformed\":{");
	ck_assert_has_not(out->text, "host_name");
}
END_TEST

START_TEST(broken_messages_show_the_fields_that_are_there)
{
	struct capture *c = capture(101);
	struct said *out;

	/* An Outgoing-Call-Reply that says it has 20 bytes, and has. */
	add_message(c, 1,
		    "001400011a2b3c4d000800000480abcd 01020304"
		    "" VECTOR_ECHO_REQUEST);
	out = decode(c);
	ck_assert_uint_ge(out->objects, 1);
	ck_assert_has(object(out, 0),
		      "\"layer\":\"control\",\"control_message_type\":8,"
		      "\"name\":\"Outgoing-Call-Reply\",\"length\":20,"
		      "\"pptp_message_type\":1,\"magic_cookie\":439041101,"
		      "\"reserved0\":0,\"call_id\":1152,"
		      "\"peer_call_id\":43981,\"result_code\":1,"
		      "\"error_code\":2,\"cause_code\":772,\"malformed\":{");
	/* Management messages (2), with the cookie. */
	ck_assert_has(decode_hex("001000021a2b3c4d000500000000002a")->text,
		      "\"identifier\":42,\"malformed\":{");
	/* Another cookie, after a header that is right so far. */
	c = capture(101);
	add_message(c, 1, "001000011a2b3c4e00050000");
	ck_assert_has(decode(c)->text, "\"magic_cookie\":439041102,"
				       "\"reserved0\":0,\"malformed\":"
				       "{\"why\":\"magic cookie\",");
}
END_TEST

START_TEST(unassigned_type_is_kept)
{
	struct said *out = decode_hex("001000011a2b3c4d00630000deadbeef");
	struct vector v = vector("001000011a2b3c4d00630000deadbeef");
	struct packet p = segment(true, 1, v.bytes, v.length);
	struct capture *c = capture(101);

	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"control_message_type\":99,\"length\":16");
	add_cut(c, p.bytes, 40 + 14, p.length);
	out = decode(c);
	ck_assert_has(out->text,
		      "\"reserved0\":0,\"malformed\":{\"why\":\"ends "
		      "too early\",\"offset\":14},");
}
END_TEST

/* ---- GRE and PPP --------------------------------------------------------- */

START_TEST(gre_with_ppp_is_two_objects)
{
	struct said *out = decode_hex(VECTOR_IP_GRE_LCP);

	ck_assert_uint_eq(out->objects, 2);
	ck_assert_str_eq(object(out, 0),
			 "{\"source\":\"10.0.0.2\",\"destination\":"
			 "\"10.0.0.6\",\"layer\":\"gre\",\"flags\":12289,"
			 "\"payload_length\":28,\"call_id\":39925,"
			 "\"sequence_number\":0}");
	ck_assert_has(object(out, 1), "\"destination\":\"10.0.0.6\","
				      "\"layer\":\"lcp\"");
	ck_assert_has(object(out, 1), "\"code\":1,");
	ck_assert_has(object(out, 1), "\"options\":[");
}
END_TEST

START_TEST(bare_acknowledgment_is_one_object)
{
	struct said *out = decode_hex(VECTOR_IP_GRE_ACK);

	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"acknowledgment_number\":");
	ck_assert_has_not(out->text, "sequence_number\":0");
}
END_TEST

START_TEST(gre_version_0_is_not_pptp)
{
	/* Not even with PPTP's protocol number. */
	struct said *out =
	    decode_hex("4500001c000100004 02f0000c0000201c0000202"
		       "0000880bff03c021");

	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"layer\":\"other\",\"gre_version\":0,"
				 "\"gre_protocol\":34827,\"length\":4}");
}
END_TEST

START_TEST(gre_of_two_bytes_is_malformed)
{
	struct said *out =
	    decode_hex("4500001600010000402f0000c0000201c00002022001");

	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"layer\":\"gre\",\"malformed\":{");
}
END_TEST

START_TEST(gre_length_past_its_packet_is_malformed)
{
	struct said *out = decode_hex("4500002400010000402f0000c0000201c0000202"
				      "3001880b0064 1a2c00000000 c0210506");

	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"call_id\":6700,\"sequence_number\":0,"
				      "\"malformed\":{\"why\":\"runs past the "
				      "length around it\",\"offset\":12}}");
	ck_assert_has(object(out, 1), "\"layer\":\"lcp\"");
	ck_assert_has(object(out, 1), "\"malformed\"");
}
END_TEST

START_TEST(cut_gre_shows_its_header_and_says_so)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct capture *c = capture(101);
	struct said *out;

	add_cut(c, v.bytes, v.length - 5, v.length);
	add_cut(c, v.bytes, 20 + 12, v.length);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 3);
	ck_assert_has(object(out, 0), "\"payload_length\":28,");
	ck_assert_has(object(out, 0), "\"truncated\":true}");
	ck_assert_has(object(out, 1), "\"layer\":\"lcp\"");
	ck_assert_has(object(out, 1), "\"truncated\":true}");
	ck_assert_has(object(out, 2), "\"layer\":\"gre\"");
	ck_assert_has(object(out, 2), "\"truncated\":true}");
}
END_TEST

/* Offloading leaves the IP length 0: only GRE's own tells where it ends. */
START_TEST(cut_behind_whole_gre_is_not_truncation)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct capture *c = capture(101);
	struct said *out;

	v.bytes[2] = v.bytes[3] = 0;
	add_cut(c, v.bytes, v.length, v.length + 14);
	add_cut(c, v.bytes, v.length - 1, v.length + 14);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 4);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_has_not(object(out, i), "truncated");
	for (unsigned i = 2; i < 4; i++)
		ck_assert_has(object(out, i), "\"truncated\":true}");
}
END_TEST

START_TEST(cut_padding_is_not_truncation)
{
	struct vector v =
	    vector("ffffffffffff020000000001 0800" VECTOR_IP_GRE_ACK);
	struct capture *c = capture(1);
	struct said *out;

	add_cut(c, v.bytes, v.length, v.length + 14);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has_not(out->text, "truncated");
}
END_TEST

START_TEST(tunnels_are_followed_four_deep)
{
	const char *outer = "4500 0000 0000 0000 4004 0000 c0000203 c0000204";
	struct vector inner = vector(VECTOR_IP_GRE_ACK);
	struct vector head = vector(outer);

	for (unsigned depth = 1; depth <= 5; depth++) {
		struct said *out = new_said();

		memmove(inner.bytes + head.length, inner.bytes, inner.length);
		memcpy(inner.bytes, head.bytes, head.length);
		inner.length += head.length;
		inner.bytes[3] = (uint8_t)inner.length;
		ck_assert_int_eq(decode_bytes(inner.bytes, inner.length, out),
				 PPTP_OK);
		ck_assert_uint_eq(out->objects, depth <= 4);
	}
}
END_TEST

START_TEST(tunnels_of_several_kinds_are_followed)
{
	struct said *out = decode_hex(VECTOR_IPV6_TUNNELS);

	ck_assert_uint_ge(out->objects, 2);
	ck_assert_has(out->text, "\"layer\":\"gre\",\"flags\":12417,");
	/* GRE version 0 with checksum, key and sequence number around IPv4. */
	out = decode_hex("4500004000010000402f0000c0000201c0000202"
			 "b000080000000000 00000007 00000001"
			 "4500001c00010000402f00000a0000010a000002"
			 "2001880b0000 beef 0000000000000000");
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"gre_version\":0,");
	ck_assert_has(object(out, 1), "\"source\":\"10.0.0.1\",");
	ck_assert_has(object(out, 1), "\"call_id\":48879");
}
END_TEST

START_TEST(fragments_of_gre_are_one_packet)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct pptp_ip ip = between(false);
	struct capture *c = capture(101);
	struct said *out;

	for (size_t part = 2; part-- > 0;) {
		size_t at = part * 16, left = v.length - 20 - at;
		size_t n = part == 0 ? 16 : left;
		struct pptp_writer w;
		uint8_t bytes[128];

		ip.protocol = PPTP_IP_GRE;
		ip.identification = 77;
		pptp_writer_init(&w, bytes, sizeof(bytes));
		pptp_ip_encode(&w, &ip, n);
		pptp_patch_u16(&w, 6, part == 0 ? 0x2000 : 2);
		pptp_write_bytes(&w, v.bytes + 20 + at, n);
		add(c, w.bytes, w.length);
	}
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"frame\":2,");
	ck_assert_has(object(out, 1), "\"layer\":\"lcp\"");
	ck_assert_has_not(out->text, "malformed");
	ck_assert_has_not(out->text, "truncated");
}
END_TEST

/* RFC 8200 4.5: behind the fragment header more headers may come, which are
 * fragmented with the rest. */
static void add_ipv6_part(struct capture *c, const struct vector *whole,
			  size_t at, size_t length, uint8_t next)
{
	struct pptp_writer w;
	uint8_t bytes[512];
	bool more = at + length < whole->length;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_write_u32(&w, 0x60000000);
	pptp_write_u16(&w, (uint16_t)(8 + length));
	pptp_write_u16(&w, 44 << 8 | 64);
	for (uint8_t side = 1; side <= 2; side++) {
		pptp_write_u32(&w, 0x20010db8);
		pptp_write_zeros(&w, 11);
		pptp_write_u8(&w, side);
	}
	pptp_write_u16(&w, (uint16_t)(next << 8));
	pptp_write_u16(&w, (uint16_t)(at | more));
	pptp_write_u32(&w, 0x12345678);
	pptp_write_bytes(&w, whole->bytes + at, length);
	ck_assert(pptp_writer_ok(&w));
	add(c, w.bytes, w.length);
}

/* A destination header that says GRE comes next, and enhanced GRE with LCP. */
#define IPV6_EXTENDED "2f00010400000000" /* and: */ VECTOR_GRE_FIRST

START_TEST(ipv6_fragments_with_headers_behind_are_one_packet)
{
	struct vector v = vector(IPV6_EXTENDED);

	/* Whichever comes first, and also where the header itself is cut. */
	for (size_t first = 8; first + 8 < v.length; first += 8) {
		for (unsigned turned = 0; turned < 2; turned++) {
			struct capture *c = capture(101);
			struct said *out;

			if (turned)
				add_ipv6_part(c, &v, first, v.length - first,
					      60);
			add_ipv6_part(c, &v, 0, first, 60);
			if (!turned)
				/* Only the first one's next header counts. */
				add_ipv6_part(c, &v, first, v.length - first,
					      47);
			out = decode(c);
			ck_assert_uint_eq(out->objects, 2);
			ck_assert_has(object(out, 0), "\"frame\":2,");
			ck_assert_has(object(out, 0), "\"layer\":\"gre\"");
			ck_assert_has_not(out->text, "malformed");
			ck_assert_has_not(out->text, "truncated");
		}
	}
}
END_TEST

/* A fragment of length 0 that the capture cut: its end is no packet's end. */
START_TEST(cut_fragment_ends_no_packet)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct capture *c = capture(101);
	struct vector last = v;
	struct said *out;

	v.bytes[3] = 36;
	v.bytes[6] = 0x20;
	add(c, v.bytes, 36);
	last.bytes[3] = 0;
	last.bytes[6] = 0;
	last.bytes[7] = 2;
	memmove(last.bytes + 20, last.bytes + 36, 24);
	add_cut(c, last.bytes, 20 + 16, 20 + 24);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"truncated\":true}");
	ck_assert_has_not(object(out, 0), "malformed\":{\"why\":\"runs past");
}
END_TEST

START_TEST(first_segment_in_a_lone_fragment_is_decoded)
{
	struct vector v = vector(VECTOR_ECHO_REQUEST VECTOR_ECHO_REQUEST);
	struct packet p = segment(true, 1, v.bytes, v.length);
	struct capture *c = capture(101);
	struct said *out;

	p.bytes[3] = 20 + 20 + 20;
	p.bytes[6] = 0x20;
	add(c, p.bytes, 20 + 20 + 20);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"identifier\":42");
	ck_assert_has(object(out, 1), "\"truncated\":true}");
}
END_TEST

START_TEST(lone_fragment_fills_the_hole_of_a_stream)
{
	struct vector v = vector(VECTOR_ECHO_REPLY);
	struct packet p = segment(true, 17, v.bytes, v.length);
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, VECTOR_ECHO_REQUEST);
	add_message(c, 17 + 20, VECTOR_STOP_CCRQ);
	p.bytes[6] = 0x20;
	add(c, p.bytes, p.length);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 3);
	ck_assert_has(object(out, 1), "\"frame\":3,");
	ck_assert_has(object(out, 2), "\"frame\":2,");
	ck_assert_has_not(out->text, "malformed");
}
END_TEST

START_TEST(first_fragment_alone_is_truncated)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct said *out = new_said();

	v.bytes[3] = 36;
	v.bytes[6] = 0x20;
	ck_assert_int_eq(decode_bytes(v.bytes, 36, out), PPTP_OK);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"call_id\":39925,");
	ck_assert_has(object(out, 0), "\"truncated\":true}");
}
END_TEST

START_TEST(ppp_links_have_no_addresses)
{
	struct capture *c = capture(9);
	struct said *out;

	add_hex(c, FRAME_PADDED);
	add_hex(c, "ff03" FRAME_CHALLENGE);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has_not(out->text, "source");
	ck_assert_has(object(out, 1), "\"frame\":2,");
	ck_assert_has(object(out, 1), "\"layer\":\"chap\"");
}
END_TEST

START_TEST(gre_inside_a_ppp_link_is_found)
{
	struct capture *c = capture(9);
	struct said *out;

	add_hex(c, "ff030021" VECTOR_IP_GRE_ACK);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"layer\":\"other\"");
	ck_assert_has(object(out, 1), "\"layer\":\"gre\"");
}
END_TEST

/* ---- bytes, files and their faults --------------------------------------- */

START_TEST(bytes_are_what_they_look_like)
{
	ck_assert_has(decode_hex(VECTOR_SCCRQ)->text, "{\"layer\":\"control\"");
	ck_assert_uint_eq(decode_hex(VECTOR_TWO_MESSAGES)->objects, 2);
	ck_assert_has(decode_hex(VECTOR_GRE_FIRST)->text, "{\"layer\":\"gre\"");
	ck_assert_has(decode_hex("ff03c0210101000403")->text,
		      "{\"layer\":\"lcp\"");
	ck_assert_has(decode_hex(FRAME_CHALLENGE)->text, "{\"layer\":\"chap\"");
	ck_assert_has(decode_hex("21450000")->text, "{\"layer\":\"other\"");
	ck_assert_has(decode_hex("009c00011a2b3c4d")->text,
		      "{\"layer\":\"control\",\"length\":156,");
	ck_assert_uint_eq(decode_hex(VECTOR_SYN_V4)->objects, 0);
}
END_TEST

START_TEST(bytes_that_look_like_nothing_are_refused)
{
	static const char *const none[] = {"",     "00",   VECTOR_HTTP,
					   "4500", "ffff", "1234567890"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct vector v = vector(none[i]);
		struct said *out = new_said();

		ck_assert_int_eq(decode_bytes(v.bytes, v.length, out),
				 PPTP_ERROR_MALFORMED);
		ck_assert_uint_eq(out->objects, 0);
	}
}
END_TEST

START_TEST(truncated_at_every_length_is_whole_json)
{
	static const char *const all[] = {
	    VECTOR_SCCRP,          VECTOR_OCRQ,        VECTOR_TWO_MESSAGES,
	    VECTOR_IP_GRE_LCP,     VECTOR_IP_GRE_DNS,  VECTOR_IPV6_TUNNELS,
	    VECTOR_GRE_FIRST,      VECTOR_IP_GRE_ECHO, FRAME_OFFER_WINDOWS,
	    FRAME_OFFER_MULTILINK,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct vector v = vector(all[i]);

		for (size_t n = 0; n < v.length; n++) {
			struct said *out = new_said();

			(void)!decode_bytes(v.bytes, n, out);
			ck_assert_uint_eq(out->j.depth, 0);
		}
	}
}
END_TEST

START_TEST(capture_cut_at_every_length_shows_what_stands_before)
{
	struct capture *c = capture(101);
	size_t first;

	add_message(c, 1, VECTOR_ECHO_REQUEST);
	first = c->w.length;
	add_hex(c, VECTOR_IP_GRE_LCP);
	for (size_t n = 1; n <= c->w.length; n++) {
		struct said *out = new_said();
		char text[256] = "";
		enum pptp_error error = decode_with(c, n, out, text);

		if (n < 24)
			ck_assert_int_eq(error, PPTP_ERROR_MALFORMED);
		else if (n == 24 || n == first || n == c->w.length)
			ck_assert_int_eq(error, PPTP_OK);
		else
			ck_assert_int_eq(error, PPTP_ERROR_SHORT);
		ck_assert_int_eq(error == PPTP_OK, text[0] == '\0');
		if (n < c->w.length)
			ck_assert_uint_eq(out->objects, n >= first);
	}
}
END_TEST

START_TEST(link_layer_that_is_not_read_is_said)
{
	struct capture *c = capture(105);
	struct said *out = new_said();
	char text[256] = "";

	add_hex(c, VECTOR_IP_GRE_LCP);
	ck_assert_int_eq(decode_with(c, c->w.length, out, text),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "memory: its link layer, IEEE802_11 (105),");
}
END_TEST

static struct pptp_decode_counts counted(const struct capture *c)
{
	struct pptp_decode_counts counts = {0};
	const struct pptp_decode_output output = {.begin = begin,
						  .end = end,
						  .context = new_said(),
						  .counts = &counts};
	static uint8_t copy[1 << 18];
	char text[256];
	FILE *file;

	memcpy(copy, c->bytes, c->w.length);
	file = fmemopen(copy, c->w.length, "rb");
	ck_assert_int_eq(
	    pptp_decode_open_file(file, "memory", &output, text, sizeof(text)),
	    PPTP_OK);
	return counts;
}

START_TEST(frames_that_are_not_understood_are_counted_by_kind)
{
	static const char macs[] = "ffffffffffff020000000001";
	static const struct {
		const char *hex;
		int kind; /* -1: understood, or none of ours */
	} cases[] = {
	    {"0800" VECTOR_IP_GRE_ACK, -1},
	    {"0806 0001", -1},
	    {"8847 00000000", PPTP_UNREAD_LINK},
	    {"0800 4400", PPTP_UNREAD_IP},
	    {"0800 4500001600010000400 60000c0000201c0000202 0000",
	     PPTP_UNREAD_TCP},
	    {"0800 4500001c00010002402f0000c0000201c0000202 0000000000000000",
	     PPTP_UNREAD_FRAGMENT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct capture *c = capture(1);
		struct pptp_decode_counts counts;
		char hex[512];

		snprintf(hex, sizeof(hex), "%s%s", macs, cases[i].hex);
		add_hex(c, hex);
		counts = counted(c);
		ck_assert_uint_eq(counts.frames, 1);
		for (int k = 0; k < PPTP_UNREAD_COUNT; k++)
			ck_assert_uint_eq(counts.unread[k], k == cases[i].kind);
	}
}
END_TEST

static const char *complaint_of(const void *bytes, size_t length,
				enum pptp_error wanted)
{
	static char text[512];
	struct capture c = {.count = 0};

	text[0] = '\0';
	memcpy(c.bytes, bytes, length);
	ck_assert_int_eq(decode_with(&c, length, new_said(), text), wanted);
	return text;
}

START_TEST(compressed_captures_are_named)
{
	ck_assert_has(
	    complaint_of("\x1f\x8b\x08\0more", 8, PPTP_ERROR_MALFORMED),
	    "gunzip -c FILE | pptp-probe decode -");
	ck_assert_has(
	    complaint_of("\x28\xb5\x2f\xfd....", 8, PPTP_ERROR_MALFORMED),
	    "zstd -d -c FILE");
	ck_assert_has(complaint_of("\xfd"
				   "7zXZ...",
				   8, PPTP_ERROR_MALFORMED),
		      "xz -d -c FILE");
	ck_assert_has(complaint_of("BZh9....", 8, PPTP_ERROR_MALFORMED),
		      "bunzip2 -c FILE");
	ck_assert_has(complaint_of("BZ", 2, PPTP_ERROR_MALFORMED),
		      "give a pcap or pcapng file");
}
END_TEST

START_TEST(wireless_captures_get_advice_of_their_own)
{
	static const uint32_t types[] = {105, 119, 127, 163, 192, 104, 107};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct capture *c = capture(types[i]);
		char text[512] = "";

		ck_assert_int_eq(decode_with(c, c->w.length, new_said(), text),
				 PPTP_ERROR_ARGUMENT);
		ck_assert_has(text, i < 5 ? "without monitor mode"
					  : "capture on Ethernet");
	}
}
END_TEST

static void add_block(struct pptp_writer *w, uint32_t type, const void *body,
		      size_t length)
{
	pptp_write_u32(w, type);
	pptp_write_u32(w, (uint32_t)(12 + length));
	pptp_write_bytes(w, body, length);
	pptp_write_u32(w, (uint32_t)(12 + length));
}

/* A packet of an interface, in a pcapng file of Ethernet and one more. */
static void begin_pcapng(struct pptp_writer *w, uint8_t second)
{
	uint8_t head[16] = {0x1a, 0x2b, 0x3c, 0x4d, 0, 1};
	uint8_t interface[8] = {0, 1, 0, 0, 0, 0, 0, 200};

	add_block(w, 0x0a0d0d0a, head, sizeof(head));
	add_block(w, 1, interface, sizeof(interface));
	interface[1] = second;
	interface[7] = 100;
	add_block(w, 1, interface, sizeof(interface));
}

static void add_packet(struct pptp_writer *w, uint8_t id, const char *hex)
{
	struct vector v = vector(hex);
	uint8_t body[600] = {[3] = id, [19] = 0};

	body[15] = body[19] = (uint8_t)v.length;
	memcpy(body + 20, v.bytes, v.length);
	add_block(w, 6, body, 20 + (v.length + 3) / 4 * 4);
}

#define ETHERNET "ffffffffffff020000000001 0800"
#define COOKED   "0000 0001 0006 0200000000010000 0800"

START_TEST(several_link_types_in_one_pcapng_are_read)
{
	struct capture *c = capture(1);
	struct said *out;

	pptp_writer_init(&c->w, c->bytes, sizeof(c->bytes));
	begin_pcapng(&c->w, 113);
	add_packet(&c->w, 1, COOKED VECTOR_IP_GRE_ACK);
	add_packet(&c->w, 0, ETHERNET VECTOR_IP_GRE_ACK);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "{\"frame\":1,");
	ck_assert_has(object(out, 1), "{\"frame\":2,");
	ck_assert_has_not(out->text, "malformed");
}
END_TEST

START_TEST(a_pcapng_of_nothing_that_is_read_is_refused)
{
	struct capture *c = capture(1);
	struct pptp_decode_counts counts;
	char text[512] = "";

	pptp_writer_init(&c->w, c->bytes, sizeof(c->bytes));
	begin_pcapng(&c->w, 105);
	add_packet(&c->w, 1, VECTOR_IP_GRE_ACK);
	ck_assert_int_eq(decode_with(c, c->w.length, new_said(), text),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "IEEE802_11 (105)");
	/* Beside what is read it is counted. */
	add_packet(&c->w, 0, ETHERNET VECTOR_IP_GRE_ACK);
	counts = counted(c);
	ck_assert_uint_eq(counts.frames, 2);
	ck_assert_uint_eq(counts.unread[PPTP_UNREAD_LINK], 1);
	ck_assert_has(complaint_of(c->bytes, c->w.length - 2, PPTP_ERROR_SHORT),
		      "after 1 frames: the file ends within a block");
}
END_TEST

START_TEST(file_that_is_no_capture_is_said)
{
	const struct pptp_decode_output output = {
	    .begin = begin, .end = end, .context = new_said()};
	char name[] = "/tmp/test_decode.XXXXXX", text[256];
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "no capture, but long enough", 27), 27);
	close(fd);
	ck_assert_int_eq(pptp_decode_file(name, &output, text, sizeof(text)),
			 PPTP_ERROR_MALFORMED);
	ck_assert_has(text, name);
	unlink(name);
	ck_assert_int_eq(pptp_decode_file(name, &output, text, sizeof(text)),
			 PPTP_ERROR_SYSTEM);
	ck_assert_has(text, "No such file");
}
END_TEST

START_TEST(time_that_is_none_is_left_out)
{
	struct capture *c = capture(101);
	struct said *out;

	add_hex(c, VECTOR_IP_GRE_ACK);
	memset(c->bytes + 28, 0xff, 4); /* microseconds */
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has_not(out->text, "time");
}
END_TEST

START_TEST(reader_that_has_enough_is_given_no_more)
{
	struct capture *c = capture(101);
	struct said *out = new_said();
	char text[256] = "";

	for (int i = 0; i < 10; i++)
		add_hex(c, VECTOR_IP_GRE_LCP);
	out->stop = 3;
	ck_assert_int_eq(decode_with(c, c->w.length, out, text), PPTP_OK);
	ck_assert_uint_eq(out->objects, 3);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("decode");

	CLAIM(s, control_message_is_one_flat_object);
	CLAIM(s, message_split_at_every_byte_is_one_message);
	CLAIM(s, single_bytes_and_merged_messages_are_the_same_messages);
	CLAIM(s, retransmitted_message_is_shown_once);
	CLAIM(s, broken_stream_is_told_once_and_taken_up_again);
	CLAIM(s, other_protocol_on_the_port_is_malformed);
	CLAIM(s, missing_segment_is_told_with_its_offset);
	CLAIM(s, too_much_behind_a_missing_segment_is_told);
	CLAIM(s, up_to_256_early_segments_wait_for_the_missing_one);
	CLAIM(s, message_that_never_ends_is_told_at_the_end);
	CLAIM(s, cut_message_shows_the_fields_that_are_whole);
	CLAIM(s, field_that_ends_at_the_cut_is_whole);
	CLAIM(s, unassigned_type_is_kept);
	CLAIM(s, gre_with_ppp_is_two_objects);
	CLAIM(s, bare_acknowledgment_is_one_object);
	CLAIM(s, gre_version_0_is_not_pptp);
	CLAIM(s, gre_of_two_bytes_is_malformed);
	CLAIM(s, gre_length_past_its_packet_is_malformed);
	CLAIM(s, cut_gre_shows_its_header_and_says_so);
	CLAIM(s, cut_behind_whole_gre_is_not_truncation);
	CLAIM(s, cut_padding_is_not_truncation);
	CLAIM(s, tunnels_are_followed_four_deep);
	CLAIM(s, tunnels_of_several_kinds_are_followed);
	CLAIM(s, fragments_of_gre_are_one_packet);
	CLAIM(s, ipv6_fragments_with_headers_behind_are_one_packet);
	CLAIM(s, broken_messages_show_the_fields_that_are_there);
	CLAIM(s, frames_that_are_not_understood_are_counted_by_kind);
	CLAIM(s, compressed_captures_are_named);
	CLAIM(s, wireless_captures_get_advice_of_their_own);
	CLAIM(s, several_link_types_in_one_pcapng_are_read);
	CLAIM(s, a_pcapng_of_nothing_that_is_read_is_refused);
	CLAIM(s, cut_fragment_ends_no_packet);
	CLAIM(s, first_segment_in_a_lone_fragment_is_decoded);
	CLAIM(s, lone_fragment_fills_the_hole_of_a_stream);
	CLAIM(s, first_fragment_alone_is_truncated);
	CLAIM(s, ppp_links_have_no_addresses);
	CLAIM(s, gre_inside_a_ppp_link_is_found);
	CLAIM(s, bytes_are_what_they_look_like);
	CLAIM(s, bytes_that_look_like_nothing_are_refused);
	CLAIM(s, truncated_at_every_length_is_whole_json);
	CLAIM(s, capture_cut_at_every_length_shows_what_stands_before);
	CLAIM(s, link_layer_that_is_not_read_is_said);
	CLAIM(s, file_that_is_no_capture_is_said);
	CLAIM(s, time_that_is_none_is_left_out);
	CLAIM(s, reader_that_has_enough_is_given_no_more);
	return run_suite(s);
}
