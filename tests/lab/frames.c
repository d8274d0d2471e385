/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/frames.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "format/checksum.h"
#include "format/ip.h"
#include "lab/silent.h"

static void send_frame(struct lab_frames *f, uint16_t type, const void *data,
		       size_t length)
{
	uint8_t frame[FRAME];
	struct pptp_writer out;

	pptp_writer_init(&out, frame, sizeof(frame));
	pptp_write_bytes(&out, f->peer_mac, 6);
	pptp_write_bytes(&out, f->mac, 6);
	pptp_write_u16(&out, type);
	pptp_write_bytes(&out, data, length);
	if (pptp_writer_ok(&out) && write(f->fd, frame, out.length) < 0 &&
	    errno != ENOBUFS)
		perror("pptp-lab: send");
}

void lab_frames_send(struct lab_frames *f, const void *packet, size_t length)
{
	if (!lab_loss_takes(&f->loss))
		send_frame(f, ETHERTYPE_IP, packet, length);
}

/* The model leaves checksums to whoever has a wire that is checked. */
void lab_frames_answer(struct lab_frames *f, uint8_t *packet, size_t length)
{
	struct pptp_reader in;
	struct pptp_writer out;
	struct pptp_ip ip;
	uint32_t sum = 0;
	size_t left, at, field;

	pptp_reader_init(&in, packet, length);
	if (pptp_ip_decode(&ip, &in) &&
	    (ip.protocol == PPTP_IP_TCP || ip.protocol == PPTP_IP_ICMP)) {
		left = pptp_reader_left(&ip.payload);
		at = length - left;
		field = at + (ip.protocol == PPTP_IP_TCP ? 16 : 2);
		pptp_writer_init(&out, packet, length);
		out.length = length;
		pptp_patch_u16(&out, field, 0);
		if (ip.protocol == PPTP_IP_TCP)
			sum = pptp_checksum_pseudo(&ip.source, &ip.destination,
						   PPTP_IP_TCP, (uint32_t)left);
		sum = pptp_checksum_add(sum, packet + at, left);
		pptp_patch_u16(&out, field, pptp_checksum_end(sum));
	}
	lab_frames_send(f, packet, length);
}

/* RFC 826: who has an address of ours? A deaf host has a neighbour that
 * forwards to it, or its silence would be ARP's. */
void lab_frames_arp(struct lab_frames *f, const uint8_t *packet, size_t length)
{
	struct pptp_reader in;
	struct pptp_writer out;
	uint8_t reply[28];
	const uint8_t *sender;
	uint32_t sender_ip, wanted;

	pptp_reader_init(&in, packet, length);
	pptp_read_skip(&in, 6);
	if (pptp_read_u16(&in) != 1)
		return;
	sender = pptp_read_bytes(&in, 6);
	sender_ip = pptp_read_u32(&in);
	pptp_read_skip(&in, 6);
	wanted = pptp_read_u32(&in);
	if (!pptp_reader_ok(&in) || wanted - f->first >= f->count)
		return;
	pptp_writer_init(&out, reply, sizeof(reply));
	pptp_write_u32(&out, 0x00010800);
	pptp_write_u32(&out, 0x06040002);
	pptp_write_bytes(&out, f->mac, 6);
	pptp_write_u32(&out, wanted);
	pptp_write_bytes(&out, sender, 6);
	pptp_write_u32(&out, sender_ip);
	send_frame(f, ETHERTYPE_ARP, reply, sizeof(reply));
}

static bool attach_filter(int fd, const struct lab_wire_config *c)
{
	struct sock_filter code[LAB_SILENT_CODE];
	struct sock_fprog program = {.filter = code};

	program.len = lab_silent_filter(code, &c->people, c->first, c->count);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program)) == 0;
}

bool lab_frames_open(struct lab_frames *f, const struct lab_wire_config *c)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ALL)};
	int size = 32 << 20;
	struct ifreq request;

	f->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	at.sll_ifindex = (int)if_nametoindex(c->interface);
	if (f->fd < 0 || at.sll_ifindex == 0 || !attach_filter(f->fd, c) ||
	    bind(f->fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		return false;
	setsockopt(f->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s",
		 c->interface);
	if (ioctl(f->fd, SIOCGIFHWADDR, &request) != 0)
		return false;
	memcpy(f->mac, request.ifr_hwaddr.sa_data, 6);
	memset(f->peer_mac, 0xff, 6);
	return true;
}
