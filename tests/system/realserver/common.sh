# shellcheck shell=bash
# What up, down, guest, fetch and keep share: where things are.
# All of it is under build/, and shared by SAN=1 builds: a guest is a guest.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)/build/realserver

die()
{
	echo "realserver: $1" >&2
	exit "${2:-1}"
}

# 77: this machine cannot do it, which is no fault of what is tested.
cannot()
{
	die "$1" 77
}

# The rows of a table of this folder, without its comments.
rows() # FILE
{
	sed '/^#/d; /^$/d' "$here/$1"
}

# Sets release, suite, servers (what they are) and root, the guest's root file
# system, which is read-only.
# shellcheck disable=SC2034 # fetch, keep and up use them
generation()
{
	release='' suite='' servers=''
	read -r release suite servers < <(rows generations |
		awk -v r="$1" '$1 == r || r == ""') || true
	[ -n "$release" ] ||
		die "no servers of \"$1\": $(rows generations |
			awk '{ printf "%s%s", s, $1; s = " or " }')" 2
	root=$home/$release/root
}

# Sets name, the namespace's as well, and run, where the instance's files are.
instance()
{
	name=$1
	[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$ ]] ||
		die "\"$name\" cannot name a namespace: letters, digits, - and _" 2
	run=$home/run/$name
}

# The process id of the instance's keeper, if it is alive and truly that.
keeper()
{
	local pid
	pid=$(cat "$run/pid" 2>/dev/null) && [ -n "$pid" ] || return 1
	[[ $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") == \
		*"$here/keep $name "* ]] || return 1
	echo "$pid"
}
