/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server model answers ARP, TCP, GRE and ICMP by itself through AF_PACKET,
 * so that the kernel of its end needs no addresses.
 *
 * TCP is the least that serves: in-order data, one retransmission timer, no
 * window to speak of; the other end is a kernel on the same machine.
 */
#include "lab/wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "format/checksum.h"
#include "lab/frames.h"
#include "lab/queue.h"
#include "net/timer.h"

#define ETHERNET   14
#define UNACKED    1024
#define RETRANSMIT INT64_C(300000)
#define HALF_OPEN  INT64_C(5000000)
#define LINGER     INT64_C(2000000)

enum { SYN_RECEIVED, ESTABLISHED, CLOSING };

struct connection {
	struct pptp_timer timer; /* first: a timer is its connection */
	struct connection *next;
	struct host *host;
	struct lab_server *server;
	struct pptp_address peer;
	uint16_t port;
	uint8_t state;
	bool fin_sent, fin_received;
	uint32_t receive_next, send_next, send_unacknowledged;
	int64_t retransmit, expires;
	size_t unacked_length;
	uint8_t unacked[UNACKED];
};

#define HELD 64    /* packets that boxes delay, on all ways */
#define LATE 16384 /* packets that are under way to a server */

struct host {
	struct lab_host lab;
	struct lab_box box;
	struct pptp_address address;
	struct connection *connections;
};

struct wire {
	struct lab_frames frames;
	struct host *hosts;
	unsigned count;
	uint32_t first;
	struct pptp_timers timers;
	size_t connections; /* each with a timer, set or not */
	struct lab_queue held, late;
	int64_t delay;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static int64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

/* ---- segments out --------------------------------------------------------- */

static void send_segment(struct wire *w, struct connection *c, uint8_t flags,
			 uint32_t sequence, const void *data, size_t length)
{
	uint8_t packet[FRAME];
	struct pptp_writer out;
	struct pptp_ip ip;
	size_t at;
	uint32_t sum;

	memset(&ip, 0, sizeof(ip));
	ip.source = c->host->address;
	ip.destination = c->peer;
	ip.ttl = 64;
	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&out, packet, sizeof(packet));
	pptp_ip_encode(&out, &ip, 20 + length);
	at = out.length;
	pptp_write_u16(&out, 1723);
	pptp_write_u16(&out, c->port);
	pptp_write_u32(&out, sequence);
	pptp_write_u32(&out, c->receive_next);
	pptp_write_u8(&out, 0x50);
	pptp_write_u8(&out, flags);
	pptp_write_u16(&out, 64240);
	pptp_write_zeros(&out, 4);
	pptp_write_bytes(&out, data, length);
	sum = pptp_checksum_pseudo(&ip.source, &ip.destination, PPTP_IP_TCP,
				   (uint32_t)(20 + length));
	sum = pptp_checksum_add(sum, packet + at, 20 + length);
	pptp_patch_u16(&out, at + 16, pptp_checksum_end(sum));
	lab_frames_send(&w->frames, packet, out.length);
}

/* ---- connections ---------------------------------------------------------- */

static void set_timer(struct wire *w, struct connection *c)
{
	int64_t at = c->expires;

	if (c->server != NULL && c->state == ESTABLISHED &&
	    lab_server_deadline(c->server) < at)
		at = lab_server_deadline(c->server);
	if (c->retransmit < at)
		at = c->retransmit;
	pptp_timer_set(&w->timers, &c->timer, at);
}

static void forget(struct wire *w, struct connection *c)
{
	struct connection **at = &c->host->connections;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	pptp_timer_clear(&w->timers, &c->timer);
	if (c->server != NULL)
		lab_server_free(c->server);
	free(c);
	w->connections--;
}

static struct connection *find(struct host *h, const struct pptp_address *peer,
			       uint16_t port)
{
	for (struct connection *c = h->connections; c != NULL; c = c->next)
		if (c->port == port && pptp_address_equal(&c->peer, peer))
			return c;
	return NULL;
}

static void send_data(struct wire *w, struct connection *c, const void *data,
		      size_t length, int64_t now)
{
	if (length > UNACKED - c->unacked_length)
		return; /* the client never reads: let it time out */
	memcpy(c->unacked + c->unacked_length, data, length);
	c->unacked_length += length;
	send_segment(w, c, PPTP_TCP_ACK | PPTP_TCP_PSH, c->send_next, data,
		     length);
	c->send_next += (uint32_t)length;
	if (c->retransmit == PPTP_NEVER)
		c->retransmit = now + RETRANSMIT;
}

