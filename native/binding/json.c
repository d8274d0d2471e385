/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.json: a Lua value as JSON text, by the sink that writes records. No
 * metamethod runs: tables are read raw.
 */
#include "binding/core.h"

#include <string.h>

#include "format/sink.h"

/* Pieces of the text as they are made; the largest room that is left for the
 * next text; keys of one object that are sorted without a table of their own. */
enum { PIECE = 4096, ROOM_LEFT = 16 * PIECE, KEYS = 48 };
/* Keys whose ranks are known without asking; places where each may be. */
enum { KNOWN = 512, PROBES = 4 };
/* Tables whose texts are found again. */
enum { WRITTEN = 64 };
/* Slots that are always in use. */
enum { VALUE = 1, RANKS, TOLD, LINE, TEXT, KNOWN_RANKS };

/* Their addresses are keys in the registry. */
static const char room_key, known_key;

struct key {
	const char *name; /* owned by the string on the stack */
	lua_Integer rank;
	int at; /* its value's place on the stack */
};

struct rank {
	const char *name; /* NULL: free */
	lua_Integer rank;
};

/* Ranks by the addresses of keys. Its own table keeps each key, so that no
 * other string comes to have that address. */
struct known {
	const void *ranks; /* the table that they are of, kept likewise */
	struct rank slot[KNOWN];
};

/* A table that was put, and where its text stands. A verdict has the stages of
 * its records twice. */
struct written {
	const void *table;
	size_t at, length;
};

struct writer {
	struct pptp_json json; /* first: a sink pointer is a writer pointer */
	struct known *known;
	struct written written[WRITTEN];
	lua_State *L;
	char *text; /* all before the piece: a userdata in the slot TEXT */
	size_t length, room;
	char piece[PIECE];
};

/* Twice the room, where a text does not fit any more. */
static void make_room(struct writer *w, size_t length)
{
	size_t room = w->room > 0 ? w->room : 4 * PIECE;
	char *more;

	while (room - w->length < length)
		room *= 2;
	if (room == w->room)
		return;
	more = lua_newuserdatauv(w->L, room, 0);
	if (w->length > 0)
		memcpy(more, w->text, w->length);
	lua_replace(w->L, TEXT);
	w->text = more;
	w->room = room;
}

static bool keep(void *context, const char *text, size_t length)
{
	struct writer *w = context;

	make_room(w, length);
	memcpy(w->text + w->length, text, length);
	w->length += length;
	return true;
}

/* Whether a table is a list: by its metatable, else by what it has. */
static bool is_array(lua_State *L, int at)
{
	bool array;

	if (luaL_getmetafield(L, at, "__jsontype") != LUA_TNIL) {
		array = lua_type(L, -1) == LUA_TSTRING &&
			strcmp(lua_tostring(L, -1), "array") == 0;
		lua_pop(L, 1);
		return array;
	}
	array = lua_rawgeti(L, at, 1) != LUA_TNIL;
	lua_pop(L, 1);
	if (array)
		return true;
	lua_pushnil(L);
	array = lua_next(L, at) == 0;
	lua_pop(L, array ? 0 : 2);
	return array;
}

static lua_Integer rank_of(lua_State *L, int at)
{
	lua_Integer rank;

	lua_pushvalue(L, at);
	lua_rawget(L, RANKS);
	rank = lua_tointeger(L, -1);
	lua_pop(L, 1);
	return rank;
}

/* The slot that has a name, or else could take it: NULL where none can. */
static struct rank *slot_of(struct known *known, const char *name)
{
	size_t at = (uintptr_t)name >> 4, i;
	struct rank *slot;

	for (i = 0; i < PROBES; i++) {
		slot = &known->slot[(at + i) % KNOWN];
		if (slot->name == name || slot->name == NULL)
			return slot;
	}
	return NULL;
}

/* The string at `at` has its address for as long as the slot knows it. */
static void keep_key(lua_State *L, int at)
{
	lua_getiuservalue(L, KNOWN_RANKS, 1);
	lua_pushvalue(L, at);
	lua_pushboolean(L, 1);
	lua_rawset(L, -3);
	lua_pop(L, 1);
}

static struct key key_of(struct writer *w, int at)
{
	lua_State *L = w->L;
	struct key key = {.at = at + 1};
	struct rank *slot;
	size_t length;

