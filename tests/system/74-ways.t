#!/bin/bash
# The way that our packets take: which source, which uplink, and which capture
# hears what comes back.
LIMIT=170
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=uplinks.sh
. "$system/uplinks.sh"

need_root
need python3 nft ping tc

probe=$PPTP_BUILD/pptp-probe
records=$scratch/records
errors=$scratch/errors

uplinks_up
uplinks_lab 198.18.0.1 40

call() # ARGUMENT...; -> $records, $errors
{
	in_ns "$caller" timeout -k 2 60 "$probe" call "$@" >"$records" \
		2>"$errors" </dev/null
}

gre='r["source"], r["gre"]["state"]'

# What leaves by which uplink, by its source.
in_ns "$router" nft -f - <<'NFT' || bail "no nftables"
table ip ways {
	counter first {}
	counter second {}
	chain forward {
		type filter hook prerouting priority -300
		iifname "r1" ip saddr 10.2.0.2 counter name first
		iifname "r2" ip saddr 10.2.0.2 counter name second
	}
}
NFT
counted() # COUNTER; how many packets
{
	in_ns "$router" nft list counter ip ways "$1" |
		sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# ---- A rule by source: the second uplink for the second address alone.

by_source()
{
	ip -n "$caller" rule "$1" from 10.2.0.2 lookup 100
	ip -n "$caller" route "$1" default via 10.2.0.1 dev c2 table 100
}

by_source add
call -S 10.2.0.2 198.18.0.2
is "source rule: the second uplink's address reaches the server's GRE" \
	"$(told "$records" "$gre")" "('10.2.0.2', 'reachable')"
is "source rule: … and the raw SYN's answer is heard" \
	"$(told "$records" 'r["tcp"]["reason"], r["tcp"]["ttl"] > 0')" \
	"('syn-ack', True)"
is "source rule: nothing with it leaves by the first" "$(counted first)" 0
ok "source rule: … but by the second" test "$(counted second)" -gt 9
call -i c2 198.18.0.2
is "source rule: the interface alone leads to its gateway too" \
	"$(told "$records" "$gre")" "('10.2.0.2', 'reachable')"
by_source del

# ---- An interface that no route leads out of.

call -i c2 198.18.0.2
is "no route by the interface: nothing is begun" $? 3
like "no route by the interface: one sentence says so" "$(cat "$errors")" \
	"no route to 198.18.0.2 by interface 'c2'"
is "no route by the interface: and the target is not looked for there" \
	"$(ip -n "$caller" neigh show 198.18.0.2)" ""
call -i c2 10.2.0.1
unlike "a neighbour by its interface needs no more" "$(cat "$errors")" route

# ---- Answers that come in by the other card.

ip -n "$router" route add 10.1.0.2/32 via 10.2.0.2 dev r2
call 198.18.0.2
is "asymmetric: the note says that the capture was deaf" \
	"$(told "$records" '"capture_deaf" in notes')" True
is "asymmetric: the port is open all the same" \
	"$(told "$records" 'r["tcp"]["state"], r["tcp"]["connect"]["state"]')" \
	"('open', 'connected')"
is "asymmetric: and GRE is heard where it comes in" \
	"$(told "$records" "$gre")" "('10.1.0.2', 'reachable')"
ip -n "$router" route del 10.1.0.2/32 via 10.2.0.2 dev r2

# ---- Several uplinks at once, and odd routes.

ip -n "$caller" route replace default nexthop via 10.1.0.1 nexthop via 10.2.0.1
call 198.18.0.1-198.18.0.40
is "two default routes: GRE of all servers is heard" \
	"$(told "$records" 'r["gre"]["state"]' | sort | uniq -c | tr -s ' ')" \
	" 40 reachable"
is "two default routes: and no capture is deaf" \
	"$(told "$records" '"capture_deaf" in notes' | sort -u)" False
ip -n "$caller" route replace default via 10.1.0.1

ip -n "$caller" rule add ipproto gre lookup 100
ip -n "$caller" route add default via 10.2.0.1 dev c2 table 100
call 198.18.0.2
is "a rule for GRE: GRE is heard" "$(told "$records" "$gre")" \
	"('10.1.0.2', 'reachable')"
ip -n "$caller" rule del ipproto gre lookup 100
ip -n "$caller" route del default via 10.2.0.1 dev c2 table 100

ip -n "$caller" address add 10.1.0.22/24 dev c1
call -S 10.1.0.22 198.18.0.2
is "a second address of one card: GRE is heard" \
	"$(told "$records" "$gre")" "('10.1.0.22', 'reachable')"
ip -n "$caller" address del 10.1.0.22/24 dev c1

ip -n "$caller" address flush dev c1
ip -n "$caller" address add 10.1.0.2/32 dev c1
ip -n "$router" address add 169.254.1.1/32 dev r1
ip -n "$caller" route replace default via 169.254.1.1 dev c1 onlink
call 198.18.0.2
is "a gateway outside of every network: GRE is heard" \
	"$(told "$records" "$gre")" "('10.1.0.2', 'reachable')"
ip -n "$caller" address flush dev c1
ip -n "$caller" address add 10.1.0.2/24 dev c1
ip -n "$caller" route replace default via 10.1.0.1

# ---- Nobody there, and ourselves.

in_ns "$caller" timeout 60 "$probe" control 10.1.0.77 >"$records" 2>"$errors" &
"${unprivileged[@]}" ip netns exec "$caller" timeout 60 "$probe" control 10.1.0.78 \
	>"$scratch/unprivileged" 2>/dev/null
wait $!
for file in "$records" "$scratch/unprivileged"; do
	is "a neighbour that is off: silent, and no failure of ours" \
		"$(told "$file" 'r["tcp"]["state"], r["ended_by"],
			"connect_failed" in notes')" \
		"('silent', 'silent', False)"
	like "a neighbour that is off: what connect() met" \
		"$(told "$file" 'r["tcp"]["connect"]["state"]')" \
		'^(unreachable|timeout)$'
done

in_ns "$caller" timeout 60 "$probe" control 10.2.0.2 >"$records" 2>"$errors"
is "an address of this host: the record says so" \
	"$(told "$records" 'r["tcp"]["state"], "own_host" in notes')" \
	"('closed', True)"

# ---- The kernel has no room for what we send: later, and nothing is lost.

in_ns "$caller" tc qdisc add dev c1 root tbf rate 10mbit burst 2kb limit 10mb ||
	bail "no queue that is slow"
in_ns "$caller" timeout -k 2 60 "$probe" syn -j 2000 198.18.8.0/21 >"$records" \
	2>"$errors"
is "a full queue: no packet is given up" \
	"$(told "$records" '"send_failed" in notes' | sort | uniq -c |
		tr -s ' ')" " 2048 False"
in_ns "$caller" tc qdisc del dev c1 root

done_testing
