/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/control.h"

#include "unit/claims.h"
#include "unit/vectors.h"

#define TYPES 15

static const char *const messages[TYPES + 1] = {
    NULL,
    VECTOR_SCCRQ,
    VECTOR_SCCRP,
    VECTOR_STOP_CCRQ,
    VECTOR_STOP_CCRP,
    VECTOR_ECHO_REQUEST,
    VECTOR_ECHO_REPLY,
    VECTOR_OCRQ,
    VECTOR_OCRP,
    VECTOR_ICRQ,
    VECTOR_ICRP,
    VECTOR_ICCN,
    VECTOR_CCRQ,
    VECTOR_CDN,
    VECTOR_WEN,
    VECTOR_SLI,
};

static enum pptp_error decode(struct pptp_control *m, const struct vector *v)
{
	struct pptp_reader r = reader_of(v);
	bool ok = pptp_control_decode(m, &r);

	ck_assert_int_eq(ok, r.error == PPTP_OK);
	if (ok)
		ck_assert_uint_eq(pptp_reader_offset(&r), m->length);
	return r.error;
}

static struct pptp_control decoded(const char *hex)
{
	struct vector v = vector(hex);
	struct pptp_control m;

	ck_assert_int_eq(decode(&m, &v), PPTP_OK);
	return m;
}

static const char *walked(const char *hex, struct json *out)
{
	struct pptp_control m = decoded(hex);

	pptp_control_walk(&m, json_open(out));
	return json_close(out);
}

START_TEST(every_message_is_as_long_as_its_table)
{
	static const uint16_t lengths[] = {0,  156, 156, 16, 16, 16,  20, 168,
					   32, 220, 24,  28, 16, 148, 40, 24};
	const struct pptp_field *fields;
	size_t count, i, sum;
	unsigned type;

	for (type = 1; type <= TYPES; type++) {
		fields = pptp_control_fields(type, &count);
		for (sum = PPTP_CONTROL_HEADER, i = 0; i < count; i++)
			sum += fields[i].size;
		ck_assert_uint_eq(sum, lengths[type]);
		ck_assert_uint_eq(pptp_control_length(type), lengths[type]);
		ck_assert_ptr_nonnull(pptp_control_name(type));
	}
}
END_TEST

START_TEST(unassigned_types_have_neither_name_nor_fields)
{
	static const unsigned types[] = {0, 16, 99, 0xffff, 0xffffffff};
	size_t count, i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		count = 7;
		ck_assert_ptr_null(pptp_control_fields(types[i], &count));
		ck_assert_uint_eq(count, 0);
		ck_assert_ptr_null(pptp_control_name(types[i]));
		ck_assert_uint_eq(pptp_control_length(types[i]), 0);
	}
}
END_TEST

START_TEST(every_message_decodes_and_encodes_to_itself)
{
	struct pptp_control m;
	struct pptp_writer w;
	struct vector v;
	uint8_t out[256];
	unsigned type;

	for (type = 1; type <= TYPES; type++) {
		v = vector(messages[type]);
		ck_assert_int_eq(decode(&m, &v), PPTP_OK);
		ck_assert_uint_eq(m.control_message_type, type);
		ck_assert_uint_eq(m.length, v.length);
		pptp_writer_init(&w, out, sizeof(out));
		pptp_control_encode(&w, &m);
		ck_assert(pptp_writer_ok(&w));
		ck_assert_uint_eq(w.length, v.length);
		ck_assert_mem_eq(out, v.bytes, v.length);
	}
}
END_TEST

START_TEST(fields_of_other_types_are_zero)
{
	struct pptp_control clean, dirty;
	struct vector v;

	for (unsigned type = 1; type <= TYPES; type++) {
		v = vector(messages[type]);
		memset(&clean, 0, sizeof(clean));
		memset(&dirty, 0xa5, sizeof(dirty));
		ck_assert_int_eq(decode(&clean, &v), PPTP_OK);
		ck_assert_int_eq(decode(&dirty, &v), PPTP_OK);
		ck_assert_mem_eq(&clean, &dirty, sizeof(clean));
	}
}
END_TEST

