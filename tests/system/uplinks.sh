# shellcheck shell=bash disable=SC2034,SC2154
# A caller with two uplinks, a router, and the servers behind it; after lib.sh.
#
#   $caller                        $router                     $far
#   c1 10.1.0.2/24 ---- 10.1.0.1/24 r1
#                                      r3 198.18.200.1/16 ---- s1 198.18.200.9/16
#   c2 10.2.0.2/24 ---- 10.2.0.1/24 r2
#
# The caller's default route is by c1. No namespace looks at where a packet came
# in (rp_filter).

caller=pptp-$$-caller router=pptp-$$-router far=pptp-$$-far

uplinks_link() # NAMESPACE NAME ADDRESS NAMESPACE NAME ADDRESS
{
	ip -n "$1" link add "$2" type veth peer name "$5" netns "$4"
	ip -n "$1" address add "$3" dev "$2"
	ip -n "$4" address add "$6" dev "$5"
	ip -n "$1" link set "$2" up
	ip -n "$4" link set "$5" up
}

uplinks_up()
{
	local ns
	for ns in "$caller" "$router" "$far"; do
		netns_add "$ns"
		no_ipv6 "$ns"
	done
	uplinks_link "$caller" c1 10.1.0.2/24 "$router" r1 10.1.0.1/24
	uplinks_link "$caller" c2 10.2.0.2/24 "$router" r2 10.2.0.1/24
	uplinks_link "$router" r3 198.18.200.1/16 "$far" s1 198.18.200.9/16
	ip -n "$caller" route add default via 10.1.0.1
	ip -n "$far" route add default via 198.18.200.1
	in_ns "$router" sysctl -qw net.ipv4.ip_forward=1
	for ns in "$caller" "$router" "$far"; do
		# shellcheck disable=SC2016
		in_ns "$ns" sh -c 'for f in \
			/proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$f; done'
	done
}

# A program of this folder in $far; it says "ready" when it is.
uplinks_serve() # COMMAND...
{
	start "$far" "$@"
	wait_for 10 grep -q ready "$log" || bail "not started: $* $(cat "$log")"
}

# The server model: COUNT servers from ADDRESS on.
uplinks_lab() # ADDRESS COUNT [KIND]
{
	"$PPTP_BUILD/pptp-lab" --truth -a "$1" -n "$2" -k "${3:-friendly}" \
		>"$scratch/truth" || bail "no truth"
	start "$far" "$PPTP_BUILD/pptp-lab" -i s1 -a "$1" -n "$2" \
		-k "${3:-friendly}"
	wait_for 5 in_ns "$caller" ping -c 1 -W 1 "$1" ||
		bail "the lab does not answer: $(cat "$log")"
}

# Before a command: without CAP_NET_RAW, whoever we are. It goes out of the
# bounding set.
unprivileged=(python3 -c '
import ctypes, os, sys
ctypes.CDLL(None).prctl(24, 13, 0, 0, 0)
os.execvp(sys.argv[1], sys.argv[1:])')

# Records or verdicts of a file, a line each that EXPRESSION gives for it: r is
# the object, notes its codes, c and e a verdict's conversations and evidence.
told() # FILE EXPRESSION [TARGET]
{
	python3 - "$@" <<'PY'
import json, sys
path, expression, *target = sys.argv[1:]
for line in open(path):
    r = json.loads(line)
    if target and r.get("target") != target[0]:
        continue
    e = r.get("evidence", {})
    c = e.get("conversations", [r])
    notes = {n["code"] for one in c for n in one.get("notes", [])}
    print(eval(f"({expression})"))
PY
}
