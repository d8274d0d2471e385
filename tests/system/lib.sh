# shellcheck shell=bash
# What the shell tests of this folder share. A test is tests/system/NN-name.t:
# bash, TAP on stdout, its limit in seconds set before this file is read.
#
#   LIMIT=60
#   . "$(dirname "$0")/lib.sh"
#   need_root
#   netns_new
#   start server python3 listener.py
#   is "an open port is seen" "$(in_ns client probe "$server_ip")" open
#   done_testing
#
# Whatever ends the test, what it made goes with it: its namespaces, its
# processes (each by its id), its instances of real servers, its files.

# Ended from outside when it hangs; a test that a test starts counts anew.
if [ -z "${PPTP_BOUNDED:-}" ]; then
	PPTP_BOUNDED=1 exec timeout -k 20 "${LIMIT:-120}" "$0" "$@"
fi
unset PPTP_BOUNDED

system=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
repo=${system%/tests/system}
export PPTP_BUILD="${PPTP_BUILD:-$repo/build}"
scratch=$PPTP_BUILD/test/$(basename "$0" .t)-$$
mkdir -p "$scratch" || exit 1

namespaces=() processes=() beds=() tests=0 failures=0 planned=

# ---- TAP. The claim comes first, then what it is about.

plan()
{
	planned=$1
	echo "1..$1"
}

# The test says how many it made, and ends.
done_testing()
{
	[ -n "$planned" ] || echo "1..$tests"
	[ "${planned:-$tests}" = "$tests" ] || failures=1
	exit $((failures > 0))
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

bail()
{
	echo "Bail out! $1"
	exit 1
}

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

report() # STATUS CLAIM
{
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests - $2"
		return 0
	fi
	failures=$((failures + 1))
	echo "not ok $tests - $2"
	return 1
}

skip() # CLAIM REASON
{
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

ok() # CLAIM COMMAND...; its output is shown when it fails
{
	local claim=$1 output status
	shift
	output=$("$@" 2>&1)
	status=$?
	report $status "$claim" && return 0
	diag "exit status $status: $*"
	[ -z "$output" ] || diag "$output"
	return 1
}

fails() # CLAIM COMMAND...
{
	local claim=$1 output
	shift
	output=$("$@" 2>&1)
	report $(($? == 0)) "$claim" && return 0
	diag "did not fail: $*"
	[ -z "$output" ] || diag "$output"
	return 1
}

is() # CLAIM GOT WANTED
{
	[ "$2" = "$3" ]
	report $? "$1" && return 0
	diag "got:    $2"
	diag "wanted: $3"
	return 1
}

like() # CLAIM GOT REGEX
{
	[[ $2 =~ $3 ]]
	report $? "$1" && return 0
	diag "got:          $2"
	diag "wanted match: $3"
	return 1
}

unlike() # CLAIM GOT REGEX
{
	! [[ $2 =~ $3 ]]
	report $? "$1" && return 0
	diag "got:             $2"
	diag "wanted no match: $3"
	return 1
}

# ---- What a test needs, or is skipped without.

need_root()
{
	[ "$(id -u)" = 0 ] || skip_all "needs root, for namespaces"
}

need() # TOOL...
{
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip_all "needs $tool"
	done
}

# ---- Namespaces: client and server, joined by one veth pair.

client=pptp-$$-client client_ip=192.0.2.1 client_ip6=2001:db8::1
server=pptp-$$-server server_ip=192.0.2.2 server_ip6=2001:db8::2

# One namespace, to be removed with the test.
netns_add() # NAME
{
	ip netns add "$1" || bail "cannot make namespace $1"
	namespaces+=("$1")
	ip -n "$1" link set lo up
}

no_ipv6() # NAMESPACE
{
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
}

netns_new() # [-6], to have IPv6 too
{
	local ns
	for ns in "$client" "$server"; do
		netns_add "$ns"
		[ "${1:-}" = -6 ] || no_ipv6 "$ns"
	done
	ip -n "$client" link add veth0 type veth peer name veth0 netns "$server"
	ip -n "$client" address add $client_ip/24 dev veth0
	ip -n "$server" address add $server_ip/24 dev veth0
	if [ "${1:-}" = -6 ]; then
		ip -n "$client" address add $client_ip6/64 dev veth0 nodad
		ip -n "$server" address add $server_ip6/64 dev veth0 nodad
	fi
	for ns in "$client" "$server"; do
		ip -n "$ns" link set veth0 up
	done
	# IPv6 takes up to a second before its first packet gets through.
	[ "${1:-}" != -6 ] ||
		wait_for 5 in_ns client ping -c 1 -W 1 $server_ip6 ||
		bail "no IPv6 between the namespaces"
}

# client and server are these of netns_new; else a namespace's own name.
netns_name()
{
	case $1 in
	client) echo "$client" ;;
	server) echo "$server" ;;
	*) echo "$1" ;;
	esac
}

