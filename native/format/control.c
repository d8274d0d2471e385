/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/control.h"

#include <string.h>

/* clang-format off */
#define ROW(field, kind, size) \
	{#field, kind, size, offsetof(struct pptp_control, field)}
#define U8(field)   ROW(field, PPTP_FIELD_U8, 1)
#define U16(field)  ROW(field, PPTP_FIELD_U16, 2)
#define U32(field)  ROW(field, PPTP_FIELD_U32, 4)
#define TEXT(field) ROW(field, PPTP_FIELD_TEXT, \
			sizeof(((struct pptp_control *)0)->field))

/* In the order of RFC 2637 2.1 to 2.15. */
static const struct pptp_field sccrq[] = {
	U16(protocol_version),
	U16(reserved1),
	U32(framing_capabilities),
	U32(bearer_capabilities),
	U16(maximum_channels),
	U16(firmware_revision),
	TEXT(host_name),
	TEXT(vendor_string),
};

static const struct pptp_field sccrp[] = {
	U16(protocol_version),
	U8(result_code),
	U8(error_code),
	U32(framing_capabilities),
	U32(bearer_capabilities),
	U16(maximum_channels),
	U16(firmware_revision),
	TEXT(host_name),
	TEXT(vendor_string),
};

static const struct pptp_field stop_ccrq[] = {
	U8(reason),
	U8(reserved_octet),
	U16(reserved2),
};

static const struct pptp_field stop_ccrp[] = {
	U8(result_code),
	U8(error_code),
	U16(reserved1),
};

static const struct pptp_field echo_request[] = {
	U32(identifier),
};

static const struct pptp_field echo_reply[] = {
	U32(identifier),
	U8(result_code),
	U8(error_code),
	U16(reserved1),
};

static const struct pptp_field ocrq[] = {
	U16(call_id),
	U16(call_serial_number),
	U32(minimum_bps),
	U32(maximum_bps),
	U32(bearer_type),
	U32(framing_type),
	U16(packet_recv_window_size),
	U16(packet_processing_delay),
	U16(phone_number_length),
	U16(reserved1),
	TEXT(phone_number),
	TEXT(subaddress),
};

static const struct pptp_field ocrp[] = {
	U16(call_id),
	U16(peer_call_id),
	U8(result_code),
	U8(error_code),
	U16(cause_code),
	U32(connect_speed),
	U16(packet_recv_window_size),
	U16(packet_processing_delay),
	U32(physical_channel_id),
};

static const struct pptp_field icrq[] = {
	U16(call_id),
	U16(call_serial_number),
	U32(bearer_type),
	U32(physical_channel_id),
	U16(dialed_number_length),
	U16(dialing_number_length),
	TEXT(dialed_number),
	TEXT(dialing_number),
	TEXT(subaddress),
};

static const struct pptp_field icrp[] = {
	U16(call_id),
	U16(peer_call_id),
	U8(result_code),
	U8(error_code),
	U16(packet_recv_window_size),
	U16(packet_transmit_delay),
	U16(reserved1),
};

static const struct pptp_field iccn[] = {
	U16(peer_call_id),
	U16(reserved1),
	U32(connect_speed),
	U16(packet_recv_window_size),
	U16(packet_transmit_delay),
	U32(framing_type),
};

static const struct pptp_field ccrq[] = {
	U16(call_id),
	U16(reserved1),
};

static const struct pptp_field cdn[] = {
	U16(call_id),
	U8(result_code),
	U8(error_code),
	U16(cause_code),
	U16(reserved1),
	TEXT(call_statistics),
};

static const struct pptp_field wen[] = {
	U16(peer_call_id),
	U16(reserved1),
	U32(crc_errors),
	U32(framing_errors),
	U32(hardware_overruns),
	U32(buffer_overruns),
	U32(time_out_errors),
	U32(alignment_errors),
};

static const struct pptp_field sli[] = {
	U16(peer_call_id),
	U16(reserved1),
	U32(send_accm),
	U32(receive_accm),
};

struct message {
	const char *name;
	const struct pptp_field *fields;
	uint8_t count, length;
};

#define MESSAGE(name, table, length) \
	{name, table, sizeof(table) / sizeof((table)[0]), length}

static const struct message messages[] = {
	[PPTP_SCCRQ] = MESSAGE("Start-Control-Connection-Request", sccrq, 156),
	[PPTP_SCCRP] = MESSAGE("Start-Control-Connection-Reply", sccrp, 156),
	[PPTP_STOP_CCRQ] = MESSAGE("Stop-Control-Connection-Request",
				   stop_ccrq, 16),
	[PPTP_STOP_CCRP] = MESSAGE("Stop-Control-Connection-Reply",
				   stop_ccrp, 16),
	[PPTP_ECHO_REQUEST] = MESSAGE("Echo-Request", echo_request, 16),
	[PPTP_ECHO_REPLY] = MESSAGE("Echo-Reply", echo_reply, 20),
	[PPTP_OCRQ] = MESSAGE("Outgoing-Call-Request", ocrq, 168),
	[PPTP_OCRP] = MESSAGE("Outgoing-Call-Reply", ocrp, 32),
	[PPTP_ICRQ] = MESSAGE("Incoming-Call-Request", icrq, 220),
	[PPTP_ICRP] = MESSAGE("Incoming-Call-Reply", icrp, 24),
	[PPTP_ICCN] = MESSAGE("Incoming-Call-Connected", iccn, 28),
	[PPTP_CCRQ] = MESSAGE("Call-Clear-Request", ccrq, 16),
	[PPTP_CDN] = MESSAGE("Call-Disconnect-Notify", cdn, 148),
	[PPTP_WEN] = MESSAGE("WAN-Error-Notify", wen, 40),
	[PPTP_SLI] = MESSAGE("Set-Link-Info", sli, 24),
};
/* clang-format on */

