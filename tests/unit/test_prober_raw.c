/* SPDX-License-Identifier: BSD-2-Clause */
/* The prober with raw packets, each test in a namespace of its own. */
#include "net/prober.h"
#include "net/send.h"

#include <linux/filter.h>
#include <pcap/pcap.h>

#include "unit/servers.h"

#include "net/guard.h"

static struct pptp_prober *raw_prober(unsigned jobs, const char *write)
{
	struct pptp_prober_config f;
	struct pptp_prober *p;

	memset(&f, 0, sizeof(f));
	f.jobs = jobs;
	f.write = write;
	p = open_with(f);
	ck_assert(pptp_prober_raw(p));
	return p;
}

START_TEST(a_syn_to_a_closed_port_meets_rst)
{
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0x7f000002, 1723, PPTP_DEPTH_SYN);
	struct pptp_record r;

	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert_uint_eq(r.kind, PPTP_KIND_SYN);
	ck_assert_uint_eq(r.tcp.state, PPTP_CLOSED);
	ck_assert_uint_eq(r.tcp.reason, PPTP_REASON_RST);
	ck_assert_uint_eq(r.tcp.ttl, 64);
}
END_TEST

START_TEST(depth_syn_connects_too_where_the_plan_says_so)
{
	syn_and_connect(raw_prober(8, NULL), true);
}
END_TEST

/* Another host's address would be asked by its firewall. */
START_TEST(an_address_of_this_host_is_noted)
{
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0x7f000002, 1723, PPTP_DEPTH_CONTROL);
	struct pptp_record r;

	it.opening = PPTP_OPENING_SYN;
	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert(pptp_record_has_note(&r, PPTP_NOTE_OWN_HOST));
	ck_assert_uint_eq(r.tcp.state, PPTP_CLOSED);
	ck_assert_uint_eq(r.tcp.connect.state, PPTP_CONNECT_REFUSED);
	ck_assert_uint_eq(r.tcp.connect.reason, PPTP_REASON_RST);
	ck_assert_uint_eq(r.tcp.connect.tries, 1);
}
END_TEST

START_TEST(a_syn_to_an_open_port_meets_syn_ack_on_any_port)
{
	struct server *one = server(serve_pptp), *two = server(serve_pptp);
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0x7f000002, one->port, PPTP_DEPTH_SYN);
	int64_t tag;
	int i;

	start_plan(p, &it, 1);
	it = plan(0x7f000003, two->port, PPTP_DEPTH_CONTROL);
	it.opening = PPTP_OPENING_SYN;
	start_plan(p, &it, 2);
	for (i = 0; i < 2; i++) {
		const struct pptp_record *r = next(p, &tag);

		ck_assert_uint_eq(r->tcp.state, PPTP_OPEN);
		ck_assert_uint_eq(r->tcp.reason, PPTP_REASON_SYN_ACK);
		ck_assert_uint_gt(r->tcp.mss, 0);
		if (tag == 2)
			ck_assert_uint_eq(r->control.state, PPTP_ANSWERED);
	}
	pptp_prober_close(p);
	end_server(one);
	end_server(two);
}
END_TEST

START_TEST(twenty_ports_at_once_are_all_heard)
{
	struct pptp_prober *p = raw_prober(8, NULL);
	int64_t tag;
	uint16_t i;

	for (i = 0; i < 20; i++) {
		struct pptp_plan it =
		    plan(0x7f000100U + i, (uint16_t)(100 + i), PPTP_DEPTH_SYN);

		start_plan(p, &it, i);
	}
	for (i = 0; i < 20; i++)
		ck_assert_uint_eq(next(p, &tag)->tcp.state, PPTP_CLOSED);
	pptp_prober_close(p);
}
END_TEST

START_TEST(a_thousand_begin_with_raw_packets_at_once)
{
	many_at_once(raw_prober(1024, NULL), 1024, true);
}
END_TEST