in_ns() # WHERE COMMAND...
{
	local ns
	ns=$(netns_name "$1")
	shift
	ip netns exec "$ns" "$@"
}

# ---- Processes in the background: $started is the id, $log has the output.

started='' log=''

start() # WHERE COMMAND...
{
	local ns
	ns=$(netns_name "$1")
	shift
	log=$scratch/${#processes[@]}.log
	ip netns exec "$ns" "$@" </dev/null >"$log" 2>&1 &
	started=$!
	processes+=("$started")
}

# Ends one of our own children: asked first, made to after two seconds.
stop() # ID
{
	local i
	kill -TERM "$1" 2>/dev/null || return 0
	for ((i = 0; i < 40; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.05
	done
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

wait_for() # SECONDS COMMAND...; until it succeeds
{
	local i tenths=$(($1 * 10))
	shift
	for ((i = 0; i < tenths; i++)); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.1
	done
	return 1
}

# ---- Lua with the modules of this build. With SAN=1 they are instrumented and
# the programs that load them are not: the sanitizers' runtime comes first.

sanitizers=()
[ -z "${PPTP_SAN:-}" ] || sanitizers=(
	"LD_PRELOAD=$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)"
	ASAN_OPTIONS=detect_leaks=0
)

lua54() # SCRIPT ARGUMENT...
{
	env LUA_PATH="$repo/lua/?.lua;;" \
		LUA_CPATH="$PPTP_BUILD/lua/5.4/?.so;;" "${sanitizers[@]}" \
		lua5.4 "$@"
}

# Another user may not enter every folder that root may build in: what he runs
# or reads lies in one of the test's own, $public.
public=''
public_folder()
{
	[ -z "$public" ] || return 0
	public=$(mktemp -d "${PPTP_PUBLIC:-/tmp}/pptp-XXXXXX") ||
		bail "no folder in ${PPTP_PUBLIC:-/tmp}"
	chmod 755 "$public"
}

publish() # FILE-OR-FOLDER...; copies of them into $public
{
	public_folder
	cp -r "$@" "$public" || bail "cannot copy $*"
	chmod -R a+rX "$public"
}

# Both programs, with all that they need, into $public/bin.
publish_programs()
{
	public_folder
	run_make -s install DESTDIR= PREFIX="$public" LIBDIR="$public/lib" \
		>/dev/null || bail "cannot install into $public"
}

# Before a command: as a user without any privilege.
# shellcheck disable=SC2034 # for the tests
nobody=(env -C / setpriv --reuid 65534 --regid 65534 --clear-groups
	--inh-caps -all --bounding-set -all env "${sanitizers[@]}")

run_make() # ARGUMENT...; with the build of this test
{
	env -u MAKEFLAGS make --no-print-directory -C "$repo" \
		B="${PPTP_BUILD#"$repo"/}" SAN="${PPTP_SAN:-}" "$@"
}

# ---- Real servers: $bed is their namespace, ${address[PROFILE]} where each is.

bed=''
declare -A address=()

bed_up() # options of realserver/up, but -n
{
	local key value output
	bed=pptp-$$-bed${#beds[@]}
	beds+=("$bed")
	output=$("$system/realserver/up" -n "$bed" "$@" 2>"$scratch/up.log")
	case $? in
	0) ;;
	77) skip_all "$(tail -n 1 "$scratch/up.log")" ;;
	*)
		diag "$(cat "$scratch/up.log")"
		bail "the real servers do not come up"
		;;
	esac
	while read -r key value; do
		# shellcheck disable=SC2034 # for the tests
		case $key in
		netns | run) ;;
		*) address[$key]=$value ;;
		esac
	done <<<"$output"
}

bed_down() # [NAMESPACE]
{
	"$system/realserver/down" "${1:-$bed}"
}

in_guest() # COMMAND
{
	"$system/realserver/guest" "$bed" "$1"
}

# ---- The end.

clean_up()
{
	local it pid
	for it in "${processes[@]}"; do
		stop "$it"
	done
	for it in "${beds[@]}"; do
		bed_down "$it"
	done
	for it in "${namespaces[@]}"; do
		# What our processes left running there.
		for pid in $(ip netns pids "$it" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null
		done
		ip netns delete "$it" 2>/dev/null
	done
	rm -rf "$scratch" ${public:+"$public"}
}

trap clean_up EXIT
trap 'diag "ended by a signal, or after ${LIMIT:-120} s"; exit 1' HUP INT TERM
