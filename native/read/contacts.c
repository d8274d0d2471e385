/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/contacts.h"

#include <stdlib.h>
#include <string.h>

struct kept {
	struct pptp_contact_of of; /* family 0: nothing */
	int64_t time_us;
	size_t length;
	uint8_t bytes[PPTP_CONTACT_BYTES];
};

struct pptp_contacts {
	size_t next; /* the oldest */
	struct kept kept[PPTP_CONTACTS];
};

struct pptp_contacts *pptp_contacts_new(void)
{
	return calloc(1, sizeof(struct pptp_contacts));
}

void pptp_contacts_free(struct pptp_contacts *all)
{
	free(all);
}

static struct pptp_contact_of from_client(const struct pptp_ip *ip,
					  uint16_t source, uint16_t destination)
{
	return (struct pptp_contact_of){ip->source, ip->destination, source,
					destination};
}

static bool of_tcp(const struct pptp_packet *p, uint16_t port,
		   struct pptp_contact_of *of)
{
	const struct pptp_tcp *tcp = &p->tcp;

	if (!(tcp->flags & (PPTP_TCP_SYN | PPTP_TCP_RST)))
		return false;
	*of = from_client(&p->ip, tcp->source_port, tcp->destination_port);
	if (tcp->destination_port != port)
		*of = (struct pptp_contact_of){p->ip.destination, p->ip.source,
					       tcp->destination_port,
					       tcp->source_port};
	return of->port == port;
}

static bool of_icmp(const struct pptp_packet *p, uint16_t port,
		    struct pptp_contact_of *of)
{
	struct pptp_reader r = p->icmp.quote.payload;
	uint16_t source, destination;

	if (!p->icmp.has_quote || p->icmp.quote.protocol != PPTP_IP_TCP)
		return false;
	source = pptp_read_u16(&r);
	destination = pptp_read_u16(&r);
	*of = from_client(&p->icmp.quote, source, destination);
	return pptp_reader_ok(&r) && destination == port;
}

void pptp_contacts_input(struct pptp_contacts *all,
			 const struct pptp_packet *packet, uint16_t port,
			 int64_t now)
{
	struct kept *k = &all->kept[all->next];
	struct pptp_contact_of of;
	bool is_one =
	    packet->whole &&
	    ((packet->kind == PPTP_PACKET_TCP && of_tcp(packet, port, &of)) ||
	     (packet->kind == PPTP_PACKET_ICMP && of_icmp(packet, port, &of)));

	/* One that was put together is no SYN that anybody sends. */
	if (!is_one || packet->bytes == NULL)
		return;
	k->of = of;
	k->time_us = now;
	k->length = packet->length < sizeof(k->bytes) ? packet->length
						      : sizeof(k->bytes);
	memcpy(k->bytes, packet->bytes, k->length);
	all->next = (all->next + 1) % PPTP_CONTACTS;
}

static bool is_about(const struct kept *k, const struct pptp_contact_of *of,
		     int64_t now)
{
	return k->of.port == of->port && k->of.client.family != 0 &&
	       now - k->time_us <= PPTP_CONTACT_LIFETIME &&
	       pptp_address_equal(&k->of.client, &of->client) &&
	       pptp_address_equal(&k->of.server, &of->server);
}

void pptp_contacts_give(struct pptp_contacts *all,
			const struct pptp_contact_of *of, int64_t now,
			void (*handler)(void *context,
					const struct pptp_packet *packet,
					bool own, int64_t time_us),
			void *context)
{
	struct pptp_packet packet;
	struct kept *k;

	for (size_t i = 0; i < PPTP_CONTACTS; i++) {
		k = &all->kept[(all->next + i) % PPTP_CONTACTS];
		if (!is_about(k, of, now))
			continue;
		if (pptp_packet_decode(&packet, k->bytes, k->length))
			handler(context, &packet,
				k->of.client_port == of->client_port,
				k->time_us);
		k->of.client.family = 0;
	}
}

int64_t pptp_contacts_first(const struct pptp_contacts *all,
			    const struct pptp_contact_of *of, int64_t now)
{
	const struct kept *k;

	for (size_t i = 0; i < PPTP_CONTACTS; i++) {
		k = &all->kept[(all->next + i) % PPTP_CONTACTS];
		if (is_about(k, of, now))
			return k->time_us;
	}
	return now;
}
