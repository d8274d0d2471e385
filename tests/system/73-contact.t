#!/bin/bash
# First contact and what is on the way: hosts whose TCP is odd, boxes that treat
# hand-made SYNs otherwise, that ban, that forward half of PPTP, and servers that
# say something else. Never a better grade than the truth, and no failure of ours
# told where it is none. All is asked at once: it mostly waits.
LIMIT=240
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=uplinks.sh
. "$system/uplinks.sh"

need_root
need python3 nft ping taskset nmap

pptpgrade=$PPTP_BUILD/pptpgrade
probe=$PPTP_BUILD/pptp-probe

uplinks_up

# ---- The servers: the model's, odd hosts, and scripts; the same twice, the
# second time for who asks without CAP_NET_RAW.

uplinks_lab 198.18.0.1 60

manners=(ack shut bare wrong early quote:0 quote:1 quote:3 quote:13 soft:0
	soft:1 soft:3 soft:13 hard:13 refuse once:1 late rst)
odd=() number=0
for manner in "${manners[@]}"; do
	number=$((number + 1))
	odd+=("198.18.1.$number=$manner" "198.18.101.$number=$manner")
done
uplinks_serve "$system/odd.py" s1 "${odd[@]}"

scripts=(echo reset banner_reset shut mute noise cut long pap result_zero
	result_word unasked twice stops pap)
served=() number=0
for script in "${scripts[@]}"; do
	number=$((number + 1))
	for net in 2 102; do
		ip -n "$far" address add 198.18.$net.$number/16 dev s1
		served+=("198.18.$net.$number=$script")
	done
done
uplinks_serve "$system/scripted.py" "${served[@]}"

# ---- The boxes: a rule for a server each.

