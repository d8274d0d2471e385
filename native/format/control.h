/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fifteen control messages (RFC 2637 section 2), one table of fields each.
 *
 *    length | message type 1 | magic cookie 1A2B3C4D
 *    control message type | reserved0 | fields
 *
 * The object is the union of all messages' fields, so that one name means one
 * thing everywhere. Which of them are set, the message's table tells. Reserved
 * fields and the bytes after a name's NUL are kept: they tell implementations
 * apart.
 */
#ifndef PPTP_CONTROL_H
#define PPTP_CONTROL_H

#include "format/field.h"

#define PPTP_PORT           1723 /* RFC 2637 3 */
#define PPTP_COOKIE         0x1a2b3c4dU
#define PPTP_VERSION        0x0100
#define PPTP_CONTROL_HEADER 12
#define PPTP_CONTROL_MAX    220 /* the longest message, Incoming-Call-Request */
#define PPTP_CONTROL_FIXED  8   /* length, message type and cookie */

enum pptp_control_type {
	PPTP_SCCRQ = 1, /* Start-Control-Connection-Request */
	PPTP_SCCRP,     /* Start-Control-Connection-Reply */
	PPTP_STOP_CCRQ, /* Stop-Control-Connection-Request */
	PPTP_STOP_CCRP, /* Stop-Control-Connection-Reply */
	PPTP_ECHO_REQUEST,
	PPTP_ECHO_REPLY,
	PPTP_OCRQ, /* Outgoing-Call-Request */
	PPTP_OCRP, /* Outgoing-Call-Reply */
	PPTP_ICRQ, /* Incoming-Call-Request */
	PPTP_ICRP, /* Incoming-Call-Reply */
	PPTP_ICCN, /* Incoming-Call-Connected */
	PPTP_CCRQ, /* Call-Clear-Request */
	PPTP_CDN,  /* Call-Disconnect-Notify */
	PPTP_WEN,  /* WAN-Error-Notify */
	PPTP_SLI,  /* Set-Link-Info */
};

struct pptp_control {
	/* the header of every message */
	uint16_t length, pptp_message_type;
	uint32_t magic_cookie;
	uint16_t control_message_type, reserved0;

	uint16_t protocol_version, reserved1, reserved2;
	uint8_t result_code, error_code, reason, reserved_octet;
	uint16_t cause_code;
	uint32_t framing_capabilities, bearer_capabilities;
	uint16_t maximum_channels, firmware_revision;
	uint8_t host_name[64], vendor_string[64];

	uint32_t identifier;
	uint16_t call_id, peer_call_id, call_serial_number;
	uint32_t minimum_bps, maximum_bps, bearer_type, framing_type;
	uint32_t connect_speed, physical_channel_id;
	uint16_t packet_recv_window_size, packet_processing_delay;
	uint16_t packet_transmit_delay;
	uint16_t phone_number_length, dialed_number_length,
	    dialing_number_length;
	uint8_t phone_number[64], subaddress[64];
	uint8_t dialed_number[64], dialing_number[64];
	uint8_t call_statistics[128];

	uint32_t crc_errors, framing_errors, hardware_overruns, buffer_overruns,
	    time_out_errors, alignment_errors;
	uint32_t send_accm, receive_accm;
};

/* NULL and 0 for a type outside 1 to 15; the header's fields are not in it. */
const struct pptp_field *pptp_control_fields(unsigned type, size_t *count);
const char *pptp_control_name(unsigned type); /* NULL where unassigned */
uint16_t pptp_control_length(unsigned type);  /* RFC's; 0 where unassigned */

/*
 * One message from the front of a stream. Used bytes are `m->length`.
 * PPTP_ERROR_SHORT: wait for more. PPTP_ERROR_MALFORMED: the cookie, the
 * message type or the length (below 12, above 220, below the RFC's length of
 * an assigned type) is wrong, and the stream can't be followed any more. An
 * unassigned type and a length above the RFC's are kept, not refused.
 */
bool pptp_control_decode(struct pptp_control *m, struct pptp_reader *r);
/* The same of a message that says that it is longer than any: header and
 * fields, as far as the RFC has them, out of that many bytes. An unassigned
 * type with a length above 220 is malformed. */
bool pptp_control_decode_start(struct pptp_control *m, struct pptp_reader *r);
/* How many of a message's bytes that reads. */
size_t pptp_control_start_length(const struct pptp_control *m);
/* Whether bytes may be a message's start, by what every message has in bytes 2
 * to 7, as far as they are there. */
bool pptp_control_may_begin(const uint8_t *bytes, size_t length);
/* Header and fields; length, message type and cookie are always the right
 * ones, whatever `m` says. */
void pptp_control_encode(struct pptp_writer *w, const struct pptp_control *m);
/* A Call-ID of ours: not 0, which a Cisco never answered, and of two different
 * bytes, because old accel-ppp swaps them. */
bool pptp_call_id_ok(uint16_t id);
uint16_t pptp_call_id_from(uint16_t random); /* … made from any number */

void pptp_control_walk(const struct pptp_control *m, struct pptp_sink *s);

#endif
