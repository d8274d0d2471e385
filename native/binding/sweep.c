/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.sweep: rows of a sweep, one a call. While nobody asks for one, nobody is
 * asked. What the request borrows is kept in the handle's user value.
 */
#include "binding/net.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "binding/arguments.h"
#include "binding/sink.h"
#include "format/control.h"
#include "net/sweep_journal.h"
#include "net/sweep_run.h"
#include "scan/count.h"
#include "scan/pace.h"
#include "scan/shard.h"

#define SWEEP           "pptpgrade.sweep"
#define PATH_BYTES      4096
#define INTERFACE_BYTES 64
#define CONTACT_BYTES   64
#define WORD_BYTES      32
#define JOBS_MAX        16384
#define MEBIBYTE        ((size_t)1 << 20)
#define SECOND          UINT64_C(1000000000)
#define WAIT_US         INT64_C(86400000000) /* where nothing is said */

struct sweep {
	struct pptp_sweep_request request;
	uint16_t ports[PPTP_SWEEP_TARGET_PORTS];
	struct pptp_sweep_list list;
	struct pptp_sweep_journal journal;
	struct pptp_sweep_run *run; /* NULL: closed */
	uint64_t rows, told;        /* given; when the journal was told */
	/* The row that was given last, until the next is asked for: only then
	 * somebody has dealt with it. UINT64_MAX: none. */
	uint64_t given;
	bool begun, over;
};

/* ---- what is asked for --------------------------------------------------- */

static uint64_t read_count(lua_State *L, const char *key, lua_Integer least,
			   uint64_t most, uint64_t otherwise)
{
	return (uint64_t)pptp_arguments_integer(
	    L, 1, key, least, (lua_Integer)most, (lua_Integer)otherwise);
}

static uint64_t read_time(lua_State *L, const char *key, uint64_t otherwise)
{
	return (uint64_t)pptp_arguments_time(L, 1, key,
					     (int64_t)(otherwise / 1000)) *
	       1000;
}

static void read_words(lua_State *L, struct pptp_sweep_request *r)
{
	const char *only = pptp_arguments_text(L, 1, "only", WORD_BYTES, NULL);
	const char *shard =
	    pptp_arguments_text(L, 1, "shard", WORD_BYTES, NULL);

	if (only != NULL && !pptp_only_parse(&r->only, only))
		luaL_error(L,
			   "field 'only' is '%s', not any, open, answered or "
			   "accepted",
			   only);
	if (shard != NULL && !pptp_shard_parse(shard, 0, &r->shard, &r->shards))
		luaL_error(L,
			   "field 'shard' is '%s', not i/n with i from 1 to n",
			   shard);
	r->depth = pptp_arguments_depth(L, 1, r->depth);
	r->interface =
	    pptp_arguments_text(L, 1, "interface", INTERFACE_BYTES, NULL);
	r->contact = pptp_arguments_text(L, 1, "contact", CONTACT_BYTES, NULL);
	r->source = pptp_arguments_address(L, 1, "source");
	r->numeric = pptp_arguments_boolean(L, 1, "numeric");
}

static void read_numbers(lua_State *L, struct pptp_sweep_request *r)
{
	r->rate = read_count(L, "rate", 1, PPTP_PACE_RATE_MAX, r->rate);
	r->capped = pptp_arguments_has(L, 1, "per_24");
	r->cap = read_count(L, "per_24", 0, PPTP_SWEEP_CAP_MOST, 0);
	r->seeded = pptp_arguments_has(L, 1, "seed");
	r->seed = read_count(L, "seed", 0, PPTP_SWEEP_SEED_MOST, 0);
	r->retries = (unsigned)read_count(L, "retries", 0,
					  PPTP_SWEEP_RETRIES_MAX, r->retries);
	r->memory = (size_t)read_count(L, "memory", 1, PPTP_SWEEP_MEMORY_MOST,
				       r->memory / MEBIBYTE) *
		    MEBIBYTE;
	r->jobs = (unsigned)read_count(L, "jobs", 1, JOBS_MAX, 0);
	r->retry_after_ns = read_time(L, "retry_after", r->retry_after_ns);
	r->cooldown_ns = read_time(L, "cooldown", r->cooldown_ns);
	r->timeout_us = pptp_arguments_time(L, 1, "timeout", 0);
	r->family = (uint8_t)read_count(L, "family", 0, 6, 0);
	if (r->family != 0 && r->family != 4 && r->family != 6)
		luaL_error(L, "field 'family' is %d, not 4 or 6", r->family);
}

