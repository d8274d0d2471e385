/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/gre.h"

#include "unit/claims.h"
#include "unit/vectors.h"

/* The error of decoding, PPTP_OK where it went well. */
static enum pptp_error decode(struct pptp_gre *gre, const struct vector *v)
{
	struct pptp_reader r = reader_of(v);
	bool ok = pptp_gre_decode(gre, &r);

	ck_assert_int_eq(ok, r.error == PPTP_OK);
	return r.error;
}

static enum pptp_error decode_hex(struct pptp_gre *gre, const char *hex)
{
	static struct vector kept; /* the payload is borrowed from it */

	kept = vector(hex);
	return decode(gre, &kept);
}

START_TEST(data_with_acknowledgment_is_read)
{
	struct vector v = vector(VECTOR_GRE_FIRST);
	struct pptp_gre gre;

	ck_assert_int_eq(decode(&gre, &v), PPTP_OK);
	ck_assert_uint_eq(gre.flags, 0x3081);
	ck_assert_uint_eq(gre.call_id, 1);
	ck_assert(gre.has_sequence);
	ck_assert_uint_eq(gre.sequence_number, 1);
	ck_assert(gre.has_acknowledgment);
	ck_assert_uint_eq(gre.acknowledgment_number, 0xffffffff);
	ck_assert_uint_eq(gre.payload_length, 18);
	ck_assert_uint_eq(pptp_reader_left(&gre.payload), 18);
	ck_assert_uint_eq(pptp_read_u16(&gre.payload), 0xff03);
}
END_TEST

START_TEST(acknowledgment_stands_at_offset_8_without_sequence)
{
	struct pptp_gre gre;

	ck_assert_int_eq(decode_hex(&gre, "2081880b0000beef00000100"), PPTP_OK);
	ck_assert(!gre.has_sequence);
	ck_assert(gre.has_acknowledgment);
	ck_assert_uint_eq(gre.acknowledgment_number, 256);
	ck_assert_uint_eq(gre.call_id, 0xbeef);
	ck_assert_uint_eq(pptp_reader_left(&gre.payload), 0);
}
END_TEST

START_TEST(data_without_sequence_is_accepted)
{
	struct pptp_gre gre;

	ck_assert_int_eq(decode_hex(&gre, "2001880b0001000142"), PPTP_OK);
	ck_assert(!gre.has_sequence);
	ck_assert(!gre.has_acknowledgment);
	ck_assert_uint_eq(pptp_read_u8(&gre.payload), 0x42);
}
END_TEST

START_TEST(sequence_without_data_is_accepted)
{
	struct pptp_gre gre;

	ck_assert_int_eq(decode_hex(&gre, "3001880b0000000100000001"), PPTP_OK);
	ck_assert(gre.has_sequence);
	ck_assert_uint_eq(gre.payload_length, 0);
}
END_TEST

START_TEST(bytes_after_the_payload_are_not_the_payloads)
{
	struct vector v = vector("3001880b000100070000000142eeee");
	struct pptp_reader r = reader_of(&v);
	struct pptp_gre gre;

	ck_assert(pptp_gre_decode(&gre, &r));
	ck_assert_uint_eq(pptp_reader_left(&gre.payload), 1);
	ck_assert_uint_eq(pptp_reader_left(&r), 2);
}
END_TEST

START_TEST(other_versions_and_protocols_are_refused)
{
	static const char *const hex[] = {
	    "0000880b0000000000000000", /* version 0 that claims PPP */
	    "2000880b0000000000000000", "2002880b0000000000000000",
	    "2007880b0000000000000000", VECTOR_GRE_880A,
	    "2001080000000000",         "2001880c00000000",
	};
	struct pptp_gre gre;
	struct vector v;
	size_t i;

	for (i = 0; i < sizeof(hex) / sizeof(hex[0]); i++) {
		v = vector(hex[i]);
		ck_assert_int_eq(decode(&gre, &v), PPTP_ERROR_MALFORMED);
		ck_assert(!pptp_gre_is_enhanced(v.bytes, v.length));
	}
}
END_TEST

