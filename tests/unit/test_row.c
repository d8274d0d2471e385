/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/row.h"

#include "unit/scan.h"

static const uint8_t run[PPTP_RUN_SIZE] = {0, 1, 2, 3, 4, 5, 6, 0xff};

static const char *walk(const struct pptp_syn_row *row, struct json *out)
{
	pptp_json_init(&out->j, out->text, sizeof(out->text));
	pptp_syn_row_walk(row, &out->j.sink);
	ck_assert(!out->j.failed);
	ck_assert_uint_eq(out->j.depth, 0);
	return out->text;
}

static struct pptp_syn_row row_of(const struct pptp_syn_reply *reply)
{
	return (struct pptp_syn_row){
	    .run = run,
	    .position = 4294967295,
	    .target = pptp_address_v4(0xc6336407),
	    .port = 1723,
	    .time_us = INT64_C(1795817590123456),
	    .reply = reply,
	    .rtt_us = 150123,
	};
}

#define BEGIN                                                                  \
	"{\"schema\":1,\"kind\":\"syn\",\"run\":\"00010203040506ff\","         \
	"\"position\":4294967295,\"target\":\"198.51.100.7\",\"port\":1723,"

START_TEST(open_port_is_one_short_line)
{
	struct pptp_syn_reply reply = {.kind = PPTP_SYN_REPLY_SYN_ACK,
				       .ttl = 64,
				       .window = 65160,
				       .mss = 1460};
	struct pptp_syn_row row = row_of(&reply);
	struct json out;

	row.answer = PPTP_PORT_OPEN;
	ck_assert_str_eq(walk(&row, &out),
			 BEGIN "\"time\":\"2026-11-27T22:13:10.123456Z\","
			       "\"tcp\":{\"state\":\"open\",\"reason\":"
			       "\"syn-ack\",\"ttl\":64,\"rtt_us\":150123}}");
	ck_assert_uint_le(strlen(out.text) + 1, 220);
	reply.window = 0;
	ck_assert_has(walk(&row, &out), "\"ttl\":64,\"window\":0,\"rtt_us\"");
}
END_TEST

START_TEST(each_answer_has_its_state_and_reason)
{
	struct pptp_syn_reply reply = {.kind = PPTP_SYN_REPLY_RST, .ttl = 57};
	struct pptp_syn_row row = row_of(&reply);
	struct json out;

	row.answer = PPTP_PORT_CLOSED;
	ck_assert_has(walk(&row, &out),
		      "\"tcp\":{\"state\":\"closed\",\"reason\":\"rst\","
		      "\"ttl\":57,\"rtt_us\":150123}}");
	reply.kind = PPTP_SYN_REPLY_ICMP;
	reply.icmp_type = 3;
	reply.icmp_code = 13;
	reply.from = pptp_address_v4(0xcb007109);
	row.answer = PPTP_PORT_FILTERED;
	row.rtt_us = -1;
	ck_assert_has(walk(&row, &out),
		      "\"tcp\":{\"state\":\"filtered\",\"reason\":"
		      "\"icmp-3-13\",\"icmp_from\":\"203.0.113.9\"}}");
	row.rtt_us = 0;
	reply.icmp_code = 0;
	ck_assert_has(walk(&row, &out),
		      "\"icmp-3-0\",\"icmp_from\":\"203.0.113.9\","
		      "\"rtt_us\":0}}");
	row.answer = PPTP_PORT_SILENT;
	row.reply = NULL;
	ck_assert_has(walk(&row, &out),
		      "\"tcp\":{\"state\":\"silent\",\"reason\":\"timeout\"}}");
}
END_TEST

START_TEST(what_was_not_tested_tells_why)
{
	struct pptp_syn_row row = row_of(NULL);
	struct json out;

	row.answer = PPTP_PORT_OPEN;
	row.answers_any_port = true;
	row.not_tested = "overflow";
	row.labels = "a,,\xff\"";
	ck_assert_has(walk(&row, &out),
		      "\"tcp\":{\"state\":\"open\",\"reason\":\"syn-ack\","
		      "\"answers_any_port\":true},"
		      "\"control\":{\"state\":\"not_tested\",\"reason\":"
		      "\"overflow\"}}");
	ck_assert_has(out.text,
		      "\"labels\":[\"a\",\"\",\"\\u00ff\\\"\"],\"time\"");
}
END_TEST

START_TEST(first_row_tells_the_sweep_and_not_its_key)
{
	static const char *const arguments[] = {"scan", "10.0.0.0/8",
						"\x1b[0m"};
	struct pptp_journal_head head = {.seed = 7,
					 .count = 1 << 24,
					 .shard = 1,
					 .shards = 1,
					 .end = 1 << 24};
	struct pptp_sweep_row row = {
	    .head = &head,
	    .release = "0",
	    .interface = "eth0",
	    .depth = "call",
	    .only = "open",
	    .arguments = arguments,
	    .argument_count = 3,
	    .source = pptp_address_v4(0xc0000201),
	    .rate = 1000,
	    .cap = 16,
	    .retries = 3,
	    .time_us = INT64_C(1795817590123456),
	};
	struct json out;

	memset(head.key, 0xee, sizeof(head.key));
	pptp_json_init(&out.j, out.text, sizeof(out.text));
	pptp_sweep_row_walk(&row, &out.j.sink);
	ck_assert(!out.j.failed);
	ck_assert_uint_eq(out.j.depth, 0);
	ck_assert_has(out.text, "{\"schema\":1,\"kind\":\"scan\",\"run\":\""
				"0000000000000000\",\"time\":"
				"\"2026-11-27T22:13:10.123456Z\","
				"\"release\":\"0\",\"arguments\"");
	ck_assert_has(out.text, "\"only\":\"open\",\"source\":\"192.0.2.1\","
				"\"interface\":\"eth0\",\"rate\":1000,"
				"\"per_24\":16,\"retries\":3,");
	ck_assert_has(out.text, "\"arguments\":[\"scan\",\"10.0.0.0/8\","
				"\"\\u001b[0m\"],\"depth\":\"call\"");
	ck_assert_has(out.text, "\"seed\":7,\"count\":16777216,\"shard\":1,"
				"\"shards\":1,\"first\":0,\"end\":16777216,");
	ck_assert_has(out.text, "\"targets_hash\":\"00000000");
	ck_assert_has_not(out.text, "eeee");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("row");

	CLAIM(s, open_port_is_one_short_line);
	CLAIM(s, each_answer_has_its_state_and_reason);
	CLAIM(s, what_was_not_tested_tells_why);
	CLAIM(s, first_row_tells_the_sweep_and_not_its_key);
	return run_suite(s);
}
