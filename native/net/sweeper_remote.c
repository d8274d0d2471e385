/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweeper_remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/sweeper_messages.h"
#include "net/sweeper_targets.h"
#include "net/wire_helper.h"
#include "net/wire_socket.h"

/* How often the helper is asked, who has a ring for meanwhile. */
#define JUDGE_NS UINT64_C(10000000)
#define KNOWN    16384 /* bytes of what is remembered, before it is said */

struct remote {
	struct pptp_sweeper sweeper; /* first */
	struct pptp_wire_socket socket;
	struct pptp_route v4, v6; /* index 0: none */
	uint64_t count, end;      /* of targets; of the shard */
	uint64_t waiting;         /* there, as of the last answer */
	uint64_t judged_at, done_at;
	struct pptp_sweep_standing standing; /* the last */
	struct pptp_sweeper_facts facts;     /* likewise */
	struct pptp_answers answers;
	void *storage; /* of `answers`; NULL: not kept */
	struct pptp_writer known;
	struct pptp_reader batch; /* of found ones, not taken yet */
	char error[PPTP_SWEEPER_TEXT];
	uint8_t known_bytes[KNOWN];
	uint8_t batch_bytes[PPTP_SWEEPER_ROOM];
	uint8_t request[PPTP_SWEEPER_ROOM], reply[PPTP_SWEEPER_ROOM];
};

static struct remote *remote_of(struct pptp_sweeper *s)
{
	return (struct remote *)s;
}

static const struct remote *const_remote_of(const struct pptp_sweeper *s)
{
	return (const struct remote *)s;
}

/* ---- asking -------------------------------------------------------------- */

static struct pptp_writer request_of(struct remote *r,
				     enum pptp_sweeper_kind kind)
{
	struct pptp_writer w;

	pptp_writer_init(&w, r->request, sizeof(r->request));
	pptp_write_u8(&w, (uint8_t)kind);
	return w;
}

