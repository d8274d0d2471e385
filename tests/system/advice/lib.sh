# shellcheck shell=bash disable=SC2154 # system and others are lib.sh's
# Boxes with a firewall in front of real servers, and what is cut out of their
# reports. For tests of this folder's parent, after its lib.sh.
#
#   box_up NAME           client and server namespaces, pptpd, IPv4 and IPv6
#   box NAME COMMAND      a shell command in the box
#   paste NAME            lines of a shell from standard input, as if pasted
#   grades NAME OPTION... the grades of its four ends, as seen from outside
#   cut_out ...           see ./cut
#
# The client is 192.0.2.1 and 2001:db8::1 (also .3 and ::3), the box .2 and ::2.

advice=$system/advice
box_ends=(192.0.2.2:1723 192.0.2.2:1724 "[2001:db8::2]:1723"
	"[2001:db8::2]:1724")
declare -A box_pid=()

# Once, before the first box. Skips where this machine cannot.
boxes_ready()
{
	local said
	[ -z "${PPTP_BOX:-}" ] ||
		skip_all "runs in a box already, and its servers' own does not come up in one"
	said=$("$system/realserver/fetch" 12 2>&1) || skip_all "${said##*$'\n'}"
	said=$("$advice/fetch" 2>&1) || skip_all "${said##*$'\n'}"
	[ -z "$said" ] || diag "$said"
	gcc -shared -fPIC -O2 -Wall -Werror -D_GNU_SOURCE \
		-o "$scratch/port.so" "$advice/port.c" -ldl ||
		bail "no port.so for pptpd"
}

box_wire() # NAME
{
	local here=pptp-$$-$1-c there=pptp-$$-$1-s ns
	netns_add "$here"
	netns_add "$there"
	ip -n "$here" link add veth0 type veth peer name veth0 netns "$there"
	for ns in "$here" "$there"; do
		ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0
	done
	ip -n "$here" address add 192.0.2.1/24 dev veth0
	ip -n "$here" address add 2001:db8::1/64 dev veth0 nodad
	# Only for whoever asks for them by name.
	ip -n "$here" address add 192.0.2.3/24 dev veth0 preferred_lft 0
	ip -n "$here" address add 2001:db8::3/64 dev veth0 nodad preferred_lft 0
	ip -n "$there" address add 192.0.2.2/24 dev veth0
	ip -n "$there" address add 2001:db8::2/64 dev veth0 nodad
	ip -n "$here" link set veth0 up
	ip -n "$there" link set veth0 up
}

box_listens() # NAME
{
	[ "$(ip netns exec "pptp-$$-$1-s" ss -Hltn |
		grep -cE ':172[3456] ')" = 6 ]
}

# The servers, in a namespace that is there.
box_start() # NAME
{
	local dir=$scratch/$1
	mkdir "$dir"
	cp "$scratch/port.so" "$advice/relay.py" "$advice/init" "$dir"
	start "pptp-$$-$1-s" "$advice/box" "$dir"
	wait_for 60 box_listens "$1" ||
		bail "the servers of box $1 do not come up: $(cat "$log")"
	read -r box_pid["$1"] _ <"/proc/$started/task/$started/children"
}

box_up() # NAME
{
	box_wire "$1"
	box_start "$1"
	wait_for 30 ip netns exec "pptp-$$-$1-c" ping -c 1 -W 1 2001:db8::2 ||
		bail "no IPv6 to box $1"
}

in_box() # NAME PROGRAM ARGUMENT...
{
	local pid=${box_pid[$1]}
	shift
	nsenter -t "$pid" --mount --uts --ipc --net --pid --root --wd \
		env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LANG=C.UTF-8 "$@"
}

box() # NAME COMMAND
{
	in_box "$1" bash -ec "$2" </dev/null
}

# As a shell reads what is pasted into it: an error stops nothing.
paste() # NAME < LINES
{
	in_box "$1" bash
}

outside() # NAME PROGRAM ARGUMENT...
{
	local ns=pptp-$$-$1-c
	shift
	ip netns exec "$ns" "$@"
}

# "F F D-F D-F", and with -c each one's confidence: "A:proven ...".
grades() # NAME [-c] OPTION...
{
	local name=$1 how=grade
	shift
	if [ "${1:-}" = -c ]; then
		how=both
		shift
	fi
	outside "$name" "$PPTP_BUILD/pptpgrade" -q -f jsonl -d call "$@" \
		"${box_ends[@]}" | python3 "$advice/grades.py" $how
}

cut_out() # FILE WHERE [undo|until|until-undo]
{
	python3 "$advice/cut.py" "$@"
}

# The whole report of each end, for every width that a terminal may have:
# $scratch/NAME-END-WIDTH, with END from 0 in the order of box_ends.
pages() # NAME, by the client of BOX
{
	local end width
	for end in "${!box_ends[@]}"; do
		outside "$2" "$PPTP_BUILD/pptpgrade" -q -d call -f jsonl \
			"${box_ends[end]}" >"$scratch/$1-$end"
		for width in "${widths[@]}"; do
			page "$scratch/$1-$end" "$width" >"$scratch/$1-$end-$width"
		done
	done
}

# All that a page has, from a verdict's own records.
page() # VERDICT WIDTH
{
	python3 -c 'import json, sys
for record in json.load(open(sys.argv[1]))["evidence"]["conversations"]:
    print(json.dumps(record))' "$1" |
		COLUMNS=$2 "$PPTP_BUILD/pptpgrade" -q --remedies -e -
}

widths=(40 60 80 240)

# ---- Jobs that run side by side: what they find is told when all are over.

jobs=() job_pids=()

job() # NAME FUNCTION...; in the background
{
	local name=$1
	shift
	local found=$scratch/$name.found
	: >"$found"
	(
		begun=$EPOCHSECONDS
		"$@"
		echo "end	$((EPOCHSECONDS - begun)) s" >>"$found"
	) </dev/null >"$scratch/$name.said" 2>&1 &
	jobs+=("$name")
	job_pids+=($!)
	processes+=($!)
}

# What is(), in the test itself, will be told.
same() # CLAIM GOT WANTED
{
	printf 'is\t%s\t%s\t%s\n' "$1" "${2//$'\n'/; }" "${3//$'\n'/; }" \
		>>"$found"
}

jobs_end()
{
	local name what claim got wanted
	wait "${job_pids[@]}"
	for name in "${jobs[@]}"; do
		while IFS=$'\t' read -r what claim got wanted; do
			[ "$what" = end ] || is "$claim" "$got" "$wanted" ||
				diag "$(tail -n 12 "$scratch/$name.said")"
		done <"$scratch/$name.found"
		like "$name came to its end" \
			"$(tail -n 1 "$scratch/$name.found")" '^end'
		diag "$name took $(tail -n 1 "$scratch/$name.found" | cut -f 2)"
	done
}