/* Its kernel drops every SYN, as if nobody were there; or no longer. */
static void be_silent(struct server *s, bool silent)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = {.len = 1, .filter = &nothing};
	int option = silent ? SO_ATTACH_FILTER : SO_DETACH_FILTER;

	ck_assert_int_eq(
	    setsockopt(s->fd, SOL_SOCKET, option, &filter, sizeof(filter)), 0);
}

static void start_syn(struct pptp_prober *p, uint32_t address,
		      const struct server *s, int64_t tag)
{
	struct pptp_plan it = plan(address, s->port, PPTP_DEPTH_CONTROL);

	it.opening = PPTP_OPENING_SYN;
	start_plan(p, &it, tag);
}

/* One job: first for a silent server, and as soon as that has given it back for
 * one that answers no OCRQ. */
struct late {
	struct server *silent, *deaf;
	struct pptp_prober *p;
};

static struct late late_answer(int64_t timeout_us)
{
	struct late l = {.silent = server(serve_pptp),
			 .deaf = server(serve_deaf),
			 .p = raw_prober(1, NULL)};
	struct pptp_plan call = plan(0x7f000003, l.deaf->port, PPTP_DEPTH_CALL);
	const struct pptp_record *r;
	int64_t tag;

	call.timeout_us = timeout_us;
	be_silent(l.silent, true);
	start_syn(l.p, 0x7f000002, l.silent, 1);
	start_plan(l.p, &call, 2);
	ck_assert_int_eq(pptp_prober_next(l.p, 2 * SECOND, &r, &tag), 0);
	ck_assert_int_eq(l.deaf->connections, 1);
	be_silent(l.silent, false);
	/* It answers now, and the job is not free: nothing is said. */
	ck_assert_int_eq(pptp_prober_next(l.p, 2 * SECOND, &r, &tag), 0);
	ck_assert_int_eq(l.silent->asked, 0);
	return l;
}

static void end_late(struct late l)
{
	pptp_prober_close(l.p);
	end_server(l.silent);
	end_server(l.deaf);
}

