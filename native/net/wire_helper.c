/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_helper.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "net/wire_messages.h"
#include "net/wire_remote.h"

#define NAME     "pptp-wire"
#define ITS_FD   3
#define SHOWN    16   /* bytes of what cannot be understood */
#define PATIENCE 5000 /* ms, until it says HELLO */

/* ---- where it is --------------------------------------------------------- */

static bool ends_in(const char *path, const char *end)
{
	size_t length = strlen(path), width = strlen(end);

	return length >= width && strcmp(path + length - width, end) == 0;
}

static bool own_file(char *path)
{
	Dl_info info;
	ssize_t n;

	/* Of a program this names argv[0], which is the caller's word. */
	if (dladdr(__extension__(void *) pptp_wire_helper_path, &info) != 0 &&
	    info.dli_fname != NULL && ends_in(info.dli_fname, ".so"))
		return realpath(info.dli_fname, path) != NULL;
	n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* False: there is no folder above. */
static bool ascend(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL)
		return false;
	*slash = '\0';
	return true;
}

/* From BIN, or from LIB/lua/5.x/pptpgrade, LIB being lib or lib/TRIPLET; in a
 * build from lua/5.x/pptpgrade. */
bool pptp_wire_helper_path(char *path, size_t room)
{
	char folder[PATH_MAX] = "";
	bool last;
	int level;

	if (!own_file(folder))
		return false;
	level = ends_in(folder, ".so") ? 0 : 4;
	if (!ascend(folder))
		return false;
	snprintf(path, room, "%s/%s", folder, NAME);
	if (level == 4 && access(path, F_OK) == 0)
		return true;
	for (; level < 5; level++) {
		last = ends_in(folder, "/lib") || ends_in(folder, "/bin");
		if (!ascend(folder))
			return false;
		snprintf(path, room, "%s/%s", folder, NAME);
		if (level == 2 && access(path, F_OK) == 0)
			return true;
		snprintf(path, room, "%s/libexec/pptpgrade/%s", folder, NAME);
		if (level >= 3 && (last || access(path, F_OK) == 0))
			return true;
	}
	return true;
}

/* ---- why it is of no use ------------------------------------------------- */

static void explain(struct pptp_wire_lack *lack, const char *cause,
		    const char *cure, ...)
    __attribute__((format(printf, 3, 4)));

static void explain(struct pptp_wire_lack *lack, const char *cause,
		    const char *cure, ...)
{
	va_list arguments;

	snprintf(lack->cause, sizeof(lack->cause), "%s", cause);
	va_start(arguments, cure);
	vsnprintf(lack->cure, sizeof(lack->cure), cure, arguments);
	va_end(arguments);
}

static void explain_group(struct pptp_wire_lack *lack)
{
	char buffer[1024];
	struct passwd entry, *user = NULL;

	(void)getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &user);
	explain(lack, "pptp-wire is for the users of a group",
		"as root: adduser %s pptpgrade, then log in anew",
		user != NULL ? user->pw_name : "NAME");
}

static void explain_container(struct pptp_wire_lack *lack)
{
	explain(lack, "this container has no NET_RAW",
		"start it with --cap-add NET_RAW");
}

static void explain_start(struct pptp_wire_helper *h, int error)
{
	char cause[PPTP_WIRE_LACK];

	h->lack.state = PPTP_WIRE_HELPER_DENIED;
	if (error == ENOENT || error == ENOTDIR) {
		h->lack.state = PPTP_WIRE_HELPER_MISSING;
		snprintf(cause, sizeof(cause), "no pptp-wire at %s", h->path);
		explain(&h->lack, cause, "install all of it, or run as root");
	} else if (error == EACCES) {
		explain_group(&h->lack);
	} else if (error == EPERM) {
		explain_container(&h->lack);
	} else {
		snprintf(cause, sizeof(cause), "pptp-wire cannot be run: %s",
			 strerror(error));
		explain(&h->lack, cause, "see what is wrong with %s", h->path);
	}
}

static const char *cause_of_none(const char *path)
{
	struct statvfs fs;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return "this process has no_new_privs";
	if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOSUID))
		return "its file system is mounted nosuid";
	return "this user namespace is not that of the network";
}

static void explain_powerless(struct pptp_wire_helper *h)
{
	char cause[PPTP_WIRE_LACK];

	h->lack.state = PPTP_WIRE_HELPER_POWERLESS;
	if (prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) == 0) {
		explain_container(&h->lack);
	} else if (getxattr(h->path, "security.capability", NULL, 0) < 0) {
		explain(&h->lack, "pptp-wire has no capability",
			"as root: setcap cap_net_raw+ep '%s'", h->path);
	} else {
		snprintf(cause, sizeof(cause),
			 "pptp-wire's capability has no effect: %s",
			 cause_of_none(h->path));
		explain(&h->lack, cause, "run it where it has, or as root");
	}
}

/* ---- its start ----------------------------------------------------------- */