START_TEST(every_byte_of_every_message_is_kept)
{
	struct pptp_control m;
	struct pptp_writer w;
	struct vector v;
	uint8_t out[256];
	unsigned type;
	size_t i;

	for (type = 1; type <= TYPES; type++) {
		v = vector(messages[type]);
		/* each byte its own value, so that no two can be swapped */
		for (i = 10; i < v.length; i++)
			v.bytes[i] = (uint8_t)(i ^ type << 4);
		ck_assert_int_eq(decode(&m, &v), PPTP_OK);
		pptp_writer_init(&w, out, sizeof(out));
		pptp_control_encode(&w, &m);
		ck_assert_mem_eq(out, v.bytes, v.length);
	}
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	struct guarded g = guarded_new();
	struct pptp_control m;
	struct pptp_reader r;
	struct vector v;
	unsigned type;
	size_t n;

	for (type = 1; type <= TYPES; type++) {
		v = vector(messages[type]);
		for (n = 0; n < v.length; n++) {
			pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
			ck_assert(!pptp_control_decode(&m, &r));
			ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
			if (n >= PPTP_CONTROL_HEADER)
				ck_assert_uint_eq(r.missing, v.length - n);
			else
				ck_assert_uint_le(r.missing, v.length - n);
		}
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert(pptp_control_decode(&m, &r));
	}
	guarded_free(&g);
}
END_TEST

START_TEST(encoder_fails_at_every_room_too_small)
{
	struct guarded g = guarded_new();
	struct pptp_control m;
	struct pptp_writer w;
	unsigned type;
	size_t room;

	memset(&m, 0, sizeof(m));
	for (type = 1; type <= TYPES; type++) {
		m.control_message_type = (uint16_t)type;
		for (room = 0; room <= pptp_control_length(type); room++) {
			pptp_writer_init(&w, guarded_room(&g, room), room);
			pptp_control_encode(&w, &m);
			ck_assert_int_eq(pptp_writer_ok(&w),
					 room == pptp_control_length(type));
		}
	}
	guarded_free(&g);
}
END_TEST

START_TEST(encoder_writes_the_right_header_whatever_it_is_given)
{
	struct pptp_control m;
	struct pptp_writer w;
	uint8_t out[32];

	memset(&m, 0xff, sizeof(m));
	m.control_message_type = PPTP_CCRQ;
	m.reserved0 = 0x0102;
	pptp_writer_init(&w, out, sizeof(out));
	pptp_control_encode(&w, &m);
	ck_assert_uint_eq(w.length, 16);
	ck_assert_mem_eq(out,
			 "\0\x10\0\x01\x1a\x2b\x3c\x4d\0\x0c\x01\x02"
			 "\xff\xff\xff\xff",
			 16);
}
END_TEST

START_TEST(wrong_cookie_is_malformed)
{
	struct pptp_control m;
	struct vector v;
	size_t i;

	for (i = 4; i < 8; i++) {
		v = vector(VECTOR_ECHO_FIRST);
		v.bytes[i] ^= 0x80;
		ck_assert_int_eq(decode(&m, &v), PPTP_ERROR_MALFORMED);
		v.length = 8; /* told before the rest comes */
		ck_assert_int_eq(decode(&m, &v), PPTP_ERROR_MALFORMED);
	}
}
END_TEST

START_TEST(other_pptp_message_types_are_malformed)
{
	struct vector v = vector(VECTOR_ECHO_FIRST);
	struct pptp_control m;

	for (v.bytes[3] = 2; v.bytes[3] != 1; v.bytes[3]++)
		ck_assert_int_eq(decode(&m, &v), PPTP_ERROR_MALFORMED);
	v.bytes[2] = 1;
	ck_assert_int_eq(decode(&m, &v), PPTP_ERROR_MALFORMED);
}
END_TEST