START_TEST(a_silent_server_leaves_its_job_to_another)
{
	struct server *silent = server(serve_pptp), *s = server(serve_pptp);
	struct pptp_prober *p = raw_prober(1, NULL);
	int64_t tag;

	be_silent(silent, true);
	start_syn(p, 0x7f000002, silent, 1);
	start_syn(p, 0x7f000003, s, 2);
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_int_eq(tag, 2);
	ck_assert_uint_eq(next(p, &tag)->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(tag, 1);
	pptp_prober_close(p);
	end_server(silent);
	end_server(s);
}
END_TEST

/* Each waits 5 s for its connect(): by turns of four it would be minutes. */
static void many_silent(unsigned files)
{
	struct server *silent = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(4);
	int64_t tag, before = pptp_timers_now();
	rlim_t limit = set_files(files);
	unsigned i;

	be_silent(silent, true);
	for (i = 0; i < 40; i++)
		start(p, 0x7f000100 + i, silent->port, i);
	for (i = 0; i < 40; i++) {
		const struct pptp_record *r = next(p, &tag);

		ck_assert_uint_eq(r->tcp.state, PPTP_SILENT);
		ck_assert_uint_eq(r->tcp.connect.state, PPTP_CONNECT_TIMEOUT);
		ck_assert(!pptp_record_has_note(r, PPTP_NOTE_CONNECT_FAILED));
	}
	ck_assert_int_lt(pptp_timers_now() - before, LONG);
	set_files(limit);
	pptp_prober_close(p);
	end_server(silent);
}

START_TEST(silent_servers_take_no_turns_by_jobs)
{
	many_silent(1024);
}
END_TEST

/* … and none is lost where not all can have a socket at once. */
START_TEST(silent_servers_wait_for_a_socket)
{
	many_silent(30);
}
END_TEST

START_TEST(a_late_answer_waits_for_a_job_and_loses_nothing)
{
	struct late l = late_answer(0);
	int64_t tag, sum = 0;
	int i;

	for (i = 0; i < 2; i++, sum += tag)
		ck_assert_uint_eq(next(l.p, &tag)->control.state,
				  PPTP_ANSWERED);
	ck_assert_int_eq(sum, 3);
	ck_assert_int_eq(l.silent->connections, 1);
	end_late(l);
}
END_TEST

/* It is not kept waiting: the other's Outgoing-Call-Reply is waited for longer
 * than that. */
START_TEST(a_late_answer_waits_no_longer_than_three_seconds_for_a_job)
{
	struct late l = late_answer(12 * SECOND);
	int64_t tag;

	ck_assert_uint_eq(next(l.p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_int_eq(tag, 1);
	ck_assert_uint_ge(l.p->jobs.running, 1);
	end_late(l);
}
END_TEST

START_TEST(an_abort_ends_who_waits_for_a_job_too)
{
	struct late l = late_answer(0);
	int64_t tag;
	int i;

	pptp_prober_abort(l.p);
	for (i = 0; i < 2; i++)
		ck_assert_uint_eq(next(l.p, &tag)->ended_by,
				  PPTP_ENDED_ABORTED);
	ck_assert_int_eq(l.silent->asked, 0);
	end_late(l);
}
END_TEST

START_TEST(without_a_route_there_is_no_plan)
{
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0xc0000201, 1723, PPTP_DEPTH_CONTROL);

	ck_assert_int_eq(pptp_prober_start(p, &it, 1, text, sizeof(text)),
			 PPTP_ERROR_ROUTE);
	ck_assert_has(text, "no route to 192.0.2.1");
	pptp_prober_close(p);
}
END_TEST

static unsigned count_packets(const char *path, const char *filter)
{
	char detail[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline(path, detail);
	struct bpf_program program;
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	unsigned n = 0;

	ck_assert_msg(p != NULL, "%s", detail);
	ck_assert_int_eq(pcap_datalink(p), DLT_RAW);
	ck_assert_int_eq(pcap_compile(p, &program, filter, 1, 0), 0);
	ck_assert_int_eq(pcap_setfilter(p, &program), 0);
	pcap_freecode(&program);
	while (pcap_next_ex(p, &header, &bytes) == 1)
		n++;
	pcap_close(p);
	return n;
}

START_TEST(the_capture_file_holds_every_packet_once)
{
	struct server *s = server(serve_pptp);
	char path[] = "/tmp/pptp-prober-XXXXXX";
	int fd = mkstemp(path);
	struct pptp_prober *p = raw_prober(8, path);
	struct pptp_plan it = plan(0x7f000002, s->port, PPTP_DEPTH_CONTROL);

	close(fd);
	it.opening = PPTP_OPENING_SYN;
	start_plan(p, &it, 1);
	ck_assert_uint_eq(one_record(p).teardown.state, PPTP_CLEAN);
	/* Ours by hand and the kernel's; then the whole conversation. */
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 0x12 == 0x02"), 2);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 0x12 == 0x12"), 2);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 4 != 0"), 1);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 1 != 0"), 2);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 8 != 0"), 4);
	unlink(path);
	end_server(s);
}
END_TEST

/* Its answer is in the ring, and nobody has looked there. */
START_TEST(what_came_before_the_end_is_in_the_capture_file)
{
	struct server *s = server(serve_pptp);
	char path[] = "/tmp/pptp-prober-XXXXXX";
	int fd = mkstemp(path);
	struct pptp_prober *p = raw_prober(8, path);
	const struct pptp_record *r;
	int64_t tag;

	close(fd);
	s->gate = 1000; /* not yet */
	start(p, 0x7f000002, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 5, &r, &tag), 0);
	ck_assert_int_eq(s->asked, 1);
	s->gate = 0;
	usleep(300000);
	pptp_prober_close(p);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 8 != 0"), 2);
	unlink(path);
	end_server(s);
}
END_TEST