/* The answer's length, or 0: the helper is gone. */
static size_t exchange(struct remote *r, const void *bytes, size_t length)
{
	struct pptp_wire_socket *s = &r->socket;
	ssize_t n;

	if (s->fd < 0)
		return 0;
	do
		n = send(s->fd, bytes, length, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	while (n >= 0) {
		n = recv(s->fd, r->reply, sizeof(r->reply), 0);
		if (n > 0)
			return (size_t)n;
		if (n < 0 && errno == EINTR)
			n = 0;
		else
			break;
	}
	pptp_wire_socket_lose(s);
	return 0;
}

static void distrust(struct remote *r, size_t length)
{
	pptp_wire_socket_distrust(&r->socket, r->reply, length);
}

/* What was written, and its answer; `body` stands behind the answer's head. An
 * answer without a body has none. */
static enum pptp_error ask_bytes(struct remote *r, const void *bytes,
				 size_t length, struct pptp_sweeper_answer *a,
				 struct pptp_reader *body)
{
	size_t n = exchange(r, bytes, length);

	memset(a, 0, sizeof(*a));
	a->status = PPTP_ERROR_SYSTEM;
	a->error = EPIPE;
	pptp_reader_init(body, r->reply, n);
	if (n == 0)
		return a->status;
	pptp_sweeper_get_answer(body, a);
	if (!pptp_reader_ok(body)) {
		distrust(r, n);
		a->status = PPTP_ERROR_SYSTEM;
		a->error = EPIPE;
		return a->status;
	}
	r->waiting = a->waiting;
	return a->status;
}

static enum pptp_error ask(struct remote *r, const struct pptp_writer *w,
			   struct pptp_sweeper_answer *a,
			   struct pptp_reader *body)
{
	return ask_bytes(r, w->bytes, w->length, a, body);
}

static void fail(struct remote *r, const struct pptp_sweeper_answer *a,
		 const char *what)
{
	if (r->error[0] != '\0')
		return;
	if (a->text[0] != '\0')
		snprintf(r->error, sizeof(r->error), "%s", a->text);
	else
		snprintf(r->error, sizeof(r->error),
			 "pptp-wire cannot %s: %s (%u)", what,
			 a->status == PPTP_ERROR_SYSTEM
			     ? strerror((int)a->error)
			     : pptp_error_text(a->status),
			 (unsigned)a->error);
}

/* For what has no answer but that it was done. */
static enum pptp_error tell(struct remote *r, const struct pptp_writer *w,
			    const char *what)
{
	struct pptp_sweeper_answer a;
	struct pptp_reader body;
	enum pptp_error error = ask(r, w, &a, &body);

	if (error != PPTP_OK)
		fail(r, &a, what);
	errno = (int)a.error;
	return error;
}

/* ---- what is said before it begins --------------------------------------- */

static enum pptp_error say_blocks(struct remote *r,
				  const struct pptp_sweeper_blocks *x)
{
	const char *const what = "leave so many targets alone";
	size_t most = (PPTP_SWEEPER_ROOM - 2) / (2 * sizeof(x->blocks->first));
	enum pptp_error error = PPTP_OK;
	size_t i = 0, n;
	struct pptp_writer w;

	do {
		n = x->count - i < most ? x->count - i : most;
		w = request_of(r, PPTP_SWEEPER_EXCLUDE);
		pptp_write_u8(&w, i + n == x->count);
		for (; n > 0; n--)
			pptp_sweeper_put_block(&w, &x->blocks[i++]);
		error = tell(r, &w, what);
	} while (error == PPTP_OK && i < x->count);
	return error;
}

static enum pptp_error say_ports(struct remote *r, const struct pptp_ports *p)
{
	enum pptp_error error = PPTP_OK;
	struct pptp_port_set set;
	struct pptp_writer w;
	size_t i;

	for (i = 0; i < p->count && error == PPTP_OK; i++) {
		memset(&set, 0, sizeof(set));
		pptp_port_set_add_all(
		    &set, p, (struct pptp_port_choice){(uint16_t)i, true});
		w = request_of(r, PPTP_SWEEPER_PORTS);
		pptp_sweeper_put_ports(&w, &set);
		error = tell(r, &w, "ask these ports");
	}
	return error;
}

static enum pptp_error say_entries(struct remote *r,
				   const struct pptp_ranges *ranges)
{
	const size_t most = sizeof(struct pptp_sweeper_entry);
	enum pptp_error error = PPTP_OK;
	struct pptp_sweeper_entry e;
	struct pptp_writer w;
	uint64_t n = 0;

	while (error == PPTP_OK && pptp_sweeper_targets_nth(ranges, n, &e)) {
		w = request_of(r, PPTP_SWEEPER_ENTRIES);
		for (; w.room - w.length >= most &&
		       pptp_sweeper_targets_nth(ranges, n, &e);
		     n++)
			pptp_sweeper_put_entry(&w, &e);
		error = tell(r, &w, "ask these targets");
	}
	return error;
}

static enum pptp_error open_there(struct remote *r, char *text, size_t room)
{
	struct pptp_writer w = request_of(r, PPTP_SWEEPER_OPEN);
	struct pptp_sweeper_answer a;
	struct pptp_reader body;
	enum pptp_error error = ask(r, &w, &a, &body);

	if (error != PPTP_OK) {
		fail(r, &a, "begin a sweep");
		snprintf(text, room, "%s", r->error);
		return error;
	}
	pptp_sweeper_get_route(&body, &r->v4);
	pptp_sweeper_get_route(&body, &r->v6);
	if (!pptp_reader_ok(&body) || (r->v4.index == 0 && r->v6.index == 0))
		distrust(r, sizeof(r->reply));
	return PPTP_OK;
}

static enum pptp_error say_all(struct remote *r,
			       const struct pptp_sweeper_config *config,
			       char *text, size_t room)
{
	struct pptp_writer w = request_of(r, PPTP_SWEEPER_CONFIG);
	enum pptp_error error;

	pptp_sweeper_put_config(&w, config);
	error = tell(r, &w, "sweep so");
	if (error == PPTP_OK && config->exclude != NULL &&
	    config->exclude->count > 0)
		error = say_blocks(r, config->exclude);
	if (error == PPTP_OK)
		error = say_ports(r, config->ranges->ports);
	if (error == PPTP_OK)
		error = say_entries(r, config->ranges);
	if (error == PPTP_OK)
		return open_there(r, text, room);
	snprintf(text, room, "%s", r->error);
	return error;
}

/* ---- the sweeper's calls ------------------------------------------------- */

static void say_known(struct remote *r)
{
	struct pptp_sweeper_answer a;
	struct pptp_reader body;

	if (r->known.length > 1 &&
	    ask_bytes(r, r->known.bytes, r->known.length, &a, &body) != PPTP_OK)
		fail(r, &a, "go on with a sweep");
	pptp_writer_init(&r->known, r->known_bytes, sizeof(r->known_bytes));
	pptp_write_u8(&r->known, PPTP_SWEEPER_REMEMBER);
}

static enum pptp_error start(struct pptp_sweeper *s)
{
	struct remote *r = remote_of(s);
	struct pptp_writer w;

	say_known(r);
	w = request_of(r, PPTP_SWEEPER_START);
	r->judged_at = pptp_sweeper_now();
	return tell(r, &w, "begin threads");
}

static void remember(struct pptp_sweeper *s, uint64_t target,
		     enum pptp_port_state answer)
{
	struct remote *r = remote_of(s);

	if (r->storage != NULL)
		pptp_answers_put(&r->answers, target, answer);
	pptp_sweeper_put_u64(&r->known, target);
	pptp_write_u8(&r->known, (uint8_t)answer);
	if (r->known.room - r->known.length < sizeof(target) + 1)
		say_known(r);
}

static void lose(struct pptp_sweeper *s, struct pptp_interval span)
{
	struct remote *r = remote_of(s);
	struct pptp_writer w = request_of(r, PPTP_SWEEPER_LOSE);

	pptp_sweeper_put_u64(&w, span.first);
	pptp_sweeper_put_u64(&w, span.end);
	(void)tell(r, &w, "go on with a sweep");
}

static void fetch(struct remote *r)
{
	struct pptp_writer w = request_of(r, PPTP_SWEEPER_TAKE);
	struct pptp_sweeper_answer a;
	struct pptp_reader body;
	size_t length;

	pptp_reader_init(&r->batch, r->batch_bytes, 0);
	if (ask(r, &w, &a, &body) != PPTP_OK) {
		fail(r, &a, "tell what it found");
		r->waiting = 0;
		return;
	}
	length = pptp_reader_left(&body);
	memcpy(r->batch_bytes, pptp_read_bytes(&body, length), length);
	pptp_reader_init(&r->batch, r->batch_bytes, length);
}

static bool take(struct pptp_sweeper *s, struct pptp_found *found)
{
	struct remote *r = remote_of(s);

	if (pptp_reader_left(&r->batch) == 0 && r->waiting > 0)
		fetch(r);
	if (pptp_reader_left(&r->batch) == 0)
		return false;
	pptp_sweeper_get_found(&r->batch, found);
	if (!pptp_reader_ok(&r->batch) ||
	    (found->target >= r->count &&
	     found->heard.kind != PPTP_HEARD_SECOND_PORT)) {
		pptp_reader_init(&r->batch, r->batch_bytes, 0);
		distrust(r, sizeof(r->reply));
		return false;
	}
	if (r->storage != NULL && found->target < r->count)
		pptp_answers_put(&r->answers, found->target,
				 found->heard.answer);
	return true;
}

static uint64_t waiting(struct pptp_sweeper *s)
{
	const struct remote *r = remote_of(s);

	return r->waiting + pptp_reader_left(&r->batch);
}

static void judge(struct pptp_sweeper *s, uint64_t hits)
{
	struct remote *r = remote_of(s);
	uint64_t now = pptp_sweeper_now();
	struct pptp_writer w;

	if (now - r->judged_at < JUDGE_NS)
		return;
	r->judged_at = now;
	w = request_of(r, PPTP_SWEEPER_JUDGE);
	pptp_sweeper_put_u64(&w, hits);
	(void)tell(r, &w, "go on");
}

/* `otherwise` where the helper is gone. */
static uint64_t ask_value(struct remote *r, enum pptp_sweeper_kind kind,
			  uint64_t otherwise)
{
	struct pptp_writer w = request_of(r, kind);
	struct pptp_sweeper_answer a;
	struct pptp_reader body;

	if (ask(r, &w, &a, &body) == PPTP_OK)
		return a.value;
	fail(r, &a, "tell how far it is");
	return otherwise;
}

/* Of a helper that is gone nobody knows what it had found: nothing more is
 * settled. */
static uint64_t low(struct pptp_sweeper *s)
{
	return ask_value(remote_of(s), PPTP_SWEEPER_LOW, 0);
}

static bool is_done(struct pptp_sweeper *s)
{
	struct remote *r = remote_of(s);
	uint64_t now = pptp_sweeper_now();

	if (now - r->done_at < JUDGE_NS)
		return false;
	r->done_at = now;
	return ask_value(r, PPTP_SWEEPER_DONE, 0) != 0;
}

static enum pptp_port_state answer(const struct pptp_sweeper *s,
				   uint64_t target)
{
	const struct remote *r = const_remote_of(s);

	return r->storage != NULL ? pptp_answers_get(&r->answers, target)
				  : PPTP_PORT_SILENT;
}

static void ask_standing(struct remote *r)
{
	struct pptp_writer w = request_of(r, PPTP_SWEEPER_STAND);
	struct pptp_sweeper_answer a;
	struct pptp_reader body;

	if (ask(r, &w, &a, &body) == PPTP_OK) {
		pptp_sweeper_get_standing(&body, &r->standing);
		pptp_sweeper_get_facts(&body, &r->facts);
		if (pptp_reader_ok(&body) && pptp_reader_left(&body) == 0)
			return;
		distrust(r, sizeof(r->reply));
	} else {
		fail(r, &a, "tell how it stands");
	}
	r->standing.high = r->end; /* it may have come further since */
}

static void stand(struct pptp_sweeper *s, struct pptp_sweep_standing *standing)
{
	struct remote *r = remote_of(s);

	ask_standing(r);
	*standing = r->standing;
}

static void tell_facts(struct pptp_sweeper *s, struct pptp_sweeper_facts *facts)
{
	struct remote *r = remote_of(s);

	ask_standing(r);
	*facts = r->facts;
}

static void exclude(struct pptp_sweeper *s,
		    const struct pptp_sweeper_blocks *blocks)
{
	(void)say_blocks(remote_of(s), blocks);
}

static void stop(struct pptp_sweeper *s)
{
	struct remote *r = remote_of(s);
	struct pptp_writer w = request_of(r, PPTP_SWEEPER_STOP);

	(void)tell(r, &w, "stop");
}

static const struct pptp_route *route(const struct pptp_sweeper *s,
				      uint8_t family)
{
	const struct remote *r = const_remote_of(s);
	const struct pptp_route *way = family == 6 ? &r->v6 : &r->v4;

	return way->index != 0 ? way : NULL;
}

static const char *error_of(const struct pptp_sweeper *s)
{
	const struct remote *r = const_remote_of(s);

	if (r->socket.error[0] != '\0')
		return r->socket.error;
	return r->error[0] != '\0' ? r->error : NULL;
}

static void close_remote(struct pptp_sweeper *s)
{
	struct remote *r = remote_of(s);
	int error = errno;

	pptp_wire_socket_close(&r->socket);
	free(r->storage);
	free(r);
	errno = error;
}

static const struct pptp_sweeper_calls calls = {
    .start = start,
    .remember = remember,
    .lose = lose,
    .take = take,
    .waiting = waiting,
    .judge = judge,
    .low = low,
    .is_done = is_done,
    .answer = answer,
    .stand = stand,
    .exclude = exclude,
    .stop = stop,
    .facts = tell_facts,
    .route = route,
    .error = error_of,
    .close = close_remote,
};

/* ---- its begin ----------------------------------------------------------- */

static void nothing(void *context)
{
	(void)context; /* nobody waits for the socket in a loop */
}

static bool keep_answers(struct remote *r,
			 const struct pptp_sweeper_config *config)
{
	size_t size = pptp_answers_size(config->sweep.count, config->memory);

	r->storage = malloc(size);
	if (r->storage == NULL)
		return false;
	pptp_answers_init(&r->answers, config->sweep.count, r->storage, size);
	return true;
}

static enum pptp_error begin(struct remote *r,
			     const struct pptp_sweeper_config *config,
			     char *text, size_t room)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_SWEEP};
	enum pptp_error error;

	if (!config->open_only && !keep_answers(r, config)) {
		snprintf(text, room,
			 "not enough memory for a sweep; give it less with "
			 "--memory, or fewer targets");
		return PPTP_ERROR_SYSTEM;
	}
	error = pptp_wire_socket_ask(&r->socket, &m, NULL);
	if (error == PPTP_OK)
		error = say_all(r, config, text, room);
	if (r->socket.error[0] == '\0')
		return error;
	snprintf(text, room, "%s", r->socket.error);
	return PPTP_ERROR_MALFORMED;
}

enum pptp_error
pptp_sweeper_remote_open(struct pptp_sweeper **s,
			 const struct pptp_sweeper_config *config, char *text,
			 size_t room)
{
	struct remote *r = calloc(1, sizeof(*r));
	struct pptp_wire_helper h;
	enum pptp_error error;

	*s = NULL;
	if (r == NULL) {
		snprintf(text, room, "not enough memory for a sweep");
		return PPTP_ERROR_SYSTEM;
	}
	r->sweeper.calls = &calls;
	r->socket = (struct pptp_wire_socket){
	    .fd = -1, .waits = nothing, .gone = nothing, .context = r};
	r->count = config->sweep.count;
	r->end = config->sweep.span.end;
	pptp_reader_init(&r->batch, r->batch_bytes, 0);
	say_known(r);
	error = pptp_wire_helper_start(&h, text, room);
	if (error == PPTP_OK) {
		r->socket.fd = h.fd;
		r->socket.child = h.child;
		error = begin(r, config, text, room);
	}
	if (error == PPTP_OK)
		*s = &r->sweeper;
	else
		close_remote(&r->sweeper);
	return error;
}