START_TEST(lengths_outside_12_to_220_are_malformed_at_once)
{
	struct vector v = vector("0000");
	struct pptp_control m;
	unsigned n;

	for (n = 0; n < 0x10000; n += n < 300 ? 1 : 255) {
		v.bytes[0] = (uint8_t)(n >> 8);
		v.bytes[1] = (uint8_t)n;
		ck_assert_int_eq(decode(&m, &v), n < 12 || n > 220
						     ? PPTP_ERROR_MALFORMED
						     : PPTP_ERROR_SHORT);
	}
	v = vector(VECTOR_LENGTH_8);
	ck_assert_int_eq(decode(&m, &v), PPTP_ERROR_MALFORMED);
	v = vector(VECTOR_LENGTH_65535);
	ck_assert_int_eq(decode(&m, &v), PPTP_ERROR_MALFORMED);
}
END_TEST

START_TEST(length_below_that_of_its_type_is_malformed)
{
	struct pptp_control m;
	struct vector v;
	unsigned type, n;

	for (type = 1; type <= TYPES; type++)
		for (n = 12; n < pptp_control_length(type); n++) {
			v = vector(messages[type]);
			v.bytes[1] = (uint8_t)n;
			ck_assert_int_eq(decode(&m, &v), PPTP_ERROR_MALFORMED);
		}
}
END_TEST

START_TEST(length_above_that_of_its_type_skips_the_rest)
{
	struct vector v = vector(VECTOR_ECHO_REPLY);
	struct pptp_control m;
	struct pptp_reader r;

	v.bytes[1] = 23;
	memcpy(v.bytes + 20, "\xaa\xbb\xcc", 3);
	v.length = 23;
	ck_assert_int_eq(decode(&m, &v), PPTP_OK);
	ck_assert_uint_eq(m.length, 23);
	ck_assert_uint_eq(m.identifier, 42);
	v.length = 22;
	r = reader_of(&v);
	ck_assert(!pptp_control_decode(&m, &r));
	ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
	ck_assert_uint_eq(r.missing, 1);
}
END_TEST

START_TEST(unassigned_type_is_kept)
{
	struct pptp_control m = decoded("000e00011a2b3c4d00630007 cafe");
	struct json out;

	ck_assert_uint_eq(m.control_message_type, 99);
	ck_assert_uint_eq(m.length, 14);
	ck_assert_uint_eq(m.reserved0, 7);
	pptp_control_walk(&m, json_open(&out));
	ck_assert_str_eq(json_close(&out),
			 "{\"control_message_type\":99,\"length\":14,"
			 "\"pptp_message_type\":1,\"magic_cookie\":439041101,"
			 "\"reserved0\":7}");
}
END_TEST

START_TEST(bytes_after_a_message_are_the_next_one)
{
	struct vector v = vector(VECTOR_TWO_MESSAGES);
	struct pptp_reader r = reader_of(&v);
	struct pptp_control m;

	ck_assert(pptp_control_decode(&m, &r));
	ck_assert_uint_eq(m.control_message_type, PPTP_CCRQ);
	ck_assert_uint_eq(m.call_id, 0xa9c0);
	ck_assert(pptp_control_decode(&m, &r));
	ck_assert_uint_eq(m.control_message_type, PPTP_CDN);
	ck_assert_uint_eq(m.result_code, 0);
	ck_assert_uint_eq(pptp_reader_left(&r), 0);
	ck_assert(!pptp_control_decode(&m, &r));
	ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
}
END_TEST

START_TEST(other_protocols_are_malformed_as_early_as_possible)
{
	static const char *const hex[] = {
	    VECTOR_HTTP, "5353482d322e30", /* SSH-2.0 */
	    "16030100",  "15030300",       /* TLS */
	    "0d0a0d0a",  "220046545020"};
	struct pptp_control m;
	struct vector v;
	size_t i;

	for (i = 0; i < sizeof(hex) / sizeof(hex[0]); i++) {
		v = vector(hex[i]);
		v.length = 4;
		ck_assert_int_eq(decode(&m, &v), PPTP_ERROR_MALFORMED);
	}
}
END_TEST