/* All three are in the ring when the SYN-ACK is found there, and ends it. */
START_TEST(what_follows_the_packet_that_ended_it_is_in_the_capture_file)
{
	struct server *s = server(serve_pptp);
	char path[] = "/tmp/pptp-prober-XXXXXX";
	int fd = mkstemp(path);
	struct pptp_prober *p = raw_prober(8, path);
	struct pptp_plan it = plan(0x7f000002, s->port, PPTP_DEPTH_SYN);

	close(fd);
	start_plan(p, &it, 1);
	ck_assert_uint_eq(one_record(p).tcp.state, PPTP_OPEN);
	ck_assert_uint_eq(count_packets(path, "tcp[13] == 2"), 1);
	ck_assert_uint_eq(count_packets(path, "tcp[13] == 18"), 1);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 4 != 0"), 1);
	unlink(path);
	end_server(s);
}
END_TEST

START_TEST(a_full_disk_is_said_and_the_run_goes_on)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = raw_prober(8, "/dev/full");
	int64_t tag;

	start(p, 0x7f000002, s->port, 1);
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_str_eq(pptp_prober_error(p),
			 "cannot write capture file '/dev/full': No space left "
			 "on device");
	start(p, 0x7f000003, s->port, 2);
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(a_syn_over_ipv6_meets_rst)
{
	struct pptp_prober *p = raw_prober(1, NULL);
	struct pptp_plan it = plan(0, 1723, PPTP_DEPTH_SYN);
	struct pptp_record r;

	memset(&it.target, 0, sizeof(it.target));
	it.target.family = 6;
	it.target.bytes[15] = 1;
	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert_uint_eq(r.tcp.state, PPTP_CLOSED);
	ck_assert_uint_eq(r.tcp.reason, PPTP_REASON_RST);
}
END_TEST

static void send_many(const void *packet, int n, unsigned packets)
{
	struct pptp_sender *s;

	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	while (packets-- > 0)
		ck_assert_int_eq(pptp_sender_send(s, packet, (size_t)n),
				 PPTP_OK);
	pptp_sender_close(s);
}

static void flood(unsigned packets)
{
	struct pptp_ip ip;
	uint8_t packet[64];

	memset(&ip, 0, sizeof(ip));
	ip.source = ip.destination = pptp_address_v4(LOCALHOST);
	ip.ttl = 64;
	send_many(packet,
		  pptp_icmp_echo_encode(&ip, 1, 1, packet, sizeof(packet)),
		  packets);
}

/* Tunnels of others: as a VPN gateway has them. */
static void flood_gre(unsigned packets)
{
	struct pptp_ip ip;
	struct pptp_gre gre;
	uint8_t packet[64];

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = pptp_address_v4(0x7f000063);
	ip.destination = pptp_address_v4(LOCALHOST);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_GRE;
	gre.has_sequence = true;
	gre.call_id = 0; /* none of ours ever */
	send_many(packet,
		  pptp_gre_packet_encode(&ip, &gre, "\xff\x03\x00\x21", 4,
					 packet, sizeof(packet)),
		  packets);
}

static bool loses_gre(struct pptp_prober *p, const struct server *s)
{
	static uint32_t address = 0x7f000002; /* another: it begins at once */
	const struct pptp_record *r;
	int64_t tag;

	start(p, address++, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	flood_gre(10000);
	do
		r = next(p, &tag);
	while (tag != 1);
	return pptp_record_has_note(r, PPTP_NOTE_CAPTURE_DROPS);
}

START_TEST(tunnels_of_others_are_not_copied_while_targets_are_few)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = raw_prober(4, NULL);
	struct pptp_plan many = plan(0, 9, PPTP_DEPTH_SYN);
	const struct pptp_record *r;
	int guard = pptp_guard_open(); /* else our ICMP would flood us */
	int64_t tag;
	int i;

	ck_assert(!loses_gre(p, s));
	many.wait_us = SECOND;
	for (i = 0; i < 20; i++) {
		many.target = pptp_address_v4(0x7f000100U + (unsigned)i);
		start_plan(p, &many, 2);
	}
	ck_assert(loses_gre(p, s));
	while (pptp_prober_next(p, LONG, &r, &tag) == 1)
		;
	ck_assert(!loses_gre(p, s));
	pptp_guard_close(guard);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(what_the_kernel_dropped_meanwhile_is_noted)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = raw_prober(1, NULL);
	const struct pptp_record *r;
	int64_t tag;

	start(p, 0x7f000002, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	flood(10000);
	r = next(p, &tag);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_CAPTURE_DROPS));
	start(p, 0x7f000002, s->port, 2);
	r = next(p, &tag);
	ck_assert(!pptp_record_has_note(r, PPTP_NOTE_CAPTURE_DROPS));
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(an_interface_that_is_down_has_no_plan)
{
	struct pptp_prober *p = raw_prober(1, NULL);
	struct pptp_plan it = plan(0x7f000002, 1723, PPTP_DEPTH_SYN);

	ck_assert(netns_flags("lo", 0));
	ck_assert_int_eq(pptp_prober_start(p, &it, 1, text, sizeof(text)),
			 PPTP_ERROR_INTERFACE);
	ck_assert_has(text, "'lo'");
	ck_assert(netns_flags("lo", IFF_UP));
	start_plan(p, &it, 1);
	ck_assert_uint_eq(one_record(p).tcp.state, PPTP_CLOSED);
}
END_TEST

