#!/bin/bash
# tests/box: a Debian is made once, also after it was interrupted; what runs in
# it sees of this machine the kernel and what it is given, and all that it
# changed and started ends with it.
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need unshare setpriv pivot_root flock
[ -z "${PPTP_BOX:-}" ] || skip_all "runs in a box already"

export PPTP_BOXES=$scratch/boxes
there=$PPTP_BOXES/trixie
box()
{
	"$repo/tests/box" "$@" 2>>"$scratch/said"
}
# A time to sleep, which marks the processes that were started in there.
mark=300.00$$
echo "$mark" >"$scratch/mark"
# shellcheck disable=SC2317 # called by others
gone()
{
	! grep -qsF -f "$scratch/mark" /proc/[0-9]*/cmdline /proc/[0-9]*/environ
}

# ---- Making it

MARK=$mark "$repo/tests/box" make trixie >"$scratch/log" 2>&1 &
maker=$!
wait_for 60 test -d "$there/new/debootstrap" ||
	{ wait $maker; [ $? != 77 ] || skip_all "$(tail -n 1 "$scratch/log")"; }
fails "it is being made" gone
kill -KILL $maker
wait $maker 2>/dev/null
ok "killed while it is made, it leaves nothing running" wait_for 5 gone
fails "… and nothing that looks made" test -e "$there/root"
box make trixie
status=$?
[ $status != 77 ] || skip_all "$(tail -n 1 "$scratch/said")"
is "then it is made" $status 0
before=$(stat -c %Z "$there/root" "$there/root/etc")
ok "once it is made there is nothing to do" box make trixie
is "… and nothing was done" "$(stat -c %Z "$there/root" "$there/root/etc")" \
	"$before"

# ---- Running in it

in_box() # OPTION... COMMAND...
{
	box run trixie "$@"
}
mkdir "$scratch/a b"
name=$(uname -n)
in_box sh -c 'exit 42'
is "the exit status is the command's" $? 42
is "arguments arrive as they are" "$(in_box printf '<%s>' 'a b' '' '*')" \
	"<a b><><*>"
is "it is that Debian" "$(in_box sed -n 's/^VERSION_CODENAME=//p' \
	/etc/os-release)" trixie
is "standard input arrives" "$(echo words | in_box cat)" words
like "it sees no process of others" "$(in_box sh -c 'cd /proc
	echo [0-9]* | wc -w')" '^[3-6]$'
is "its host name is its own" "$(in_box cat /proc/sys/kernel/hostname)" trixie
is "… and this machine's is as it was" "$(uname -n)" "$name"
is "no mount of this machine is seen but nodes of /dev" "$(in_box sh -c '
	sed "s/ - .*//" /proc/self/mountinfo | cut -d " " -f 5 |
	grep -v -e "^/dev/" | sort | tr "\n" " "')" "/ /dev /proc /run /sys "
is "it has a terminal to give" "$(in_box script -qec 'test -t 1 && echo yes' \
	/dev/null </dev/null | tr -d '\r')" yes
# shellcheck disable=SC2016 # for the shell in there
is "-n: nothing but lo, which is up" "$(in_box -n sh -c '
	echo $(ls /sys/class/net) $(cat /sys/class/net/lo/flags)')" "lo 0x9"
is "-b: a folder of this machine" "$(in_box -b "$scratch/a b:/root/c d" sh -c '
	echo here >"/root/c d/file" && cd "/root/c d" && pwd')" "/root/c d"
is "… is written to" "$(cat "$scratch/a b/file")" here
in_box -b "$scratch/nothing:/x" true
is "-b: a folder that is none is wrong usage" $? 2
in_box sh -c 'echo x >/etc/changed && rm -r /usr/share/doc'
is "what it changes is thrown away" "$(in_box sh -c '
	ls -d /etc/changed /usr/share/doc' 2>/dev/null)" /usr/share/doc
is "… and no run leaves a folder" "$(find "$there" -name 'run.*')" ""

in_box sh -c "setsid sleep $mark & echo on" >"$scratch/out"
is "what runs in the background is left" "$(<"$scratch/out")" on
ok "… and ends with it" gone
start_run()
{
	: >"$scratch/out"
	"$repo/tests/box" run trixie sh -c "echo on; sleep $mark & sleep $mark" \
		>"$scratch/out" 2>&1 &
	runner=$!
	wait_for 10 grep -q on "$scratch/out"
}
start_run
fails "it runs" gone
kill -TERM $runner
wait $runner
is "ended by a signal, the status says so" $? 143
ok "… and all of it has ended" wait_for 5 gone
start_run
kill -KILL $runner
wait $runner 2>/dev/null
ok "killed, all of it has ended" wait_for 5 gone
in_box true
is "… and the next run takes away what was left" \
	"$(find "$there" -name 'run.*')" ""
start_run
ok "two run at once" in_box true
kill -TERM $runner
wait $runner

# ---- Packages

mkdir -p "$there/packages"
: >"$there/packages/kept_1_all.deb"
is "packages that were kept are there for apt" \
	"$(in_box ls /var/cache/apt/archives/kept_1_all.deb)" \
	/var/cache/apt/archives/kept_1_all.deb
in_box touch /var/cache/apt/archives/new_1_all.deb
ok "… and those that apt brings are kept" test -e "$there/packages/new_1_all.deb"

# ---- Wrong usage

for wrong in "" "make" "run" "run trixie" "make trixie now" "frob trixie" \
	"run trixie -z true"; do
	# shellcheck disable=SC2086 # words
	box $wrong
	is "wrong usage: $wrong" $? 2
done
box make ../trixie
is "no release has such a name" $? 2
"$repo/tests/box" make nosuchrelease >"$scratch/out" 2>&1
is "a release that does not exist cannot be had" $? 77
like "… and the last line says why" "$(tail -n 1 "$scratch/out")" \
	'^box: cannot download the packages of nosuchrelease'

done_testing