/* A port, or a list of them. */
static void read_ports(lua_State *L, struct sweep *s)
{
	int type = pptp_arguments_fetch(L, 1, "port"), whole = 1;
	size_t n = type == LUA_TTABLE ? lua_rawlen(L, -1) : 1, i;
	lua_Integer port;

	if (n < 1 || n > PPTP_SWEEP_TARGET_PORTS)
		luaL_error(L, "field 'port' has %I elements, not 1 to %d",
			   (LUAI_UACINT)n, PPTP_SWEEP_TARGET_PORTS);
	for (i = 0; i < n; i++) {
		if (type == LUA_TTABLE)
			lua_rawgeti(L, -1, (lua_Integer)i + 1);
		else
			lua_pushvalue(L, -1);
		port = lua_type(L, -1) == LUA_TNUMBER
			   ? lua_tointegerx(L, -1, &whole)
			   : 0;
		if (type == LUA_TNIL)
			port = PPTP_PORT;
		if (!whole || port < 1 || port > UINT16_MAX)
			luaL_error(L, "field 'port' is no number from 1 to "
				      "65535, and no list of them");
		s->ports[i] = (uint16_t)port;
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	s->request.ports = s->ports;
	s->request.port_count = n;
}

/* The list of strings under that key as C has it; both are kept under numbers in
 * the table at `kept`. */
static const char *const *read_list(lua_State *L, const char *key, int kept)
{
	const char **words;
	size_t i, n;

	pptp_arguments_list(L, 1, key);
	n = lua_rawlen(L, -1);
	words = lua_newuserdatauv(L, (n + 1) * sizeof(*words), 0);
	for (i = 0; i < n; i++) {
		lua_rawgeti(L, -2, (lua_Integer)i + 1);
		words[i] = lua_tostring(L, -1);
		lua_pop(L, 1);
	}
	words[n] = NULL;
	luaL_ref(L, kept);
	luaL_ref(L, kept);
	return words;
}

/* From the table at 1; what it borrows is kept in the one at `kept`. */
static void read_request(lua_State *L, struct sweep *s, int kept)
{
	struct pptp_sweep_request *r = &s->request;

	pptp_sweep_request_init(r);
	read_words(L, r);
	read_numbers(L, r);
	read_ports(L, s);
	r->targets = read_list(L, "targets", kept);
	r->files = read_list(L, "files", kept);
	r->exclude = read_list(L, "exclude", kept);
	if (*r->targets == NULL && *r->files == NULL)
		luaL_error(L, "fields 'targets' and 'files' name no target");
}

/* ---- opening ------------------------------------------------------------- */

static struct pptp_sweeper *sweeper_of(const struct sweep *s)
{
	return pptp_sweep_run_sweeper(s->run);
}

/* Goes on by a journal that is there. */
static enum pptp_error open_journal(struct sweep *s, const char *path,
				    char *text, size_t room)
{
	if (access(path, F_OK) == 0)
		return pptp_sweep_journal_resume(&s->journal, path, &s->list,
						 text, room);
	return PPTP_OK;
}

static enum pptp_error open_run(struct sweep *s, const char *journal,
				char *text, size_t room)
{
	struct pptp_sweep_run_config config = {
	    .request = &s->request,
	    .list = &s->list,
	    .low = s->journal.before.second.low,
	    .counts = s->journal.before.second.counts,
	    .resumable = journal != NULL,
	};
	enum pptp_error error =
	    pptp_sweep_run_open(&s->run, &config, text, room);

	if (error != PPTP_OK)
		return error;
	s->rows = s->journal.before.second.rows;
	if (journal != NULL && !s->journal.resumed)
		error = pptp_sweep_journal_begin(&s->journal, journal, &s->list,
						 text, room);
	if (error == PPTP_OK)
		pptp_sweep_journal_recall(&s->journal, &s->list.order,
					  sweeper_of(s));
	return error;
}

static enum pptp_error open_all(struct sweep *s, const char *journal,
				char *text, size_t room)
{
	enum pptp_error error =
	    pptp_sweep_list_open(&s->list, &s->request, text, room);

	if (error == PPTP_OK &&
	    pptp_sweep_list_lacks_contact(&s->list, &s->request)) {
		snprintf(text, room,
			 "%llu addresses are outside private space; for more "
			 "than %d say with 'contact' who you are",
			 (unsigned long long)s->list.public,
			 PPTP_SWEEP_CONTACT_FREE);
		return PPTP_ERROR_ARGUMENT;
	}
	if (error == PPTP_OK && journal != NULL)
		error = open_journal(s, journal, text, room);
	if (error == PPTP_OK)
		error = open_run(s, journal, text, room);
	return error;
}

static void close_all(struct sweep *s)
{
	pptp_sweep_run_close(s->run);
	s->run = NULL;
	pptp_sweep_journal_close(&s->journal);
	pptp_sweep_list_close(&s->list);
}

int pptp_net_sweep(lua_State *L)
{
	static const char *const keys[] = {
	    "targets", "files",   "exclude",   "port",        "family",
	    "numeric", "depth",   "only",      "rate",        "per_24",
	    "seed",    "shard",   "retries",   "retry_after", "cooldown",
	    "memory",  "journal", "interface", "source",      "jobs",
	    "timeout", "contact", NULL,
	};
	char text[PPTP_NET_TEXT] = "";
	const char *journal;
	enum pptp_error error;
	struct sweep *s;

	lua_settop(L, 1);
	pptp_arguments_check(L, 1, keys);
	journal = pptp_arguments_text(L, 1, "journal", PATH_BYTES, NULL);
	s = lua_newuserdatauv(L, sizeof(*s), 1); /* index 2 */
	memset(s, 0, sizeof(*s));
	s->given = UINT64_MAX;
	pptp_sweep_journal_init(&s->journal);
	luaL_setmetatable(L, SWEEP);
	lua_newtable(L); /* index 3: what the request borrows */
	lua_pushvalue(L, 3);
	lua_setiuservalue(L, 2, 1);
	lua_pushvalue(L, 1);
	lua_setfield(L, 3, "request");
	read_request(L, s, 3);
	lua_settop(L, 2);
	error = open_all(s, journal, text, sizeof(text));
	if (error == PPTP_OK)
		return 1;
	close_all(s);
	return pptp_arguments_fail(L, error, text);
}

/* ---- rows ---------------------------------------------------------------- */

static struct sweep *check(lua_State *L)
{
	struct sweep *s = luaL_checkudata(L, 1, SWEEP);

	luaL_argcheck(L, s->run != NULL, 1, "the sweep is closed");
	return s;
}

static int64_t wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* `low`: all before it was dealt with. */
static void tell_journal(struct sweep *s, uint64_t low)
{
	struct pptp_journal_second second = {
	    .low = low,
	    .rows = s->rows,
	    .time = (uint64_t)wall_us(),
	};
	struct pptp_sweep_standing standing;

	s->told = pptp_sweeper_now();
	pptp_sweeper_stand(sweeper_of(s), &standing);
	pptp_sweep_journal_tell(&s->journal, &standing, second);
}

/* What was given last is dealt with. Below `low` the journal's next second says
 * so. */
static void settle_given(struct sweep *s)
{
	uint64_t low = pptp_sweep_run_low(s->run);

	if (s->given != UINT64_MAX && s->given >= low)
		pptp_sweep_journal_row(&s->journal, s->given);
	s->given = UINT64_MAX;
	if (pptp_sweeper_now() - s->told >= SECOND)
		tell_journal(s, low);
}

static void end(struct sweep *s)
{
	struct pptp_sweep_standing standing;

	s->over = true;
	tell_journal(s, pptp_sweep_run_low(s->run));
	pptp_sweeper_stand(sweeper_of(s), &standing);
	if (pptp_sweep_run_is_done(s->run))
		pptp_sweep_journal_end(&s->journal, &standing);
}

static int push_row(lua_State *L, struct sweep *s,
		    const struct pptp_sweep_item *item)
{
	struct pptp_table table;

	s->given = item->position;
	s->rows++;
	pptp_table_init(&table, L);
	pptp_sweep_item_walk(item, &table.sink);
	return 1;
}

/* The next row as a table; nil, "timeout"; nil at the end. */
static int next_row(lua_State *L)
{
	struct sweep *s = check(L);
	int64_t wait =
	    lua_isnoneornil(L, 2) ? WAIT_US : pptp_arguments_clock(L, 2);
	uint64_t until =
	    pptp_sweeper_now() + (wait < 0 ? 0 : (uint64_t)wait * 1000);
	enum pptp_sweep_next got = PPTP_SWEEP_LATER;
	struct pptp_sweep_item item;

	if (!s->begun && pptp_sweep_run_start(s->run) != PPTP_OK)
		return pptp_arguments_fail(L, PPTP_ERROR_SYSTEM,
					   strerror(errno));
	s->begun = true;
	do {
		settle_given(s);
		if (!s->over)
			got = pptp_sweep_run_next(s->run, &item);
		if (got == PPTP_SWEEP_ROW)
			return push_row(L, s, &item);
		if (got == PPTP_SWEEP_OVER)
			end(s);
	} while (!s->over && pptp_sweeper_now() < until);
	lua_pushnil(L);
	lua_pushstring(L, s->over ? NULL : "timeout");
	return 2;
}

static int stop(lua_State *L)
{
	pptp_sweep_run_stop(check(L)->run);
	return 0;
}

/* ---- what is told -------------------------------------------------------- */

static void push_counts(lua_State *L, const struct pptp_sweep_counts *counts)
{
	struct pptp_table table;

	pptp_table_init(&table, L);
	table.sink.object(&table.sink, NULL);
	pptp_sweep_counts_walk(counts, &table.sink);
	table.sink.end(&table.sink);
}

static void set_number(lua_State *L, const char *key, uint64_t value)
{
	lua_pushinteger(L, (lua_Integer)value);
	lua_setfield(L, -2, key);
}

static int facts(lua_State *L)
{
	struct sweep *s = check(L);
	const struct pptp_journal_head *h = &s->list.head;
	struct pptp_sweep_standing standing;

	pptp_sweeper_stand(sweeper_of(s), &standing);
	lua_createtable(L, 0, 14);
	set_number(L, "seed", h->seed);
	set_number(L, "count", h->count);
	set_number(L, "shard", h->shard);
	set_number(L, "shards", h->shards);
	set_number(L, "first", h->first);
	set_number(L, "end", h->end);
	set_number(L, "low", pptp_sweep_run_low(s->run));
	set_number(L, "rows", s->rows);
	set_number(L, "rate", s->list.rate);
	set_number(L, "per_24", s->list.cap);
	set_number(L, "special", s->list.special);
	lua_pushboolean(L, pptp_sweep_run_is_done(s->run));
	lua_setfield(L, -2, "done");
	lua_pushboolean(L, standing.lossy);
	lua_setfield(L, -2, "lossy");
	push_counts(L, &standing.counts);
	lua_setfield(L, -2, "counts");
	return 1;
}

/* A sentence about what was lost since the last call, or nil. */
static int problem(lua_State *L)
{
	struct sweep *s = check(L);

	if (s->journal.error != 0) {
		lua_pushfstring(L,
				"cannot write the journal: %s; this sweep "
				"cannot be gone on with from here on",
				strerror(s->journal.error));
		s->journal.error = 0;
	} else {
		lua_pushstring(L, pptp_sweep_run_problem(s->run)); /* or nil */
	}
	return 1;
}

/* ---- the end ------------------------------------------------------------- */

/* What comes now has nobody who deals with it: who goes on gets it. */
static void drain(struct sweep *s)
{
	uint64_t least = UINT64_MAX, low;
	struct pptp_sweep_item item;
	enum pptp_sweep_next got;

	settle_given(s);
	pptp_sweep_run_stop(s->run);
	while ((got = pptp_sweep_run_next(s->run, &item)) != PPTP_SWEEP_OVER)
		if (got == PPTP_SWEEP_ROW && item.position < least)
			least = item.position;
	low = pptp_sweep_run_low(s->run);
	tell_journal(s, least < low ? least : low);
}

static int close_sweep(lua_State *L)
{
	struct sweep *s = luaL_checkudata(L, 1, SWEEP);

	if (s->run != NULL && s->begun && !s->over)
		drain(s);
	close_all(s);
	return 0;
}

void pptp_net_sweep_class(lua_State *L)
{
	static const luaL_Reg methods[] = {
	    {"facts", facts}, {"next", next_row}, {"problem", problem},
	    {"stop", stop},   {NULL, NULL},
	};

	pptp_arguments_class(L, SWEEP, methods, close_sweep);
}