START_TEST(an_interface_that_goes_away_is_noted_and_nothing_spins)
{
	struct pptp_prober *p = raw_prober(1, NULL);
	struct pptp_plan it = plan(0xc0000202, 1723, PPTP_DEPTH_SYN);
	const struct pptp_record *r;
	clock_t before;
	int64_t tag;

	if (system("ip link add v0 type veth peer name v1 && "
		   "ip address add 192.0.2.1/24 dev v0 && "
		   "ip link set v1 up && ip link set v0 up") != 0) {
		puts("# SKIPPED: no ip, or no veth");
		return;
	}
	start_plan(p, &it, 1);
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	ck_assert_int_eq(system("ip link delete v0"), 0);
	before = clock();
	ck_assert_int_eq(pptp_prober_next(p, SECOND * 3 / 2, &r, &tag), 0);
	ck_assert_int_lt(clock() - before, CLOCKS_PER_SEC / 4);
	ck_assert_has(pptp_prober_error(p), "interface 'v0'");
	pptp_prober_abort(p);
	r = next(p, &tag);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED));
	pptp_prober_close(p);
}
END_TEST

/* ---- a call with GRE ----------------------------------------------------- */

struct caller {
	struct server server; /* first */
	struct pptp_sender *sender;
	uint16_t call_id;
	uint32_t sequence;
};

static void send_ppp(uint32_t from, struct caller *c, uint16_t protocol,
		     uint8_t code, const char *hex)
{
	struct vector data = vector(hex);
	uint8_t frame[256], packet[256];
	struct pptp_writer w;
	struct pptp_ip ip;
	struct pptp_gre gre;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = pptp_address_v4(from);
	ip.destination = pptp_address_v4(LOCALHOST);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_GRE;
	gre.call_id = c->call_id;
	gre.has_sequence = true;
	gre.sequence_number = c->sequence++;
	pptp_writer_init(&w, frame, sizeof(frame));
	pptp_ppp_frame_encode(&w, protocol);
	pptp_ppp_packet_encode(&w, code, 1, data.bytes, data.length);
	n = pptp_gre_packet_encode(&ip, &gre, frame, w.length, packet,
				   sizeof(packet));
	ck_assert_int_gt(n, 0);
	(void)!pptp_sender_send(c->sender, packet, (size_t)n);
}

/* Asks for MS-CHAPv2, says no, and ends the call in the same breath: what it
 * said over GRE comes before what it said over TCP. */
static void serve_call(struct server *s, int fd)
{
	struct caller *c = (struct caller *)s;
	struct pptp_control m;

	if (!read_message(fd, &m))
		return;
	send_message(fd, PPTP_SCCRP, 0, 0);
	if (!read_message(fd, &m))
		return;
	c->call_id = m.call_id;
	c->sequence = 0;
	send_message(fd, PPTP_OCRP, 128, m.call_id);
	send_ppp(0x7f000002, c, PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST,
		 "0305c223810506aa6a6ace");
	send_ppp(0x7f000077, c, PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST,
		 "0305c223800506aa6a6acf");
	usleep(20000);
	send_ppp(0x7f000002, c, PPTP_PPP_LCP, PPTP_TERMINATE_REQUEST, "6e6f");
	send_message(fd, PPTP_CDN, 128, 0);
	shutdown(fd, SHUT_WR);
	read_to_end(fd);
}