in_ns "$router" nft -f - <<'NFT' || bail "no nftables"
table ip boxes {
	set once { type ipv4_addr; flags dynamic,timeout; timeout 30s; }
	set banned { type ipv4_addr; flags dynamic,timeout; timeout 30m; }
	set stage1 { type ipv4_addr; flags dynamic,timeout; timeout 1h; }
	set stage2 { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
	set staged { type ipv4_addr; flags dynamic,timeout; timeout 10d; }
	set seen { type ipv4_addr; flags dynamic,timeout; timeout 60s; }
	chain prerouting {
		type nat hook prerouting priority -100
		ip daddr 10.1.0.1 tcp dport 1723 dnat to 198.18.0.27
	}
	chain postrouting {
		type nat hook postrouting priority 100
		ip saddr 198.18.0.27 oifname "r1" masquerade
		ip daddr 198.18.0.25 masquerade
	}
	chain copies {
		type filter hook postrouting priority 0
		ip saddr 198.18.0.26 ip protocol { tcp, gre } \
			dup to 10.1.0.2 device "r1"
	}
	chain forward {
		type filter hook forward priority 0
		ip daddr { 198.18.0.1-198.18.0.12, 198.18.0.14,
			198.18.0.40-198.18.0.51, 198.18.0.60 } \
			tcp flags & (syn|ack) == syn \
			tcp option timestamp missing drop
		ip daddr 198.18.0.13 tcp flags & (syn|ack) == syn \
			tcp option timestamp missing reject with tcp reset
		ip daddr 198.18.0.20 jump second
		ip daddr 198.18.0.21 jump stages
		ip daddr 198.18.0.22 tcp dport 1723 ct state new update @seen \
			{ ip saddr limit rate over 3/minute burst 3 packets } drop
		ip daddr 198.18.0.23 ip protocol gre @th,64,32 != 0 drop
		ip daddr 198.18.0.24 ip protocol gre \
			limit rate over 1/hour burst 12 packets drop
		ip daddr 198.19.0.0/16 drop
	}
	chain second {
		tcp flags & (syn|ack) == syn ip saddr @once \
			add @banned { ip saddr }
		tcp flags & (syn|ack) == syn add @once { ip saddr }
		tcp dport 1723 ip saddr @banned drop
	}
	chain stages {
		tcp dport 1723 ip saddr @staged drop
		tcp dport 1723 ct state new ip saddr @stage2 \
			add @staged { ip saddr }
		tcp dport 1723 ct state new ip saddr @stage1 \
			add @stage2 { ip saddr }
		tcp dport 1723 ct state new add @stage1 { ip saddr }
	}
}
NFT
# A server whose GRE socket is not open yet when the first packet comes.
in_ns "$far" nft -f - <<'NFT' || bail "no nftables"
table ip boxes {
	set known { type ipv4_addr; flags dynamic,timeout; timeout 20s; }
	chain input {
		type filter hook input priority 0
		ip daddr 198.18.2.15 meta l4proto gre ip saddr @known accept
		ip daddr 198.18.2.15 meta l4proto gre \
			add @known { ip saddr } reject with icmp prot-unreachable
	}
}
NFT
ip -n "$router" route add 198.19.0.0/16 via 198.18.200.9

# ---- All at once.

ask() # NAME COMMAND...; in the background
{
	local name=$1
	shift
	timeout -k 2 200 "$@" >"$scratch/$name" 2>"$scratch/$name.errors" \
		</dev/null &
	waits+=($!)
}
waits=()
asked="198.18.0.1-198.18.0.13 198.18.0.20-198.18.0.27 10.1.0.1 198.18.1.1-198.18.1.${#manners[@]}
	198.18.2.1-198.18.2.${#scripts[@]}"
alone="198.18.0.40-198.18.0.51 198.18.101.1-198.18.101.${#manners[@]}
	198.18.102.1-198.18.102.${#scripts[@]}"
# shellcheck disable=SC2086
ask root ip netns exec "$caller" "$pptpgrade" -q -f jsonl -v $asked
# shellcheck disable=SC2086
ask nobody "${unprivileged[@]}" ip netns exec "$caller" "$pptpgrade" -q \
	-f jsonl -v $alone
ask syn "${unprivileged[@]}" ip netns exec "$caller" "$pptpgrade" -q \
	-f jsonl -d syn 198.18.0.60
ask nmap ip netns exec "$caller" env "${sanitizers[@]}" nmap -n -Pn -sT -p 1723 \
	--datadir "$PPTP_BUILD/nmap" --script pptp-exposure 198.18.0.14
SECONDS=0
# shellcheck disable=SC2016
ask silent ip netns exec "$caller" bash -c 'ulimit -Sn 512; "$0" "$@"
	echo $SECONDS >&2' "$probe" control -q 198.19.0.0/19
# shellcheck disable=SC2016
ask few ip netns exec "$caller" bash -c 'ulimit -n 512; "$0" "$@"' \
	"$probe" control -q -j 64 198.19.128.0/22
wait "${waits[@]}"
diag "$SECONDS s"

# ---- What a right answer is.

root() { told "$scratch/root" "$2" "$1"; }     # TARGET EXPRESSION
nobody() { told "$scratch/nobody" "$2" "$1"; } # TARGET EXPRESSION
grade='r["grade"]'
open='e["tcp"]["state"]'
connect='e["tcp"]["state"], e["tcp"]["connect"]["state"]'

is "every server has a verdict" "$(wc -l <"$scratch/root")" \
	$((22 + ${#manners[@]} + ${#scripts[@]}))
is "every server has a verdict without privilege too" \
	"$(wc -l <"$scratch/nobody")" $((12 + ${#manners[@]} + ${#scripts[@]}))

ok "hand-made SYNs dropped: no verdict contradicts the truth" \
	python3 "$repo/tests/lab/compare.py" --partial "$scratch/truth" \
	<(told "$scratch/root" 'json.dumps(r)' |
		grep -E '"target": "198\.18\.0\.([1-9]|1[0-2])"')
ok "hand-made SYNs dropped: nor without privilege" \
	python3 "$repo/tests/lab/compare.py" --partial "$scratch/truth" \
	<(told "$scratch/nobody" 'json.dumps(r)' |
		grep -E '"target": "198\.18\.0\.')
for target in 198.18.0.1 198.18.0.12 198.18.0.13; do
	is "$target: what answers the kernel alone is open, and noted" \
		"$(root $target "$open, 'syn_differs' in notes")" \
		"('open', True)"
	like "$target: and graded by what it does" \
		"$(root $target "$grade")" '^([D-F]|[B-F]-F)$'
done

like "… and Nmap's script grades it, where Nmap connects" \
	"$(cat "$scratch/nmap")" 'grade: F'
is "depth syn without privilege is a connection" \
	"$(told "$scratch/syn" "$connect, $grade, len(c)")" \
	"('open', 'connected', 'B-F', 1)"

is "a bare ACK decides nothing" "$(root 198.18.1.1 "$grade")" '?'
is "a bare ACK is noted" "$(root 198.18.1.1 '"odd_segment" in notes')" True
is "a RST that acknowledges nothing decides nothing" \
	"$(root 198.18.1.18 "$grade")" '?'
for target in 2 3 4 5 16; do
	is "198.18.1.$target, ${manners[target - 1]}: B-F" \
		"$(root 198.18.1.$target "$grade")" B-F
done
is "window 0: nothing was delivered, and that is noted" \
	"$(root 198.18.1.2 '[n["text"] for one in c
		for n in one["notes"] if n["code"] == "not_delivered"][0]')" \
	"the server took none of the 156 bytes that we sent"
is "no options: what was taken is not called lost" \
	"$(root 198.18.1.3 '"not_delivered" in notes')" False
is "without privilege: the same" \
	"$(nobody 198.18.101.2 '"not_delivered" in notes'
	nobody 198.18.101.3 '"not_delivered" in notes')" $'True\nFalse'
is "which SYN a late answer is for cannot be told: no round trip" \
	"$(root 198.18.1.17 '"rtt_us" in e["tcp"], e["tcp"]["state"]')" \
	"(False, 'open')"
like "window 0: the sentence says so" "$(root 198.18.1.2 'r["summary"]')" \
	'^Port 1723 opens with a window of 0, but took nothing of the request'
is "no options: that no reply came is told, and what hints at a box" \
	"$(root 198.18.1.3 'r["summary"]')" "Port 1723 opens, but no reply \
came to the whole request; its SYN-ACK has no option, which hints at a box on \
the way."
is "one SYN answered, and then no connection: open, and noted" \
	"$(root 198.18.1.16 "$connect, 'syn_differs' in notes")" \
	"('open', 'timeout', True)"

for i in 6 7 8 9 10 11 12 13; do
	is "${manners[i - 1]}: the port is open" \
		"$(root 198.18.1.$i "$connect")" "('open', 'connected')"
	is "${manners[i - 1]}: and without privilege" \
		"$(nobody 198.18.101.$i "$connect")" "('open', 'connected')"
done
is "ICMP that ended connect() was no end" \
	"$(root 198.18.1.11 '"connect_again" in notes')" True
is "no reason icmp without its sender, and no sender without it" \
	"$(told "$scratch/root" 'all(("icmp_from" in stage) ==
		("icmp-" in stage.get("reason", ""))
		for one in c for stage in (one["tcp"], one["host"], one["gre"],
			one["tcp"].get("connect", {})))' | sort -u)" True
is "a hard ICMP each time: filtered" \
	"$(root 198.18.1.14 'e["tcp"]["state"], e["tcp"]["reason"]')" \
	"('filtered', 'icmp-3-13')"
is "a RST to both kinds of SYN: closed, A, proven" \
	"$(root 198.18.1.15 "$connect, $grade, r['confidence']")" \
	"('closed', 'refused', 'A', 'proven')"
is "a refused connection alone: A, not proven" \
	"$(nobody 198.18.101.15 "$connect, $grade, r['confidence']")" \
	"('closed', 'refused', 'A', 'inferred')"

is "a second connection banned: B-F, never A" \
	"$(root 198.18.0.20 "$grade")" B-F
like "… the sentence says that the connection was not answered" \
	"$(root 198.18.0.20 'r["summary"]')" 'connection after it was not:'
like "a ban after some connections is told" \
	"$(root 198.18.0.21 'r["summary"]')" \
	'it stopped answering after [0-9]+ connections?: perhaps a limit or a ban'
for target in 198.18.0.21 198.18.0.22 198.18.0.24; do
	is "limits, $target: no letter better than the truth" \
		"$(root $target 'r["worst"], "error" in r["evidence"]')" \
		"('F', False)"
done
is "GRE of which the first packet arrives: reachable" \
	"$(root 198.18.0.23 'e["gre"]["state"]')" reachable
like "… and nothing after it, which is told" \
	"$(root 198.18.0.23 'r["summary"]')" \
	"as if no GRE of ours arrived after a call's first packet"
like "GRE that reaches the server in the first calls alone is told" \
	"$(root 198.18.0.24 'r["summary"]')" \
	'GRE of ours was seen to arrive in the first [0-9]+ calls alone'
like "a port forward without GRE is told, with its ICMP" \
	"$(root 10.1.0.1 'r["summary"]')" \
	'itself answers our GRE with ICMP 3/2: perhaps a port forward'
is "… and asked no further than to confirm it" \
	"$(root 10.1.0.1 'len(c)')" 2
is "a port forward without GRE: refused by the target itself" \
	"$(root 10.1.0.1 'e["gre"].get("to_server"), r["worst"],
		any(one["gre"].get("refusals", 0) > 1 for one in c)')" \
	"('refused', 'F', True)"
is "ICMP for the first GRE packet alone: the call goes on" \
	"$(root 198.18.2.15 'r["grade"]')" F
is "a NAT that knows no PPTP: calls are taken, and GRE did not pass" \
	"$(root 198.18.0.25 'r["grade"], "GRE was not shown to pass" in
		r["summary"]')" "('D-F', True)"
ok "every packet twice, and NAT: no verdict contradicts the truth" \
	python3 "$repo/tests/lab/compare.py" --partial "$scratch/truth" \
	<(told "$scratch/root" 'json.dumps(r)' |
		grep -E '"target": "198\.18\.0\.2[56]"')

# ---- Scripts.

both() # CLAIM NUMBER EXPRESSION WANTED
{
	is "$1" "$(root "198.18.2.$2" "$3")" "$4"
	is "$1, without privilege" "$(nobody "198.18.102.$2" "$3")" "$4"
}
both "an echo is not PPTP" 1 "$grade" B
like "… and the sentence says so" "$(root 198.18.2.1 'r["summary"]')" \
	'echoes what it is sent'
both "accepted and reset: B-F" 2 "$grade, 'connect_failed' in notes" \
	"('B-F', False)"
both "what was said before a reset is heard" 3 \
	'r["grade"], e["control"]["state"]' "('B', 'not_pptp')"
both "accepted and closed: B-F" 4 "$grade" B-F
both "silence after the request: B-F" 5 "$grade" B-F
both "another protocol: B" 6 "$grade" B
for i in 7 8; do
	like "${scripts[i - 1]}: PPTP answers, never B" \
		"$(root 198.18.2.$i "$grade")" '^[BC]-F$'
done
is "PAP asked for: F" "$(root 198.18.2.9 "$grade")" F
for i in 10 11; do
	like "${scripts[i - 1]}: no better than the truth" \
		"$(root 198.18.2.$i "$grade")" '^(F|C-F)$'
done
both "a reply that was not asked for is not believed" 12 "$grade" C
both "a reply that comes twice is one" 13 "$grade" C
is "a server that asks to stop for ever is left within 9 s" \
	"$(root 198.18.2.14 'max(one["duration_us"] for one in c) < 10e6')" True

# ---- 8192 silent addresses take no turns by the 256 jobs, nor all descriptors.

is "silent: a record each" "$(wc -l <"$scratch/silent")" 8192
is "silent: told as silence, and never as a failure of ours" \
	"$(told "$scratch/silent" 'r["tcp"]["state"],
		r["tcp"]["connect"]["state"], r["ended_by"],
		"connect_failed" in notes' | sort -u)" \
	"('silent', 'timeout', 'silent', False)"
seconds=$(tail -n 1 "$scratch/silent.errors")
diag "silent: ${seconds} s"
ok "silent: in less than a minute" test "${seconds:-999}" -lt 60
is "silent, with few descriptors: the same" \
	"$(told "$scratch/few" 'r["tcp"]["state"],
		r["tcp"]["connect"]["state"], "connect_failed" in notes' |
		sort | uniq -c | tr -s ' ')" " 1024 ('silent', 'timeout', False)"

# ---- 200 that accept and reset at once, before anybody can look.

listeners=()
for i in {1..200}; do listeners+=("127.0.0.$i=reset" "127.0.1.$i=banner_reset"); done
uplinks_serve "$system/scripted.py" --eager "${listeners[@]}"
for net in 0 1; do
	in_ns "$far" taskset -c 0 timeout 60 "$probe" control -q -t 1 \
		127.0.$net.1-127.0.$net.200 >"$scratch/resets$net"
done
is "accepted and reset at once: open, 200 of 200" \
	"$(told "$scratch/resets0" 'r["tcp"]["state"], r["ended_by"],
		"connect_failed" in notes' | sort | uniq -c | tr -s ' ')" \
	" 200 ('open', 'reset', False)"
is "… and what was said before it is heard, 200 of 200" \
	"$(told "$scratch/resets1" 'r["tcp"]["state"], r["control"]["state"],
		"connect_failed" in notes' | sort | uniq -c | tr -s ' ')" \
	" 200 ('open', 'not_pptp', False)"

done_testing
