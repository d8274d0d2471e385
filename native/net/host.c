/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/host.h"

#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "format/packet.h"
#include "net/random.h"
#include "net/send.h"

#define LOOPBACK 0x7f000001
#define WAIT     1000 /* ms */
#define MILLION  1000000

bool pptp_host_capability(struct pptp_host_capability *c)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	const uint32_t raw = UINT32_C(1) << CAP_NET_RAW;

	memset(c, 0, sizeof(*c));
	memset(data, 0, sizeof(data));
	if (syscall(SYS_capget, &header, data) != 0)
		return false;
	c->effective = (data[0].effective & raw) != 0;
	c->permitted = (data[0].permitted & raw) != 0;
	c->bounding = prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) == 1;
	c->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
	return true;
}

static int64_t now_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * MILLION + t.tv_nsec / 1000;
}

int64_t pptp_host_lead(void)
{
	return now_us(CLOCK_REALTIME) - now_us(CLOCK_MONOTONIC);
}

void pptp_host_clock(struct pptp_host_clock *clock)
{
	struct timex t;
	int state;

	memset(&t, 0, sizeof(t));
	memset(clock, 0, sizeof(*clock));
	state = adjtimex(&t); /* no mode: it only tells */
	if (state < 0)
		return;
	clock->known = true;
	clock->synchronised =
	    state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
	clock->maximum_error_us = t.maxerror;
}

/* ---- GRE to oneself ------------------------------------------------------ */

static size_t make_packet(uint8_t *packet, size_t room, uint16_t call_id)
{
	struct pptp_ip ip;
	struct pptp_gre gre;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = ip.destination = pptp_address_v4(LOOPBACK);
	ip.ttl = 1;
	ip.protocol = PPTP_IP_GRE;
	gre.call_id = call_id;
	gre.has_acknowledgment = true;
	n = pptp_gre_packet_encode(&ip, &gre, NULL, 0, packet, room);
	return n > 0 ? (size_t)n : 0;
}

static bool is_ours(const uint8_t *bytes, size_t length, uint16_t call_id)
{
	struct pptp_packet p;

	return pptp_packet_decode(&p, bytes, length) &&
	       p.kind == PPTP_PACKET_GRE && p.whole && p.gre.call_id == call_id;
}

/* Others may send GRE over lo, so the wait is counted in all. */
static bool comes_back(int fd, uint16_t call_id)
{
	int64_t end = now_us(CLOCK_MONOTONIC) + WAIT * 1000, left;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint8_t bytes[256];
	ssize_t n;

	while ((left = end - now_us(CLOCK_MONOTONIC)) > 0) {
		if (poll(&p, 1, (int)(left / 1000) + 1) <= 0)
			continue;
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0 && is_ours(bytes, (size_t)n, call_id))
			return true;
	}
	return false;
}

/* It hears protocol 47 on lo alone, and so keeps our kernel's ICMP away. */
static bool listen_on_lo(int fd)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(LOOPBACK)};

	return bind(fd, (const struct sockaddr *)&sin, sizeof(sin)) == 0;
}

static void send_and_hear(struct pptp_host_gre *gre, struct pptp_sender *s,
			  int receiver)
{
	struct pptp_random random;
	uint8_t packet[64];
	uint16_t call_id = 0;
	size_t length;

	memset(&random, 0, sizeof(random));
	if (!pptp_random_take(&random, &call_id, sizeof(call_id))) {
		gre->error = errno;
		return;
	}
	length = make_packet(packet, sizeof(packet), call_id);
	if (pptp_sender_send(s, packet, length) != PPTP_OK) {
		gre->error = errno;
		/* what send() gives where netfilter drops (raw(7)) */
		gre->way =
		    errno == EPERM ? PPTP_HOST_REFUSED : PPTP_HOST_FAILED;
		return;
	}
	gre->way = comes_back(receiver, call_id) ? PPTP_HOST_CAME_BACK
						 : PPTP_HOST_LOST;
}

void pptp_host_gre(struct pptp_host_gre *gre)
{
	struct pptp_sender *s = NULL;
	int receiver = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_GRE);

	memset(gre, 0, sizeof(*gre));
	if (receiver < 0 || pptp_sender_open(&s, NULL, NULL, 0) != PPTP_OK) {
		gre->error = errno;
	} else if (!listen_on_lo(receiver)) {
		gre->way = PPTP_HOST_FAILED;
		gre->error = errno;
	} else {
		send_and_hear(gre, s, receiver);
	}
	pptp_sender_close(s);
	if (receiver >= 0)
		close(receiver);
}
