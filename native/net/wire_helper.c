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

static void explain_group(char *text, size_t room, const char *path)
{
	char buffer[1024];
	struct passwd entry, *user = NULL;

	(void)getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &user);
	snprintf(
	    text, room,
	    "once, as root: adduser %s pptpgrade, then log in anew (%s may not "
	    "be run)",
	    user != NULL ? user->pw_name : "NAME", path);
}

static void explain_start(char *text, size_t room, const char *path, int error)
{
	if (error == ENOENT || error == ENOTDIR)
		snprintf(text, room,
			 "install it wholly: there is no pptp-wire at %s",
			 path);
	else if (error == EACCES)
		explain_group(text, room, path);
	else if (error == EPERM)
		snprintf(text, room,
			 "start this container with --cap-add NET_RAW");
	else
		snprintf(text, room, "see why %s cannot be run: %s", path,
			 strerror(error));
}

static const char *cause(const char *path)
{
	struct statvfs fs;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return "this process has no_new_privs";
	if (statvfs(path, &fs) == 0 && (fs.f_flag & ST_NOSUID))
		return "its file system is mounted nosuid";
	return "this user namespace is not that of the network";
}

static void explain_powerless(char *text, size_t room, const char *path)
{
	if (prctl(PR_CAPBSET_READ, CAP_NET_RAW, 0, 0, 0) == 0)
		explain_start(text, room, path, EPERM);
	else if (getxattr(path, "security.capability", NULL, 0) < 0)
		snprintf(text, room,
			 "once, as root: setcap cap_net_raw+ep '%s'", path);
	else
		snprintf(text, room,
			 "run it where the capability of %s counts: %s", path,
			 cause(path));
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
	ssize_t n;

	while ((n = poll(&p, 1, PATIENCE)) < 0 && errno == EINTR)
		continue;
	if (n == 1)
		n = recv(fd, bytes, PPTP_WIRE_ROOM, MSG_DONTWAIT);
	return n > 0 ? (size_t)n : 0;
}

static enum pptp_error greet(int fd, const char *path, char *text, size_t room)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	size_t n = hear(fd, bytes);
	struct pptp_wire_message m;

	if (!pptp_wire_message_decode(&m, bytes, n) ||
	    m.kind != PPTP_WIRE_HELLO) {
		snprintf(text, room,
			 "%s said nothing that can be understood; install both "
			 "of one release",
			 path);
		return PPTP_ERROR_SYSTEM;
	}
	if (m.value != PPTP_WIRE_VERSION) {
		snprintf(text, room,
			 "%s speaks version %u, this program version %u; "
			 "install both of one release",
			 path, m.value, PPTP_WIRE_VERSION);
		return PPTP_ERROR_SYSTEM;
	}
	if (m.error == 0)
		return PPTP_OK;
	explain_powerless(text, room, path);
	return PPTP_ERROR_PRIVILEGE;
}

static void end(int fd, pid_t child)
{
	close(fd);
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
}

enum pptp_error pptp_wire_helper_open(struct pptp_wire **w, const char *path,
				      const struct pptp_wire_config *config,
				      char *text, size_t room)
{
	enum pptp_error error;
	int fds[2], failed;
	pid_t child = 0;

	*w = NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
		snprintf(text, room, "cannot talk to pptp-wire: %s",
			 strerror(errno));
		return PPTP_ERROR_SYSTEM;
	}
	failed = spawn(path, fds[1], &child);
	close(fds[1]);
	if (failed != 0) {
		close(fds[0]);
		explain_start(text, room, path, failed);
		return PPTP_ERROR_PRIVILEGE;
	}
	error = greet(fds[0], path, text, room);
	if (error == PPTP_OK)
		return pptp_wire_remote_open(w, fds[0], child, config, text,
					     room);
	end(fds[0], child);
	return error;
}