START_TEST(windows_reply_reads_as_it_was_sent)
{
	struct pptp_control m = decoded(VECTOR_SCCRP_WINDOWS);

	ck_assert_uint_eq(m.protocol_version, PPTP_VERSION);
	ck_assert_uint_eq(m.result_code, 1);
	ck_assert_uint_eq(m.error_code, 0);
	ck_assert_uint_eq(m.framing_capabilities, 2);
	ck_assert_uint_eq(m.bearer_capabilities, 3);
	ck_assert_uint_eq(m.maximum_channels, 0);
	ck_assert_uint_eq(m.firmware_revision, 3790);
	ck_assert_uint_eq(pptp_text_length(m.host_name, 64), 0);
	ck_assert_mem_eq(m.vendor_string, "Microsoft\0", 10);

	m = decoded(VECTOR_OCRP_NDPI);
	ck_assert_uint_eq(m.call_id, 0x2deb);
	ck_assert_uint_eq(m.peer_call_id, 0);
	ck_assert_uint_eq(m.connect_speed, 0x00e40b54);
	ck_assert_uint_eq(m.packet_recv_window_size, 16384);
	ck_assert_uint_eq(m.physical_channel_id, 0);

	m = decoded(VECTOR_SLI_RESERVED);
	ck_assert_uint_eq(m.reserved1, 0xa196);
	ck_assert_uint_eq(m.send_accm, 0);
	ck_assert_uint_eq(m.receive_accm, 0xffffffff);
}
END_TEST

START_TEST(call_reply_fields_stand_where_the_rfc_puts_them)
{
	struct pptp_control m = decoded(VECTOR_OCRP);

	ck_assert_uint_eq(m.call_id, 4243);
	ck_assert_uint_eq(m.peer_call_id, 4242);
	ck_assert_uint_eq(m.result_code, 4);
	ck_assert_uint_eq(m.error_code, 4);
	ck_assert_uint_eq(m.cause_code, 42);
	ck_assert_uint_eq(m.connect_speed, 5000);
	ck_assert_uint_eq(m.packet_recv_window_size, 32);
	ck_assert_uint_eq(m.packet_processing_delay, 3);
	ck_assert_uint_eq(m.physical_channel_id, 42);
}
END_TEST

START_TEST(names_of_64_bytes_need_no_nul)
{
	struct vector v = vector(VECTOR_SCCRP);
	struct pptp_control m;
	struct json out;
	char want[80];

	memset(v.bytes + 28, 'h', 64);
	memset(v.bytes + 92, 'v', 64);
	ck_assert_int_eq(decode(&m, &v), PPTP_OK);
	pptp_control_walk(&m, json_open(&out));
	json_close(&out);
	memset(want, 'h', 64);
	memcpy(want + 64, "\"", 2);
	ck_assert_has(out.text, want);
	memset(want, 'v', 64);
	ck_assert_has(out.text, want);
}
END_TEST

START_TEST(bytes_after_a_names_nul_are_kept_and_not_shown)
{
	struct vector v = vector(VECTOR_SCCRP);
	struct pptp_control m;
	struct json out;

	memcpy(v.bytes + 28, "ab\0zz", 5);
	ck_assert_int_eq(decode(&m, &v), PPTP_OK);
	ck_assert_mem_eq(m.host_name, "ab\0zz", 5);
	pptp_control_walk(&m, json_open(&out));
	ck_assert_has(json_close(&out), "\"host_name\":\"ab\"");
}
END_TEST

START_TEST(garbage_in_a_name_is_escaped)
{
	struct json out;

	ck_assert_has(walked(VECTOR_OCRQ_GARBAGE, &out),
		      "\"subaddress\":\"\\u0001\\u001fB:d\\u0084\\u00e9L");
}
END_TEST