	if (lua_type(L, at) != LUA_TSTRING)
		luaL_error(L, "a JSON object has a key that is a %s",
			   luaL_typename(L, at));
	key.name = lua_tolstring(L, at, &length);
	slot = slot_of(w->known, key.name);
	if (slot != NULL && slot->name == key.name) {
		key.rank = slot->rank;
		return key;
	}
	if (strlen(key.name) != length)
		luaL_error(L, "a JSON object has a key with a zero byte");
	key.rank = rank_of(L, at);
	if (slot != NULL) {
		keep_key(L, at);
		slot->name = key.name;
		slot->rank = key.rank;
	}
	return key;
}

static bool before(const struct key *a, const struct key *b)
{
	return a->rank != b->rank ? a->rank < b->rank
				  : strcmp(a->name, b->name) < 0;
}

static void sift(struct key *keys, size_t root, size_t count)
{
	struct key moved = keys[root];
	size_t child;

	for (; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count && before(&keys[child], &keys[child + 1]))
			child++;
		if (!before(&moved, &keys[child]))
			break;
		keys[root] = keys[child];
	}
	keys[root] = moved;
}

/* By heap: a record that somebody wrote may have as many keys as it likes. */
static void sort_many(struct key *keys, size_t count)
{
	struct key last;
	size_t i;

	for (i = count / 2; i-- > 0;)
		sift(keys, i, count);
	for (i = count; i-- > 1;) {
		last = keys[i];
		keys[i] = keys[0];
		keys[0] = last;
		sift(keys, 0, i);
	}
}

/* By insertion. */
static void sort_few(struct key *keys, size_t count)
{
	struct key moved;
	size_t i, at;

	for (i = 1; i < count; i++) {
		moved = keys[i];
		for (at = i; at > 0 && before(&moved, &keys[at - 1]); at--)
			keys[at] = keys[at - 1];
		keys[at] = moved;
	}
}

static void put(struct writer *w, const char *key, int at);

static void put_items(struct writer *w, int at)
{
	size_t count = lua_rawlen(w->L, at), i;

	for (i = 1; i <= count; i++) {
		lua_rawgeti(w->L, at, (lua_Integer)i);
		put(w, NULL, lua_gettop(w->L));
		lua_pop(w->L, 1);
	}
}

/* Keys and values of a table stay on the stack, in pairs, above it. */
static size_t collect(struct writer *w, int table, struct key *keys,
		      size_t room)
{
	lua_State *L = w->L;
	size_t count = 0;

	lua_pushnil(L);
	while (lua_next(L, table) != 0) {
		if (count % KEYS == 0)
			luaL_checkstack(L, 2 * KEYS + 8,
					"a JSON object's keys");
		if (count < room)
			keys[count] = key_of(w, lua_gettop(L) - 1);
		count++;
		lua_pushvalue(L, -2);
	}
	return count;
}

static void put_members(struct writer *w, int at)
{
	lua_State *L = w->L;
	int top = lua_gettop(L);
	struct key few[KEYS], *keys = few;
	size_t count = collect(w, at, few, KEYS), i;

	if (count <= KEYS) {
		sort_few(keys, count);
	} else {
		lua_settop(L, top);
		keys = lua_newuserdatauv(L, count * sizeof(*keys), 0);
		count = collect(w, at, keys, count);
		sort_many(keys, count);
	}
	for (i = 0; i < count; i++)
		put(w, keys[i].name, keys[i].at);
	lua_settop(L, top);
}

static void put_number(struct writer *w, const char *key, int at)
{
	lua_State *L = w->L;
	lua_Number n = lua_tonumber(L, at);
	lua_Integer whole;
	const char *text;
	size_t length;

	if (lua_isinteger(L, at)) {
		w->json.sink.number(&w->json.sink, key, lua_tointeger(L, at));
	} else if (n - n != 0) {
		lua_pushfstring(L, "JSON has no word for %f", n);
		lua_error(L);
	} else if (lua_numbertointeger(n, &whole) && (lua_Number)whole == n) {
		w->json.sink.number(&w->json.sink, key, whole);
	} else {
		lua_pushfstring(L, "%f", n);
		text = lua_tolstring(L, -1, &length);
		pptp_json_literal(&w->json, key, text, length);
		lua_pop(L, 1);
	}
}

/* Whether the text of a table right in the value is known already: then that
 * is put. */
static bool put_told(struct writer *w, const char *key, int at)
{
	const char *text;
	size_t length;
	bool told;

	if (w->json.depth != 1 || !lua_istable(w->L, TOLD))
		return false;
	lua_pushvalue(w->L, at);
	told = lua_rawget(w->L, TOLD) == LUA_TSTRING;
	if (told) {
		text = lua_tolstring(w->L, -1, &length);
		pptp_json_literal(&w->json, key, text, length);
	}
	lua_pop(w->L, 1);
	return told;
}

