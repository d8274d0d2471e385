#!/bin/bash
# A sweep of both families, on the link, on this host, by gateways that are not
# the same, and of several ports.
LIMIT=60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need /usr/bin/python3

netns_new -6
listener='import socket, time
s = socket.socket(socket.AF_INET6)
s.bind(("::", 1723))
s.listen(64)
print("ready", flush=True)
time.sleep(60)'
start server /usr/bin/python3 -c "$listener"
wait_for 5 grep -q ready "$log" || bail "nobody listens"

states() # ARGUMENT...; "target port state", in order
{
	in_ns client "$PPTP_BUILD/pptp-probe" scan -q -d syn --only any \
		--cooldown 0.7 --retry-after 0.2 "$@" 2>&1 |
		jq -r 'select(.kind != "scan") |
			"\(.target) \(.port) \(.tcp.state)"' | sort
}

is "both families in one sweep" "$(states $server_ip $server_ip6 192.0.2.77)" \
	"192.0.2.2 1723 open
192.0.2.77 1723 silent
2001:db8::2 1723 open"
is "ports of both" "$(states $server_ip:1724 "[$server_ip6]:1724" $server_ip6)" \
	"192.0.2.2 1724 closed
2001:db8::2 1723 open
2001:db8::2 1724 closed"
is "this host by its loopback" "$(states 127.0.0.1 ::1)" \
	"127.0.0.1 1723 closed
::1 1723 closed"
is "and by its own address" "$(states $client_ip)" "192.0.2.1 1723 closed"

# Two ways out: each target by its own, and heard whichever way it comes back.
other=pptp-$$-other
netns_add "$other"
no_ipv6 "$other"
ip -n "$client" link add veth1 type veth peer name veth1 netns "$other"
ip -n "$client" address add 203.0.113.1/24 dev veth1
ip -n "$other" address add 203.0.113.2/24 dev veth1
ip -n "$client" link set veth1 up
ip -n "$other" link set veth1 up
ip -n "$other" address add 198.51.100.7/32 dev lo
ip -n "$other" route add 192.0.2.0/24 via 203.0.113.1
ip -n "$client" route add 198.51.100.0/24 via 203.0.113.2
ip -n "$server" address add 198.51.101.7/32 dev lo
ip -n "$client" route add 198.51.101.0/24 via $server_ip
is "two gateways" \
	"$(states 198.51.100.7 198.51.101.7 203.0.113.2 $server_ip)" \
	"192.0.2.2 1723 open
198.51.100.7 1723 closed
198.51.101.7 1723 open
203.0.113.2 1723 closed"

in_ns client "$PPTP_BUILD/pptp-probe" scan -q -d syn 192.88.99.1 \
	2>"$scratch/err"
is "no route: exit status" $? 3
like "no route: in words" "$(cat "$scratch/err")" \
	'no route leads to 192\.88\.99\.1'

done_testing