static void send_fin(struct wire *w, struct connection *c, int64_t now)
{
	if (c->fin_sent)
		return;
	c->fin_sent = true;
	c->state = CLOSING;
	send_segment(w, c, PPTP_TCP_ACK | PPTP_TCP_FIN, c->send_next, NULL, 0);
	c->send_next++;
	c->retransmit = now + RETRANSMIT;
	c->expires = now + LINGER;
}

/* Everything that the server has to say now. True where it is gone. */
static bool drain(struct wire *w, struct connection *c, int64_t now)
{
	struct lab_output out;

	if (c->state == SYN_RECEIVED)
		return false;
	while ((out = lab_server_output(c->server, now)).kind != LAB_OUT_NONE) {
		switch (out.kind) {
		case LAB_OUT_STREAM:
			send_data(w, c, out.bytes, out.length, now);
			break;
		case LAB_OUT_PACKET:
			if (lab_box_pass(&c->host->box, false, out.bytes,
					 out.length, now)
				.passes)
				lab_frames_send(&w->frames, out.bytes,
						out.length);
			break;
		case LAB_OUT_FIN:
			send_fin(w, c, now);
			break;
		default:
			send_segment(w, c, PPTP_TCP_ACK | PPTP_TCP_RST,
				     c->send_next, NULL, 0);
			forget(w, c);
			return true;
		}
	}
	set_timer(w, c);
	return false;
}

static void acknowledged(struct connection *c, uint32_t number)
{
	uint32_t fresh = number - c->send_unacknowledged;
	size_t data;

	if (fresh == 0 || fresh > c->send_next - c->send_unacknowledged)
		return;
	c->send_unacknowledged = number;
	data = fresh < c->unacked_length ? fresh : c->unacked_length;
	memmove(c->unacked, c->unacked + data, c->unacked_length - data);
	c->unacked_length -= data;
	if (c->send_unacknowledged == c->send_next)
		c->retransmit = PPTP_NEVER;
}

static void send_again(struct wire *w, struct connection *c, int64_t now)
{
	if (c->unacked_length > 0)
		send_segment(w, c, PPTP_TCP_ACK | PPTP_TCP_PSH,
			     c->send_unacknowledged, c->unacked,
			     c->unacked_length);
	else if (c->fin_sent)
		send_segment(w, c, PPTP_TCP_ACK | PPTP_TCP_FIN,
			     c->send_next - 1, NULL, 0);
	c->retransmit = now + RETRANSMIT;
}

static void on_timer(struct wire *w, struct connection *c, int64_t now)
{
	if (now >= c->expires) {
		forget(w, c);
		return;
	}
	if (now >= c->retransmit)
		send_again(w, c, now);
	if (c->state == ESTABLISHED && now >= lab_server_deadline(c->server)) {
		lab_server_tick(c->server, now);
		if (drain(w, c, now))
			return;
	}
	set_timer(w, c);
}

/* ---- packets in ----------------------------------------------------------- */

static void on_syn(struct wire *w, struct host *h, const struct pptp_ip *ip,
		   const struct pptp_tcp *tcp, const uint8_t *packet,
		   size_t length, int64_t now)
{
	uint8_t answer[512];
	struct pptp_reader in;
	struct pptp_ip answer_ip;
	struct pptp_tcp syn_ack;
	struct connection *c = find(h, &ip->source, tcp->source_port);
	size_t n = lab_host_packet(&h->lab, packet, length, answer);

	if (n == 0)
		return;
	lab_frames_answer(&w->frames, answer, n);
	pptp_reader_init(&in, answer, n);
	if (!pptp_ip_decode(&answer_ip, &in) ||
	    answer_ip.protocol != PPTP_IP_TCP ||
	    !pptp_tcp_decode(&syn_ack, &answer_ip.payload) ||
	    !(syn_ack.flags & PPTP_TCP_SYN))
		return;
	if (c != NULL)
		forget(w, c);
	c = calloc(1, sizeof(*c));
	if (c == NULL || !pptp_timers_reserve(&w->timers, w->connections + 1)) {
		free(c);
		return;
	}
	c->host = h;
	c->peer = ip->source;
	c->port = tcp->source_port;
	c->receive_next = tcp->sequence_number + 1;
	c->send_next = c->send_unacknowledged = syn_ack.sequence_number + 1;
	c->retransmit = PPTP_NEVER;
	c->expires = now + HALF_OPEN;
	c->next = h->connections;
	h->connections = c;
	w->connections++;
	set_timer(w, c);
}

