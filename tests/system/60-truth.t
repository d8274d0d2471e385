#!/bin/bash
# Every verdict on real servers is the true one, from the wire, and the audit
# does them no harm.
LIMIT=420
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

need_root
need python3 tshark

bed_up -l 400

grade() # OPTIONS and targets; verdicts as JSON Lines
{
	in_ns "$bed" "$PPTP_BUILD/pptpgrade" -q -f jsonl "$@"
}

field() # FILE TARGET EXPRESSION over the verdict v
{
	python3 - "$@" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    v = json.loads(line)
    if v["target"] == sys.argv[2]:
        e = v["evidence"]
        print(eval(sys.argv[3]))
PY
}

# grade; pap md5 v1 v2 eap: o offered, a accepted, r refused
declare -A grades=([pap]=F [chapmd5]=F [mschap12]=F [mschapv2]=E
	[mschapv2-mppe]=E [one]=E [eap]=D-F [any]=F [noauth]=F
	[slirp-chap]=F [slirp-pap]=F [closed]=A)
declare -A methods=([pap]=orrrr [chapmd5]=rorrr [mschap12]=rraor
	[mschapv2]=rrror [mschapv2-mppe]=rrror [one]=rrror [eap]=rrrro
	[any]=aaaao)

letters="''.join(e['authentication']['methods'][m][0] for m in \
 ('pap', 'chap_md5', 'mschap_v1', 'mschap_v2', 'eap'))"

capture=$scratch/all.pcap
printf '%s\n' "${address[@]}" >"$scratch/targets"
# The guest's own programs; kernel threads come and go as they like.
programs()
{
	in_guest "ps -o args | grep -v -e '^\[' -e '^ps ' -e '^grep ' -e /mnt/job | sort"
}
before=$(programs)
grade -j 3 -w "$capture" -T "$scratch/targets" >"$scratch/verdicts"
is "the run ends well" $? 0

for profile in "${!grades[@]}"; do
	at=${address[$profile]}
	is "$profile deserves ${grades[$profile]}" \
		"$(field "$scratch/verdicts" "$at" "v['grade']")" \
		"${grades[$profile]}" || diag "$(field "$scratch/verdicts" "$at" \
		"v['summary'], e['authentication']")"
	[ -n "${methods[$profile]:-}" ] || continue
	is "$profile: each method is what it is" \
		"$(field "$scratch/verdicts" "$at" "$letters")" \
		"${methods[$profile]}"
	# Rejecting EAP once makes `any` ask for CHAP: whether it would ever go
	# without a login is not known, and said so.
	login=required
	[ "$profile" != any ] || login=unknown
	is "$profile: login $login" \
		"$(field "$scratch/verdicts" "$at" \
			"e['authentication']['state']")" $login
done

is "noauth is proven by what the server asked for without a login" \
	"$(field "$scratch/verdicts" "${address[noauth]}" \
		"e['authentication']['state'], sorted(e['network']['protocols'])")" \
	"('not_required', ['ccp', 'ipcp', 'ipv6cp'])"
is "any: PAP took two Naks" \
	"$(field "$scratch/verdicts" "${address[any]}" \
		"max(sum(o['answer'] == 'nak:pap' for o in c['lcp']['offers']) \
		for c in e['conversations'])")" 2
is "closed is proven by a reset" \
	"$(field "$scratch/verdicts" "${address[closed]}" \
		"v['confidence'], e['tcp']['reason']")" "('proven', 'rst')"
is "every conversation was closed cleanly" \
	"$(field "$scratch/verdicts" "${address[mschap12]}" \
		"{c['teardown']['state'] for c in e['conversations']}")" \
	"{'clean'}"

# ---- What we sent, as tshark reads it.

shark()
{
	tshark -n -r "$capture" "$@" 2>/dev/null
}
is "no authentication packet is ours" \
	"$(shark -Y 'ip.src == 10.77.0.2 && (chap || pap || eap)' | wc -l)" 0
is "no NCP packet is ours" \
	"$(shark -Y 'ip.src == 10.77.0.2 && (ipcp || ccp || ipv6cp)' | wc -l)" 0
is "no ICMP is ours" \
	"$(shark -Y 'ip.src == 10.77.0.2 && icmp' | wc -l)" 0
is "no packet of ours is malformed" \
	"$(shark -Y 'ip.src == 10.77.0.2 && _ws.malformed' | wc -l)" 0
ok "the capture holds GRE both ways" \
	[ "$(shark -Y 'gre && ip.dst == 10.77.0.2' | wc -l)" -gt 20 ]

# ---- With the only slot taken: another opinion of the same server.

in_ns "$bed" python3 - "${address[one]}" >"$scratch/slot" <<'PY' &
import socket, struct, sys, time
s = socket.create_connection((sys.argv[1], 1723))
s.sendall(struct.pack(">HHIHHHHIIHH64s64s", 156, 1, 0x1a2b3c4d, 1, 0, 0x100, 0,
                      3, 3, 0, 0, b"", b""))
s.recv(156)
print("taken", flush=True)
time.sleep(20)
PY
holder=$!
processes+=("$holder")
wait_for 10 grep -q taken "$scratch/slot"
grade -d call "${address[one]}" >"$scratch/busy"
is "one, its slot taken, is B-F" \
	"$(field "$scratch/busy" "${address[one]}" "v['grade']")" B-F
stop "$holder"

# ---- Harmless.

for profile in mschap12 any noauth pap eap; do
	printf '%s\n' "${address[$profile]}"
done >"$scratch/few"
for _ in $(seq 40); do
	grade -d call -T "$scratch/few"
done >"$scratch/repeated"
is "200 audits gave 200 verdicts" "$(wc -l <"$scratch/repeated")" 200
# shellcheck disable=SC2317 # called by wait_for
no_call()
{
	[ "$(in_guest 'ps -o comm | grep -cE "^(pppd|pptpctrl)$"')" = 0 ]
}
ok "after them no call is left" wait_for 15 no_call
is "and the guest has as many processes as before" \
	"$(programs)" "$before"

done_testing