START_TEST(checksum_routing_or_no_key_is_refused)
{
	static const char *const hex[] = {
	    "a001880b0000000000000000", "6001880b0000000000000000",
	    "e001880b0000000000000000", "0001880b0000000000000000"};
	struct pptp_gre gre;
	struct vector v;
	size_t i;

	for (i = 0; i < 4; i++) {
		v = vector(hex[i]);
		ck_assert_int_eq(decode(&gre, &v), PPTP_ERROR_MALFORMED);
		/* It is enhanced GRE all the same, only a wrong one. */
		ck_assert(pptp_gre_is_enhanced(v.bytes, v.length));
	}
}
END_TEST

START_TEST(four_bytes_tell_enhanced_gre)
{
	static const uint8_t bytes[] = {0x20, 0x81, 0x88, 0x0b};
	struct guarded g = guarded_new();
	size_t n;

	for (n = 0; n <= 4; n++)
		ck_assert_int_eq(
		    pptp_gre_is_enhanced(guarded_copy(&g, bytes, n), n),
		    n == 4);
	guarded_free(&g);
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	static const char *const hex[] = {
	    VECTOR_GRE_FIRST, "2081880b0000beef00000100",
	    "3001880b00020000000000014243", "2001880b0001000142"};
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_gre gre;
	struct vector v;
	size_t i, n;

	for (i = 0; i < 4; i++) {
		v = vector(hex[i]);
		for (n = 0; n < v.length; n++) {
			pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
			ck_assert(!pptp_gre_decode(&gre, &r));
			ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
			ck_assert_uint_eq(pptp_reader_left(&gre.payload), 0);
		}
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert(pptp_gre_decode(&gre, &r));
	}
	guarded_free(&g);
}
END_TEST

START_TEST(payload_length_past_its_packet_is_malformed)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct pptp_reader r;
	struct pptp_gre gre;
	struct pptp_ip ip;

	v.bytes[20 + 5]++;
	r = reader_of(&v);
	ck_assert(pptp_ip_decode(&ip, &r));
	ck_assert(!pptp_gre_decode(&gre, &ip.payload));
	ck_assert_int_eq(ip.payload.error, PPTP_ERROR_MALFORMED);

	/* One byte less captured: the packet was fine. */
	v.bytes[20 + 5]--;
	v.length--;
	r = reader_of(&v);
	ck_assert(pptp_ip_decode(&ip, &r));
	ck_assert(!pptp_gre_decode(&gre, &ip.payload));
	ck_assert_int_eq(ip.payload.error, PPTP_ERROR_SHORT);
}
END_TEST