static void take_data(struct wire *w, struct connection *c,
		      const struct pptp_tcp *tcp, int64_t now)
{
	size_t length = pptp_reader_left(&tcp->payload);
	bool fin = (tcp->flags & PPTP_TCP_FIN) != 0;

	if (length == 0 && !fin)
		return;
	if (tcp->sequence_number == c->receive_next) {
		c->receive_next += (uint32_t)length + fin;
		if (length > 0 && c->state == ESTABLISHED)
			lab_server_stream(c->server, tcp->payload.at, length,
					  now);
		if (fin && !c->fin_received) {
			c->fin_received = true;
			lab_server_closed(c->server, now);
		}
	}
	send_segment(w, c, PPTP_TCP_ACK, c->send_next, NULL, 0);
	if (drain(w, c, now))
		return;
	if (c->fin_received)
		send_fin(w, c, now);
	if (c->fin_received && c->send_unacknowledged == c->send_next)
		forget(w, c);
	else
		set_timer(w, c);
}

/* What accepts on every port says nothing there, and keeps nothing. */
static void on_other_port(struct wire *w, struct host *h,
			  const struct pptp_tcp *tcp, const uint8_t *packet,
			  size_t length)
{
	uint8_t answer[512];
	size_t n = 0;

	if (h->lab.config.any_port &&
	    (tcp->flags & (PPTP_TCP_SYN | PPTP_TCP_ACK)) == PPTP_TCP_SYN)
		n = lab_host_packet(&h->lab, packet, length, answer);
	if (n > 0)
		lab_frames_answer(&w->frames, answer, n);
}

static void on_tcp(struct wire *w, struct host *h, struct pptp_ip *ip,
		   const uint8_t *packet, size_t length, int64_t now)
{
	struct pptp_tcp tcp;
	struct connection *c;

	if (!pptp_tcp_decode(&tcp, &ip->payload))
		return;
	if (tcp.destination_port != 1723) {
		on_other_port(w, h, &tcp, packet, length);
		return;
	}
	if ((tcp.flags & (PPTP_TCP_SYN | PPTP_TCP_ACK)) == PPTP_TCP_SYN) {
		on_syn(w, h, ip, &tcp, packet, length, now);
		return;
	}
	c = find(h, &ip->source, tcp.source_port);
	if (c == NULL || h->lab.config.quirk == LAB_DECOY)
		return;
	if (tcp.flags & PPTP_TCP_RST) {
		forget(w, c);
		return;
	}
	acknowledged(c, tcp.acknowledgment_number);
	if (c->state == SYN_RECEIVED) {
		c->state = ESTABLISHED;
		c->server = lab_server_new(&h->lab, &c->peer, now);
		c->expires = PPTP_NEVER;
		if (c->server == NULL) {
			forget(w, c);
			return;
		}
		if (drain(w, c, now))
			return;
	}
	take_data(w, c, &tcp, now);
}

/* GRE and ICMP: to the call that they are for, else to the host. */
static void on_other(struct wire *w, struct host *h, const struct pptp_ip *ip,
		     const uint8_t *packet, size_t length, int64_t now)
{
	struct connection *c, *next;
	uint8_t answer[512];
	bool any = false;
	size_t n;

	for (c = h->connections; c != NULL; c = next) {
		next = c->next;
		if (c->state != ESTABLISHED ||
		    !pptp_address_equal(&c->peer, &ip->source))
			continue;
		any = true;
		lab_server_packet(c->server, packet, length, now);
		drain(w, c, now);
	}
	if (any && ip->protocol == PPTP_IP_GRE)
		return;
	n = lab_host_packet(&h->lab, packet, length, answer);
	if (n > 0)
		lab_frames_answer(&w->frames, answer, n);
}

static struct host *host_of(struct wire *w, const struct pptp_address *a)
{
	uint32_t index = pptp_address_v4_value(a) - w->first;

	return index < w->count ? &w->hosts[index] : NULL;
}

static void deliver(struct wire *w, struct host *h, const uint8_t *packet,
		    size_t length, int64_t now)
{
	struct pptp_reader in;
	struct pptp_ip ip;

	pptp_reader_init(&in, packet, length);
	if (!pptp_ip_decode(&ip, &in))
		return;
	if (ip.protocol == PPTP_IP_TCP)
		on_tcp(w, h, &ip, packet, length, now);
	else
		on_other(w, h, &ip, packet, length, now);
}

static void on_ip(struct wire *w, const uint8_t *packet, size_t length,
		  int64_t now)
{
	struct lab_passage p;
	struct pptp_reader in;
	struct pptp_ip ip;
	struct host *h;

	pptp_reader_init(&in, packet, length);
	if (!pptp_ip_decode(&ip, &in) || ip.destination.family != 4)
		return;
	h = host_of(w, &ip.destination);
	if (h == NULL)
		return;
	p = lab_box_pass(&h->box, true, packet, length, now);
	if (p.length > 0)
		lab_frames_answer(&w->frames, p.answer, p.length);
	if (p.passes && p.delay_us > 0)
		lab_queue_put(&w->held, packet, length, now + p.delay_us);
	else if (p.passes)
		deliver(w, h, packet, length, now);
}

