/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/lookup_queue.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STACK (512 * 1024)

struct item {
	struct item *next;
	uint8_t family;
	struct pptp_lookup_answer answer;
	char name[];
};

struct list {
	struct item *first, **last;
};

/* Freed by whoever leaves it last: its owner or a thread. */
struct pptp_lookup_queue {
	pthread_mutex_t lock;
	struct list asked, answered;
	unsigned threads;
	bool started, closed;
	int event;
	size_t pending; /* the owner's alone */
};

static void list_init(struct list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void list_append(struct list *l, struct item *i)
{
	i->next = NULL;
	*l->last = i;
	l->last = &i->next;
}

static struct item *list_take(struct list *l)
{
	struct item *i = l->first;

	if (i != NULL) {
		l->first = i->next;
		if (l->first == NULL)
			l->last = &l->first;
	}
	return i;
}

static void list_free(struct list *l)
{
	struct item *i;

	while ((i = list_take(l)) != NULL)
		free(i);
}

static void queue_free(struct pptp_lookup_queue *q)
{
	list_free(&q->asked);
	list_free(&q->answered);
	pthread_mutex_destroy(&q->lock);
	close(q->event);
	free(q);
}

struct pptp_lookup_queue *pptp_lookup_queue_open(void)
{
	struct pptp_lookup_queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	list_init(&q->asked);
	list_init(&q->answered);
	q->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (q->event < 0 || pthread_mutex_init(&q->lock, NULL) != 0) {
		if (q->event >= 0)
			close(q->event);
		free(q);
		return NULL;
	}
	return q;
}

void pptp_lookup_queue_close(struct pptp_lookup_queue *q)
{
	bool last;

	if (q == NULL)
		return;
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	list_free(&q->asked);
	last = q->threads == 0;
	pthread_mutex_unlock(&q->lock);
	if (last)
		queue_free(q);
}

static void look_up(struct item *i)
{
	struct addrinfo *all;

	if (pptp_lookup(i->name, i->family, &all, i->answer.text,
			sizeof(i->answer.text)) != PPTP_OK)
		return;
	if (!pptp_lookup_choose(all, &i->answer.address))
		snprintf(i->answer.text, sizeof(i->answer.text),
			 "host name '%s' has no address", i->name);
	freeaddrinfo(all);
}

/* Under the lock. */
static void deliver(struct pptp_lookup_queue *q, struct item *i)
{
	static const uint64_t one = 1;

	if (q->closed) {
		free(i);
		return;
	}
	list_append(&q->answered, i);
	(void)!write(q->event, &one, sizeof(one));
}

static void *work(void *context)
{
	struct pptp_lookup_queue *q = context;
	struct item *i;
	bool last;

	pthread_mutex_lock(&q->lock);
	while ((i = list_take(&q->asked)) != NULL) {
		pthread_mutex_unlock(&q->lock);
		look_up(i);
		pthread_mutex_lock(&q->lock);
		deliver(q, i);
	}
	last = --q->threads == 0 && q->closed;
	pthread_mutex_unlock(&q->lock);
	if (last)
		queue_free(q);
	return NULL;
}

/* Signals are the program's, never a helper's. */
static bool begin_thread(struct pptp_lookup_queue *q)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all, old;
	bool begun;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	sigfillset(&all);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	begun = pthread_create(&thread, &attributes, work, q) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	return begun;
}

/* Under the lock. Where no thread can be had at all, the caller asks. */
static void staff(struct pptp_lookup_queue *q)
{
	struct item *i = q->asked.first;

	for (; i != NULL && q->threads < PPTP_LOOKUP_THREADS; i = i->next) {
		if (!begin_thread(q))
			break;
		q->threads++;
	}
	while (q->threads == 0 && (i = list_take(&q->asked)) != NULL) {
		look_up(i);
		deliver(q, i);
	}
}

bool pptp_lookup_queue_ask(struct pptp_lookup_queue *q, const char *name,
			   uint8_t family, size_t tag)
{
	size_t length = strlen(name) + 1;
	struct item *i = calloc(1, sizeof(*i) + length);

	if (i == NULL)
		return false;
	memcpy(i->name, name, length);
	i->family = family;
	i->answer.tag = tag;
	q->pending++;
	pthread_mutex_lock(&q->lock);
	list_append(&q->asked, i);
	if (q->started)
		staff(q);
	pthread_mutex_unlock(&q->lock);
	return true;
}

void pptp_lookup_queue_start(struct pptp_lookup_queue *q)
{
	pthread_mutex_lock(&q->lock);
	if (!q->started)
		staff(q);
	q->started = true;
	pthread_mutex_unlock(&q->lock);
}

int pptp_lookup_queue_fd(const struct pptp_lookup_queue *q)
{
	return q->event;
}

size_t pptp_lookup_queue_pending(const struct pptp_lookup_queue *q)
{
	return q->pending;
}

bool pptp_lookup_take(struct pptp_lookup_queue *q,
		      struct pptp_lookup_answer *answer)
{
	struct item *i;
	uint64_t count;

	if (q->pending == 0)
		return false;
	pthread_mutex_lock(&q->lock);
	i = list_take(&q->answered);
	if (q->answered.first == NULL)
		(void)!read(q->event, &count, sizeof(count));
	pthread_mutex_unlock(&q->lock);
	if (i == NULL)
		return false;
	*answer = i->answer;
	free(i);
	q->pending--;
	return true;
}