static const struct message *find(unsigned type)
{
	if (type < PPTP_SCCRQ || type > PPTP_SLI)
		return NULL;
	return &messages[type];
}

const struct pptp_field *pptp_control_fields(unsigned type, size_t *count)
{
	const struct message *found = find(type);

	*count = found != NULL ? found->count : 0;
	return found != NULL ? found->fields : NULL;
}

const char *pptp_control_name(unsigned type)
{
	const struct message *found = find(type);

	return found != NULL ? found->name : NULL;
}

uint16_t pptp_control_length(unsigned type)
{
	const struct message *found = find(type);

	return found != NULL ? found->length : 0;
}

/* Each fault is told as soon as its bytes are there: a stream of something
 * else must not wait for the rest of a message that never comes. */
static void read_header(struct pptp_control *m, struct pptp_reader *r,
			bool start)
{
	m->length = pptp_read_u16(r);
	if (m->length < PPTP_CONTROL_HEADER ||
	    (!start && m->length > PPTP_CONTROL_MAX))
		pptp_reader_fail(r, "control message length");
	m->pptp_message_type = pptp_read_u16(r);
	if (m->pptp_message_type != 1)
		pptp_reader_fail(r, "PPTP message type is not 1");
	m->magic_cookie = pptp_read_u32(r);
	if (m->magic_cookie != PPTP_COOKIE)
		pptp_reader_fail(r, "magic cookie");
	m->control_message_type = pptp_read_u16(r);
	if (m->length < pptp_control_length(m->control_message_type))
		pptp_reader_fail(r, "length below that of its message type");
	if (m->length > PPTP_CONTROL_MAX &&
	    pptp_control_length(m->control_message_type) == 0)
		pptp_reader_fail(r, "control message length");
	m->reserved0 = pptp_read_u16(r);
}

size_t pptp_control_start_length(const struct pptp_control *m)
{
	return m->length > PPTP_CONTROL_MAX
		   ? pptp_control_length(m->control_message_type)
		   : m->length;
}

bool pptp_control_may_begin(const uint8_t *bytes, size_t length)
{
	static const uint8_t fixed[] = {0, 1, 0x1a, 0x2b, 0x3c, 0x4d};

	for (size_t i = 2; i < length && i < 2 + sizeof(fixed); i++)
		if (bytes[i] != fixed[i - 2])
			return false;
	return true;
}

static bool decode(struct pptp_control *m, struct pptp_reader *r, bool start)
{
	const struct pptp_field *fields;
	struct pptp_reader body;
	size_t count;

	memset(m, 0, sizeof(*m));
	read_header(m, r, start);
	if (!pptp_reader_ok(r))
		return false;
	body = pptp_read_sub(r, pptp_control_start_length(m) -
				    PPTP_CONTROL_HEADER);
	fields = pptp_control_fields(m->control_message_type, &count);
	pptp_fields_read(fields, count, m, &body);
	pptp_reader_join(r, &body);
	return pptp_reader_ok(r);
}

bool pptp_control_decode(struct pptp_control *m, struct pptp_reader *r)
{
	return decode(m, r, false);
}

bool pptp_control_decode_start(struct pptp_control *m, struct pptp_reader *r)
{
	return decode(m, r, true);
}

bool pptp_call_id_ok(uint16_t id)
{
	return id >> 8 != (id & 0xff); /* 0 is of two equal bytes, too */
}

uint16_t pptp_call_id_from(uint16_t random)
{
	return pptp_call_id_ok(random) ? random : random ^ 0x0100;
}

void pptp_control_encode(struct pptp_writer *w, const struct pptp_control *m)
{
	const struct message *found = find(m->control_message_type);

	pptp_write_u16(w, found != NULL ? found->length : PPTP_CONTROL_HEADER);
	pptp_write_u16(w, 1);
	pptp_write_u32(w, PPTP_COOKIE);
	pptp_write_u16(w, m->control_message_type);
	pptp_write_u16(w, m->reserved0);
	if (found != NULL)
		pptp_fields_write(found->fields, found->count, m, w);
}

void pptp_control_walk(const struct pptp_control *m, struct pptp_sink *s)
{
	const struct message *found = find(m->control_message_type);

	s->number(s, "control_message_type", m->control_message_type);
	if (found != NULL)
		pptp_sink_string(s, "name", found->name);
	s->number(s, "length", m->length);
	s->number(s, "pptp_message_type", m->pptp_message_type);
	s->number(s, "magic_cookie", m->magic_cookie);
	s->number(s, "reserved0", m->reserved0);
	if (found != NULL)
		pptp_fields_walk(found->fields, found->count, m, s);
}
