/* SPDX-License-Identifier: BSD-2-Clause */
/* Raw packets without root and without a network: a namespace of its own for
 * one test's process, with nothing in it but a loopback interface. */
#ifndef TESTS_NETNS_H
#define TESTS_NETNS_H

#include <dirent.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static inline bool netns_flags(const char *interface, short flags)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request;
	bool done;

	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	request.ifr_flags = flags;
	done = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
	close(fd);
	return done;
}

static inline bool netns_enter(void)
{
	return (unshare(CLONE_NEWNET) == 0 ||
		unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) &&
	       netns_flags("lo", IFF_UP);
}

/* Whether there can be one, tried in another process; loud where not. */
static inline bool netns_possible(void)
{
	int status = 1;
	pid_t child = fork();

	if (child == 0)
		_exit(netns_enter() ? 0 : 1);
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
		puts("# SKIPPED: tests with raw packets; they need root, or "
		     "user namespaces for everyone");
		fflush(stdout);
		return false;
	}
	return true;
}

static inline void netns_setup(void)
{
	ck_assert(netns_enter());
}

/* One claim, in a namespace of its own. */
static inline void claim_alone(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, netns_setup, NULL);
	tcase_set_timeout(c, 30);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define CLAIM_ALONE(suite, test) claim_alone(suite, #test, test)

/* Nobody's privileges, and ours back: the sanitizers need them at the end. */
static inline void be_nobody(void)
{
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
}

static inline void be_us(void)
{
	ck_assert_int_eq(seteuid(getuid()), 0);
}

/* How many files this process has open. */
static inline int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Whether something can be read within so many milliseconds. */
static inline bool readable(int fd, int milliseconds)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, milliseconds) == 1;
}

#endif
