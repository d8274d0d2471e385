/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/ncp.h"

#include "format/address.h"
#include "format/field.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { MPPE = 18 };

static const struct pptp_name ipcp[] = {
    {1, "ip_addresses"},    {2, "ip_compression"},   {3, "ip_address"},
    {4, "mobile_ipv4"},     {129, "primary_dns"},    {130, "primary_nbns"},
    {131, "secondary_dns"}, {132, "secondary_nbns"},
};

static const struct pptp_name ccp[] = {
    {0, "oui"},           {1, "predictor_1"},  {2, "predictor_2"},
    {3, "puddle_jumper"}, {16, "hp_ppc"},      {17, "stac_lzs"},
    {MPPE, "mppe"},       {19, "gandalf_fza"}, {20, "v42bis"},
    {21, "bsd_compress"}, {23, "lzs_dcp"},     {24, "mvrca"},
    {26, "deflate"},      {27, "v44"},
};

static const struct pptp_name ipv6cp[] = {
    {1, "interface_identifier"},
    {2, "ipv6_compression"},
};

static const struct pptp_name cbcp[] = {
    {1, "no_callback"},
    {2, "user_number"},
    {3, "administrator_number"},
    {4, "list_of_numbers"},
};

const char *pptp_ncp_option_name(uint16_t protocol, uint8_t type)
{
	switch (protocol) {
	case PPTP_PPP_IPCP:
		return pptp_name_of(ipcp, COUNT(ipcp), type);
	case PPTP_PPP_CCP:
		return pptp_name_of(ccp, COUNT(ccp), type);
	case PPTP_PPP_IPV6CP:
		return pptp_name_of(ipv6cp, COUNT(ipv6cp), type);
	case PPTP_PPP_CBCP:
		return pptp_name_of(cbcp, COUNT(cbcp), type);
	default:
		return NULL;
	}
}

static bool is_address(uint16_t protocol, uint8_t type)
{
	return protocol == PPTP_PPP_IPCP &&
	       (type == 3 || type == 4 || (type >= 129 && type <= 132));
}

static void walk_address(uint32_t value, struct pptp_sink *s)
{
	struct pptp_address a = pptp_address_v4(value);
	char text[PPTP_ADDRESS_TEXT];

	(void)pptp_address_format(&a, text);
	pptp_sink_string(s, "value", text);
}

/* Both kinds of value that are not hexadecimal have four bytes. */
static void walk_value(uint16_t protocol, const struct pptp_option *o,
		       struct pptp_sink *s)
{
	bool address = is_address(protocol, o->type);
	bool mppe = protocol == PPTP_PPP_CCP && o->type == MPPE;
	size_t length = o->length - 2u;
	struct pptp_reader r;
	uint32_t value;

	pptp_reader_init(&r, o->value, length);
	value = pptp_read_u32(&r);
	if (address && length == 4) {
		walk_address(value, s);
	} else if (mppe && length == 4) {
		s->number(s, "value", value);
	} else if (length > 0) {
		pptp_sink_hex(s, "value", o->value, length);
	}
	if ((address || mppe) && length != 4) {
		s->object(s, "malformed");
		pptp_sink_string(s, "why", "option's length is not its type's");
		s->end(s);
	}
}

void pptp_ncp_option_walk(uint16_t protocol, const struct pptp_option *o,
			  struct pptp_sink *s)
{
	const char *name = pptp_ncp_option_name(protocol, o->type);

	s->object(s, NULL);
	s->number(s, "type", o->type);
	if (name != NULL)
		pptp_sink_string(s, "name", name);
	walk_value(protocol, o, s);
	s->end(s);
}

void pptp_ncp_walk(uint16_t protocol, const struct pptp_ppp_packet *p,
		   struct pptp_sink *s)
{
	struct pptp_reader r = p->data;
	struct pptp_option o;

	if (p->code < PPTP_CONFIGURE_REQUEST ||
	    p->code > PPTP_CONFIGURE_REJECT) {
		pptp_ppp_data_walk(r, s);
		return;
	}
	s->array(s, "options");
	while (pptp_option_next(&r, &o))
		pptp_ncp_option_walk(protocol, &o, s);
	s->end(s);
	pptp_ppp_malformed_walk(&r, s);
}