START_TEST(a_call_is_heard_in_order_and_only_from_its_server)
{
	struct server *s = server(serve_call);
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0x7f000002, s->port, PPTP_DEPTH_CALL);
	struct caller *c = calloc(1, sizeof(*c));
	struct pptp_record r;

	/* The server's thread reads nothing but its serve() before a call. */
	end_server(s);
	s = &c->server;
	s->serve = serve_call;
	s->port = bind_any(&s->fd);
	ck_assert_int_eq(pptp_sender_open(&c->sender, NULL, NULL, 0), PPTP_OK);
	ck_assert_int_eq(listen(s->fd, 1), 0);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve_all, s), 0);
	it.port = s->port;
	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert_uint_eq(r.call.state, PPTP_ACCEPTED);
	ck_assert(r.gre.from_server);
	ck_assert_uint_eq(r.lcp.offers, 1);
	ck_assert_uint_eq(r.lcp.offer[0].method.algorithm, 0x81);
	ck_assert(pptp_record_has_note(&r, PPTP_NOTE_OTHER_SOURCE));
	ck_assert(!pptp_record_has_note(&r, PPTP_NOTE_GRE_EARLY));
	ck_assert(!pptp_record_has_note(&r, PPTP_NOTE_LOCAL_ICMP));
	ck_assert(r.lcp.terminated);
	pptp_sender_close(c->sender);
	end_server(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("prober with raw packets");

	if (!netns_possible())
		return run_suite(s);

	CLAIM_ALONE(s, a_syn_to_a_closed_port_meets_rst);
	CLAIM_ALONE(s, depth_syn_connects_too_where_the_plan_says_so);
	CLAIM_ALONE(s, an_address_of_this_host_is_noted);
	CLAIM_ALONE(s, a_syn_to_an_open_port_meets_syn_ack_on_any_port);
	CLAIM_ALONE(s, twenty_ports_at_once_are_all_heard);
	CLAIM_ALONE(s, a_syn_over_ipv6_meets_rst);
	CLAIM_ALONE(s, what_the_kernel_dropped_meanwhile_is_noted);
	CLAIM_ALONE(s, an_interface_that_is_down_has_no_plan);
	CLAIM_ALONE(s, an_interface_that_goes_away_is_noted_and_nothing_spins);
	CLAIM_ALONE(s, a_thousand_begin_with_raw_packets_at_once);
	CLAIM_ALONE(s, a_silent_server_leaves_its_job_to_another);
	CLAIM_ALONE(s, silent_servers_take_no_turns_by_jobs);
	CLAIM_ALONE(s, silent_servers_wait_for_a_socket);
	CLAIM_ALONE(s, a_late_answer_waits_for_a_job_and_loses_nothing);
	CLAIM_ALONE(s,
		    a_late_answer_waits_no_longer_than_three_seconds_for_a_job);
	CLAIM_ALONE(s, an_abort_ends_who_waits_for_a_job_too);
	CLAIM_ALONE(s, without_a_route_there_is_no_plan);
	CLAIM_ALONE(s, the_capture_file_holds_every_packet_once);
	CLAIM_ALONE(s, what_came_before_the_end_is_in_the_capture_file);
	CLAIM_ALONE(
	    s, what_follows_the_packet_that_ended_it_is_in_the_capture_file);
	CLAIM_ALONE(s, tunnels_of_others_are_not_copied_while_targets_are_few);
	CLAIM_ALONE(s, a_full_disk_is_said_and_the_run_goes_on);
	CLAIM_ALONE(s, a_call_is_heard_in_order_and_only_from_its_server);
	return run_suite(s);
}