static void release(struct wire *w, int64_t now)
{
	const struct lab_late *late;
	struct pptp_reader in;
	struct pptp_ip ip;

	while ((late = lab_queue_take(&w->late, now)) != NULL)
		on_ip(w, late->packet, late->length, now);
	while ((late = lab_queue_take(&w->held, now)) != NULL) {
		pptp_reader_init(&in, late->packet, late->length);
		if (pptp_ip_decode(&ip, &in))
			deliver(w, host_of(w, &ip.destination), late->packet,
				late->length, now);
	}
}

static void arrive(struct wire *w, const uint8_t *packet, size_t length,
		   int64_t now)
{
	unsigned copies = lab_loss_copies(&w->frames.loss);

	while (copies-- > 0)
		if (w->delay > 0)
			lab_queue_put(&w->late, packet, length, now + w->delay);
		else
			on_ip(w, packet, length, now);
}

static void receive(struct wire *w)
{
	uint8_t frame[FRAME];
	ssize_t n;

	while ((n = recv(w->frames.fd, frame, sizeof(frame), MSG_DONTWAIT)) >
	       0) {
		int64_t now = clock_now();

		if (n < ETHERNET || memcmp(frame + 6, w->frames.mac, 6) == 0)
			continue;
		/* Who knew our address before we began does not ask. */
		memcpy(w->frames.peer_mac, frame + 6, 6);
		if (frame[12] == 8 && frame[13] == 0)
			arrive(w, frame + ETHERNET, (size_t)n - ETHERNET, now);
		else if (frame[12] == 8 && frame[13] == 6)
			lab_frames_arp(&w->frames, frame + ETHERNET,
				       (size_t)n - ETHERNET);
	}
}

/* Milliseconds until something is due, at most a second. */
static int patience(const struct wire *w)
{
	const struct pptp_timer *first = pptp_timers_first(&w->timers);
	int64_t now = clock_now(), due = now + 1000000;

	if (first != NULL && first->at < due)
		due = first->at;
	if (lab_queue_due(&w->held) < due)
		due = lab_queue_due(&w->held);
	if (lab_queue_due(&w->late) < due)
		due = lab_queue_due(&w->late);
	return due > now ? (int)((due - now) / 1000 + 1) : 0;
}

static void run(struct wire *w)
{
	struct pollfd p = {.fd = w->frames.fd, .events = POLLIN};
	struct pptp_timer *first;
	int64_t now;

	while (!stopped) {
		poll(&p, 1, patience(w));
		receive(w);
		now = clock_now();
		release(w, now);
		while (!stopped &&
		       (first = pptp_timers_first(&w->timers)) != NULL &&
		       first->at <= now)
			on_timer(w, (struct connection *)first, now);
	}
}

/* ---- setting up ----------------------------------------------------------- */

static bool populate(struct wire *w, const struct lab_wire_config *c)
{
	w->first = c->first;
	w->count = c->count;
	w->frames.first = c->first;
	w->frames.count = c->count;
	w->frames.loss = c->loss;
	w->delay = c->delay_us;
	w->hosts = calloc(w->count, sizeof(*w->hosts));
	if (w->hosts == NULL || !lab_queue_init(&w->held, HELD) ||
	    !lab_queue_init(&w->late, LATE))
		return false;
	for (unsigned i = 0; i < w->count; i++) {
		struct lab_config config;

		lab_population_at(&c->people, c->first, i, &config);
		w->hosts[i].address = config.address;
		lab_host_init(&w->hosts[i].lab, &config);
		lab_box_init(&w->hosts[i].box, config.box, config.box_detail,
			     &config.router);
	}
	return true;
}

static void close_wire(struct wire *w)
{
	for (unsigned i = 0; w->hosts != NULL && i < w->count; i++)
		while (w->hosts[i].connections != NULL)
			forget(w, w->hosts[i].connections);
	free(w->hosts);
	lab_queue_free(&w->held);
	lab_queue_free(&w->late);
	pptp_timers_free(&w->timers);
	if (w->frames.fd >= 0)
		close(w->frames.fd);
}

int lab_wire_serve(const struct lab_wire_config *c)
{
	struct wire w = {.frames = {.fd = -1}};
	int status = 3;

	if (!populate(&w, c)) {
		fputs("pptp-lab: not enough memory\n", stderr);
	} else if (!lab_frames_open(&w.frames, c)) {
		fprintf(stderr, "pptp-lab: cannot use interface %s: %s\n",
			c->interface, strerror(errno));
	} else {
		signal(SIGTERM, on_signal);
		signal(SIGINT, on_signal);
		run(&w);
		status = 0;
	}
	close_wire(&w);
	return status;
}
