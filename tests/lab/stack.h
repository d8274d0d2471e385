/* SPDX-License-Identifier: BSD-2-Clause */
/* What a stack is: a row of stacks.c, and how it moves among its methods. */
#ifndef LAB_STACK_H
#define LAB_STACK_H

#include "lab/server.h"

enum lab_engine { /* which answer to a Nak and to a Reject: choice.c */
		  LAB_PPPD,
		  LAB_SLIRP,
		  LAB_ACCEL,
		  LAB_MPD,
		  LAB_WALK, /* to the next; after the last it ends the link */
		  LAB_STAY, /* to the next; the last one again and again */
};

enum lab_numbering {               /* the server's Call-ID */
		     LAB_BY_128,   /* poptop: counts connections */
		     LAB_BY_1,     /* a counter of the host */
		     LAB_CONSTANT, /* the same as long as it is free */
		     LAB_RANDOM,
};

enum lab_ending {                /* of a call, told on the control connection */
		  LAB_END_CLOSE, /* FIN, and nothing said */
		  LAB_END_NOTIFY, /* Call-Disconnect-Notify */
		  LAB_END_STOP, /* the same, and Stop-Control-Connection-Request */
};

#define LAB_LADDER 10

struct lab_stack {
	const char *name, *basis;
	/* SCCRP */
	uint32_t framing, bearer;
	uint16_t channels, firmware;
	const char *host, *vendor;
	/* OCRP; 0: as the OCRQ wishes */
	uint32_t speed;
	uint16_t window, processing_delay;
	bool channel_is_call_id;
	enum lab_numbering numbering;
	/* LCP: types in their order, ended by 0xff */
	uint8_t options[10];
	uint16_t mru;
	uint32_t accm;
	enum lab_engine engine;
	unsigned methods;                /* bits that it knows */
	uint8_t preference[LAB_METHODS]; /* bit numbers, best first; 0xff */
	bool permutes; /* the administrator writes the order */
	bool optional; /* it may ask for a login and do without */
	uint8_t first_identifier;
	bool random_identifier, new_identifier; /* of each retransmission */
	uint8_t ladder[LAB_LADDER]; /* seconds to the next; 0: gives up */
	/* after LCP */
	bool drand48;
	const char *chap_name, *prompt;
	uint8_t chap_again, chap_times; /* seconds, how often */
	uint16_t networks[4];
	/* GRE */
	uint32_t first_sequence;
	bool acknowledges; /* with packets of its own, not only beside data */
	uint16_t start_ms; /* from the OCRP to the first request, at most */
	/* ending */
	enum lab_ending ending;
	uint8_t disconnect_result;
	const char *terminate_text; /* where login is refused; NULL: RAS's */
	bool set_link_info;
};

/* The method asked for now, and what is left to ask for. */
struct lab_choice {
	unsigned left;   /* bits */
	unsigned asking; /* one bit; LAB_NONE: no option 3 */
	unsigned naks;
};

enum lab_reaction {
	LAB_ASK,        /* a new Configure-Request, at once */
	LAB_ASK_LATER,  /* when the timer would send it again */
	LAB_IGNORE,     /* the timer sends the same again */
	LAB_TERMINATE,  /* LCP Terminate-Request */
	LAB_DISCONNECT, /* the call ends without one */
};

void lab_choice_init(struct lab_choice *c, const struct lab_config *config);
/* `suggested` is a method's bit, 0 for one that nobody knows. */
enum lab_reaction lab_choice_nak(struct lab_choice *c,
				 const struct lab_config *config,
				 unsigned suggested);
enum lab_reaction lab_choice_reject(struct lab_choice *c,
				    const struct lab_config *config);
/* The methods that a configuration really has. */
unsigned lab_config_methods(const struct lab_config *config);
/* The `rank`-th method that the configuration prefers, as a bit; 0: no more. */
unsigned lab_config_preferred(const struct lab_config *config, unsigned rank);

#endif