START_TEST(walk_has_header_and_fields_in_order)
{
	struct json out;

	ck_assert_str_eq(
	    walked(VECTOR_STOP_CCRQ, &out),
	    "{\"control_message_type\":3,"
	    "\"name\":\"Stop-Control-Connection-Request\",\"length\":16,"
	    "\"pptp_message_type\":1,\"magic_cookie\":439041101,"
	    "\"reserved0\":0,\"reason\":3,\"reserved_octet\":0,"
	    "\"reserved2\":0}");
	ck_assert_has(walked(VECTOR_OCRQ, &out),
		      "\"call_id\":4242,\"call_serial_number\":47,"
		      "\"minimum_bps\":1000,\"maximum_bps\":10000,"
		      "\"bearer_type\":2,\"framing_type\":3,"
		      "\"packet_recv_window_size\":16,"
		      "\"packet_processing_delay\":1,"
		      "\"phone_number_length\":9,\"reserved1\":0,"
		      "\"phone_number\":\"123456789\","
		      "\"subaddress\":\"test\"}");
	ck_assert_has(walked(VECTOR_ICRQ, &out),
		      "\"physical_channel_id\":12,\"dialed_number_length\":9,"
		      "\"dialing_number_length\":10,"
		      "\"dialed_number\":\"123456789\","
		      "\"dialing_number\":\"0123456789\"");
	ck_assert_has(walked(VECTOR_WEN, &out),
		      "\"crc_errors\":1,\"framing_errors\":2,"
		      "\"hardware_overruns\":3,\"buffer_overruns\":4,"
		      "\"time_out_errors\":5,\"alignment_errors\":6}");
	ck_assert_has(walked(VECTOR_ICCN, &out),
		      "\"peer_call_id\":4242,\"reserved1\":0,"
		      "\"connect_speed\":47474747,"
		      "\"packet_recv_window_size\":16,"
		      "\"packet_transmit_delay\":7,\"framing_type\":3}");
	ck_assert_has(walked(VECTOR_CDN, &out),
		      "\"call_id\":4242,\"result_code\":3,\"error_code\":0,"
		      "\"cause_code\":47,\"reserved1\":0,"
		      "\"call_statistics\":\"some description\"}");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("control");

	CLAIM(s, every_message_is_as_long_as_its_table);
	CLAIM(s, unassigned_types_have_neither_name_nor_fields);
	CLAIM(s, every_message_decodes_and_encodes_to_itself);
	CLAIM(s, fields_of_other_types_are_zero);
	CLAIM(s, every_byte_of_every_message_is_kept);
	CLAIM(s, truncated_at_every_length_is_short);
	CLAIM(s, encoder_fails_at_every_room_too_small);
	CLAIM(s, encoder_writes_the_right_header_whatever_it_is_given);
	CLAIM(s, wrong_cookie_is_malformed);
	CLAIM(s, other_pptp_message_types_are_malformed);
	CLAIM(s, lengths_outside_12_to_220_are_malformed_at_once);
	CLAIM(s, length_below_that_of_its_type_is_malformed);
	CLAIM(s, length_above_that_of_its_type_skips_the_rest);
	CLAIM(s, unassigned_type_is_kept);
	CLAIM(s, bytes_after_a_message_are_the_next_one);
	CLAIM(s, other_protocols_are_malformed_as_early_as_possible);
	CLAIM(s, windows_reply_reads_as_it_was_sent);
	CLAIM(s, call_reply_fields_stand_where_the_rfc_puts_them);
	CLAIM(s, names_of_64_bytes_need_no_nul);
	CLAIM(s, bytes_after_a_names_nul_are_kept_and_not_shown);
	CLAIM(s, garbage_in_a_name_is_escaped);
	CLAIM(s, walk_has_header_and_fields_in_order);
	return run_suite(s);
}