/* 0 or errno. */
static int spawn(const char *path, int fd, pid_t *child)
{
	char *const arguments[] = {(char *)NAME, NULL};
	char *const environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		sigemptyset(&none);
		(void)posix_spawnattr_setflags(&attributes,
					       POSIX_SPAWN_SETSIGMASK);
		(void)posix_spawnattr_setsigmask(&attributes, &none);
		error = posix_spawn_file_actions_adddup2(&actions, fd, ITS_FD);
		if (error == 0)
			error = posix_spawn_file_actions_addclosefrom_np(
			    &actions, ITS_FD + 1);
		if (error == 0)
			error = posix_spawn(child, path, &actions, &attributes,
					    arguments, environment);
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* The length of its first message; 0: none. */
static size_t hear(int fd, uint8_t *bytes)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	ssize_t length;
	int ready;

	while ((ready = poll(&p, 1, PATIENCE)) < 0 && errno == EINTR)
		continue;
	if (ready <= 0)
		return 0;
	length = recv(fd, bytes, PPTP_WIRE_ROOM, MSG_DONTWAIT);
	return length > 0 ? (size_t)length : 0;
}

static void distrust(struct pptp_wire_helper *h, const uint8_t *bytes,
		     size_t length)
{
	char shown[3 * SHOWN + 1] = "";
	char cause[PPTP_WIRE_LACK];
	size_t i;

	for (i = 0; i < length && i < SHOWN; i++)
		snprintf(shown + 3 * i, sizeof(shown) - 3 * i, " %02x",
			 bytes[i]);
	snprintf(cause, sizeof(cause), "%s said %s%s%s", h->path,
		 length == 0 ? "nothing" : "what cannot be understood:", shown,
		 length > SHOWN ? " ..." : "");
	h->lack.state = PPTP_WIRE_HELPER_BROKEN;
	explain(&h->lack, cause, "install both of one release");
}

static void explain_version(struct pptp_wire_helper *h, uint32_t version)
{
	char cause[PPTP_WIRE_LACK];

	snprintf(cause, sizeof(cause),
		 "%s speaks version %u, this program version %u", h->path,
		 version, PPTP_WIRE_VERSION);
	h->lack.state = PPTP_WIRE_HELPER_FOREIGN;
	explain(&h->lack, cause, "install both of one release");
}

/* What calls itself pptp-wire may call its release anything. */
static void explain_release(struct pptp_wire_helper *h, const char *release)
{
	char cause[PPTP_WIRE_LACK], shown[SHOWN + 1];
	size_t i;

	for (i = 0; i < SHOWN && release[i] != '\0'; i++)
		shown[i] =
		    '!' <= release[i] && release[i] <= '~' ? release[i] : '?';
	shown[i] = '\0';
	snprintf(cause, sizeof(cause),
		 "%s is of release '%s', this program of " PPTP_RELEASE,
		 h->path, shown);
	h->lack.state = PPTP_WIRE_HELPER_FOREIGN;
	explain(&h->lack, cause, "install both of one release");
}

static void greet(struct pptp_wire_helper *h)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	size_t n = hear(h->fd, bytes);
	struct pptp_wire_message m;

	if (!pptp_wire_message_decode(&m, bytes, n) ||
	    m.kind != PPTP_WIRE_HELLO)
		distrust(h, bytes, n);
	else if (m.value != PPTP_WIRE_VERSION)
		explain_version(h, m.value);
	else if (strcmp(m.text, PPTP_RELEASE) != 0)
		explain_release(h, m.text);
	else if (m.error != 0)
		explain_powerless(h);
	else
		h->lack.state = PPTP_WIRE_HELPER_WORKS;
}

static void end(struct pptp_wire_helper *h)
{
	if (h->fd >= 0)
		close(h->fd);
	if (h->child > 0)
		kill(h->child, SIGKILL);
	while (h->child > 0 && waitpid(h->child, NULL, 0) < 0 && errno == EINTR)
		continue;
	h->fd = -1;
	h->child = 0;
}

/* With a helper that works, or with why there is none. */
static void start(struct pptp_wire_helper *h)
{
	int fds[2], error;

	h->fd = -1;
	h->child = 0;
	if (!pptp_wire_helper_path(h->path, sizeof(h->path))) {
		explain_start(h, ENOENT);
		return;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
		explain_start(h, errno);
		return;
	}
	h->fd = fds[0];
	error = spawn(h->path, fds[1], &h->child);
	close(fds[1]);
	if (error != 0)
		explain_start(h, error);
	else
		greet(h);
	if (h->lack.state != PPTP_WIRE_HELPER_WORKS)
		end(h);
}

enum pptp_error pptp_wire_helper_start(struct pptp_wire_helper *h, char *text,
				       size_t room)
{
	const struct pptp_wire_lack *lack = &h->lack;

	memset(h, 0, sizeof(*h));
	start(h);
	if (lack->state == PPTP_WIRE_HELPER_WORKS)
		return PPTP_OK;
	snprintf(text, room, "%s; %s", lack->cause, lack->cure);
	if (lack->state == PPTP_WIRE_HELPER_BROKEN)
		return PPTP_ERROR_MALFORMED;
	return lack->state == PPTP_WIRE_HELPER_FOREIGN ? PPTP_ERROR_SYSTEM
						       : PPTP_ERROR_PRIVILEGE;
}

enum pptp_error pptp_wire_helper_open(struct pptp_wire **w,
				      const struct pptp_wire_config *config,
				      struct pptp_wire_lack *lack, char *text,
				      size_t room)
{
	struct pptp_wire_helper h;
	enum pptp_error error = pptp_wire_helper_start(&h, text, room);

	*w = NULL;
	*lack = h.lack;
	if (error != PPTP_OK)
		return error;
	return pptp_wire_remote_open(w, h.fd, h.child, config, text, room);
}

void pptp_wire_helper_try(struct pptp_wire_helper *h)
{
	memset(h, 0, sizeof(*h));
	start(h);
	end(h);
}