/* Bytes of text so far. */
static size_t position(const struct writer *w)
{
	return w->length + w->json.length;
}

static struct written *written_of(struct writer *w, const void *table)
{
	return &w->written[((uintptr_t)table >> 6) % WRITTEN];
}

/* Whether a table was put before: then its text is put again. Nothing changes
 * a table meanwhile. */
static bool put_again(struct writer *w, const char *key, int at)
{
	const void *table = lua_topointer(w->L, at);
	const struct written *known = written_of(w, table);

	if (known->table != table)
		return false;
	pptp_json_literal(&w->json, key, "", 0);
	(void)pptp_json_flush(&w->json);
	make_room(w, known->length);
	memcpy(w->text + w->length, w->text + known->at, known->length);
	w->length += known->length;
	return true;
}

static void put_anew(struct writer *w, const char *key, int at)
{
	struct pptp_sink *s = &w->json.sink;
	const void *table = lua_topointer(w->L, at);
	bool array = is_array(w->L, at);
	struct written *known;
	size_t begin;

	(array ? s->array : s->object)(s, key);
	begin = position(w) - 1;
	(array ? put_items : put_members)(w, at);
	s->end(s);
	known = written_of(w, table);
	known->table = table;
	known->at = begin;
	known->length = position(w) - begin;
}

static void put_table(struct writer *w, const char *key, int at)
{
	if (w->json.depth >= PPTP_JSON_DEPTH)
		luaL_error(w->L, "JSON that nests too deep");
	luaL_checkstack(w->L, 8, "nested tables");
	if (!put_told(w, key, at) && !put_again(w, key, at))
		put_anew(w, key, at);
}

/* The value at `at`, under a key or NULL. */
static void put(struct writer *w, const char *key, int at)
{
	struct pptp_sink *s = &w->json.sink;
	lua_State *L = w->L;
	const char *text;
	size_t length;

	switch (lua_type(L, at)) {
	case LUA_TTABLE:
		put_table(w, key, at);
		break;
	case LUA_TSTRING:
		text = lua_tolstring(L, at, &length);
		s->text(s, key, text, length);
		break;
	case LUA_TNUMBER:
		put_number(w, key, at);
		break;
	case LUA_TBOOLEAN:
		s->boolean(s, key, lua_toboolean(L, at));
		break;
	default:
		luaL_error(L, "JSON has no word for a %s",
			   luaL_typename(L, at));
	}
}

/* A text has the room of the one before it, if there is any. */
static void take_room(struct writer *w, lua_State *L)
{
	w->L = L;
	memset(w->written, 0, sizeof(w->written));
	lua_rawgetp(L, LUA_REGISTRYINDEX, &room_key);
	w->text = lua_touserdata(L, -1);
	w->room = w->text != NULL ? lua_rawlen(L, -1) : 0;
	w->length = 0;
	lua_replace(L, TEXT);
}

/* What is known of these ranks, or a table that knows nothing yet. */
static void take_known(struct writer *w, lua_State *L)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &known_key);
	w->known = lua_touserdata(L, -1);
	if (w->known == NULL || w->known->ranks != lua_topointer(L, RANKS)) {
		w->known = lua_newuserdatauv(L, sizeof(*w->known), 1);
		memset(w->known, 0, sizeof(*w->known));
		w->known->ranks = lua_topointer(L, RANKS);
		lua_newtable(L);
		lua_pushvalue(L, RANKS);
		lua_rawseti(L, -2, 1);
		lua_setiuservalue(L, -2, 1);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &known_key);
	}
	lua_replace(L, KNOWN_RANKS);
}

static void leave_room(const struct writer *w)
{
	if (w->room > ROOM_LEFT)
		return;
	lua_pushvalue(w->L, TEXT);
	lua_rawsetp(w->L, LUA_REGISTRYINDEX, &room_key);
}

int pptp_core_json(lua_State *L)
{
	struct writer w;

	luaL_checkany(L, VALUE);
	luaL_checktype(L, RANKS, LUA_TTABLE);
	lua_settop(L, KNOWN_RANKS);
	take_room(&w, L);
	take_known(&w, L);
	pptp_json_stream(&w.json, w.piece, sizeof(w.piece), keep, &w);
	put(&w, NULL, VALUE);
	if (lua_toboolean(L, LINE))
		pptp_json_line(&w.json);
	if (w.length == 0) {
		lua_pushlstring(L, w.piece, w.json.length);
		return 1;
	}
	(void)pptp_json_flush(&w.json);
	leave_room(&w);
	lua_pushlstring(L, w.text, w.length);
	return 1;
}