START_TEST(quote_gives_as_much_as_is_there)
{
	struct vector v = vector(VECTOR_GRE_FIRST);
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_gre gre;
	size_t n;

	for (n = 0; n <= v.length; n++) {
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert_int_eq(pptp_gre_decode_quote(&gre, &r), n >= 8);
		ck_assert_int_eq(gre.has_sequence, n >= 12);
		ck_assert_int_eq(gre.has_acknowledgment, n >= 16);
		if (n >= 8)
			ck_assert_uint_eq(gre.call_id, 1);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(quote_of_other_gre_is_refused)
{
	struct vector v = vector(VECTOR_GRE_880A);
	struct pptp_reader r = reader_of(&v);
	struct pptp_gre gre;

	ck_assert(!pptp_gre_decode_quote(&gre, &r));
	ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
}
END_TEST

START_TEST(every_vector_encodes_to_itself)
{
	static const char *const hex[] = {
	    VECTOR_GRE_FIRST, "2081880b0000beef00000100",
	    "3001880b000100070000000142", "2001880b0001000142",
	    "3081880b000312340000000500000004ff0321"};
	struct pptp_writer w;
	struct pptp_gre gre;
	struct vector v;
	uint8_t out[64];
	size_t i, left;

	for (i = 0; i < 5; i++) {
		v = vector(hex[i]);
		ck_assert_int_eq(decode(&gre, &v), PPTP_OK);
		gre.flags = 0xffff; /* follow from the fields */
		gre.payload_length = 0;
		left = pptp_reader_left(&gre.payload);
		pptp_writer_init(&w, out, sizeof(out));
		pptp_gre_encode(&w, &gre, gre.payload.at, left);
		ck_assert(pptp_writer_ok(&w));
		ck_assert_uint_eq(w.length, v.length);
		ck_assert_mem_eq(out, v.bytes, v.length);
	}
}
END_TEST

START_TEST(packet_is_scapys_but_for_the_df_bit)
{
	struct vector v = vector(VECTOR_IP_GRE_ECHO);
	struct guarded g = guarded_new();
	struct pptp_reader r = reader_of(&v);
	struct pptp_gre gre;
	struct pptp_ip ip;
	size_t room;
	uint8_t *out;
	int n;

	ck_assert(pptp_ip_decode(&ip, &r));
	ck_assert(pptp_gre_decode(&gre, &ip.payload));
	for (room = 0; room <= v.length; room++) {
		out = guarded_room(&g, room);
		n = pptp_gre_packet_encode(&ip, &gre, gre.payload.at,
					   gre.payload_length, out, room);
		ck_assert_int_eq(n, room < v.length ? PPTP_ERROR_SPACE
						    : (int)v.length);
	}
	out = guarded_room(&g, v.length);
	pptp_gre_packet_encode(&ip, &gre, gre.payload.at, gre.payload_length,
			       out, v.length);
	v.bytes[6] = 0x40;
	v.bytes[10] = 0xb9; /* f944 less 4000 */
	ck_assert_mem_eq(out, v.bytes, v.length);
	guarded_free(&g);
}
END_TEST

START_TEST(payload_longer_than_a_packet_does_not_encode)
{
	static uint8_t payload[65536], out[70000];
	struct pptp_writer w;
	struct pptp_gre gre;
	struct pptp_ip ip;

	memset(&gre, 0, sizeof(gre));
	memset(&ip, 0, sizeof(ip));
	ip.source.family = ip.destination.family = 4;
	pptp_writer_init(&w, out, sizeof(out));
	pptp_gre_encode(&w, &gre, payload, 65536);
	ck_assert(!pptp_writer_ok(&w));
	ck_assert_int_eq(
	    pptp_gre_packet_encode(&ip, &gre, payload, 65536, out, sizeof(out)),
	    PPTP_ERROR_SPACE);
	ck_assert_int_eq(pptp_gre_packet_encode(&ip, &gre, payload,
						65535 - 28 + 1, out,
						sizeof(out)),
			 PPTP_ERROR_SPACE);
	ck_assert_int_eq(pptp_gre_packet_encode(&ip, &gre, payload, 65535 - 28,
						out, sizeof(out)),
			 65535);
}
END_TEST

START_TEST(walk_has_numbers_only_where_they_were)
{
	struct pptp_gre gre;
	struct json out;

	ck_assert_int_eq(decode_hex(&gre, VECTOR_GRE_FIRST), PPTP_OK);
	pptp_gre_walk(&gre, json_open(&out));
	ck_assert_str_eq(json_close(&out),
			 "{\"flags\":12417,\"payload_length\":18,"
			 "\"call_id\":1,\"sequence_number\":1,"
			 "\"acknowledgment_number\":4294967295}");
	ck_assert_int_eq(decode_hex(&gre, "2001880b0001000142"), PPTP_OK);
	pptp_gre_walk(&gre, json_open(&out));
	ck_assert_str_eq(json_close(&out),
			 "{\"flags\":8193,\"payload_length\":1,"
			 "\"call_id\":1}");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("gre");

	CLAIM(s, data_with_acknowledgment_is_read);
	CLAIM(s, acknowledgment_stands_at_offset_8_without_sequence);
	CLAIM(s, data_without_sequence_is_accepted);
	CLAIM(s, sequence_without_data_is_accepted);
	CLAIM(s, bytes_after_the_payload_are_not_the_payloads);
	CLAIM(s, other_versions_and_protocols_are_refused);
	CLAIM(s, checksum_routing_or_no_key_is_refused);
	CLAIM(s, four_bytes_tell_enhanced_gre);
	CLAIM(s, truncated_at_every_length_is_short);
	CLAIM(s, payload_length_past_its_packet_is_malformed);
	CLAIM(s, quote_gives_as_much_as_is_there);
	CLAIM(s, quote_of_other_gre_is_refused);
	CLAIM(s, every_vector_encodes_to_itself);
	CLAIM(s, packet_is_scapys_but_for_the_df_bit);
	CLAIM(s, payload_longer_than_a_packet_does_not_encode);
	CLAIM(s, walk_has_numbers_only_where_they_were);
	return run_suite(s);
}
