#!/bin/bash
# Every verdict on real servers is the true one, from the wire, and the audit
# does them no harm: with both generations of them.
LIMIT=420
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

need_root
need python3 tshark

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

# What all of this is said of: bed, address, of (the release) and these.
verdicts='' capture=''

verdict() # PROFILE EXPRESSION
{
	field "$verdicts" "${address[$1]}" "$2"
}

# grade; pap md5 v1 v2 eap: o offered, a accepted, r refused
declare -A grades=([pap]=F [chapmd5]=F [mschap12]=F [mschapv2]=E
	[mschapv2-mppe]=E [one]=E [eap]=D-F [any]=F [noauth]=F
	[slirp-chap]=F [slirp-pap]=F [closed]=A
	[eap-tls]=D-F [eap-mschapv2]=D-F)
declare -A methods=([pap]=orrrr [chapmd5]=rorrr [mschap12]=rraor
	[mschapv2]=rrror [mschapv2-mppe]=rrror [one]=rrror [eap]=rrrro
	[any]=aaaao [eap-tls]=rrrro [eap-mschapv2]=rrrro)

letters="''.join(e['authentication']['methods'][m][0] for m in \
 ('pap', 'chap_md5', 'mschap_v1', 'mschap_v2', 'eap'))"

# ---- The verdicts.

deserved()
{
	local profile login
	for profile in "${!address[@]}"; do
		is "$of: $profile deserves ${grades[$profile]}" \
			"$(verdict "$profile" "v['grade']")" \
			"${grades[$profile]}" || diag "$(verdict "$profile" \
			"v['summary'], e['authentication']")"
		[ -n "${methods[$profile]:-}" ] || continue
		is "$of: $profile: each method is what it is" \
			"$(verdict "$profile" "$letters")" \
			"${methods[$profile]}"
		# Rejecting EAP once makes `any` ask for CHAP: whether it would
		# ever go without a login is not known, and said so.
		login=required
		[ "$profile" != any ] || login=unknown
		is "$of: $profile: login $login" \
			"$(verdict "$profile" "e['authentication']['state']")" \
			$login
	done
}

proven()
{
	is "$of: noauth is proven by what the server asked for without a login" \
		"$(verdict noauth "e['authentication']['state'], \
			sorted(e['network']['protocols'])")" \
		"('not_required', ['ccp', 'ipcp', 'ipv6cp'])"
	is "$of: any: PAP took two Naks" "$(verdict any \
		"max(sum(o['answer'] == 'nak:pap' for o in c['lcp']['offers']) \
		for c in e['conversations'])")" 2
	is "$of: closed is proven by a reset" \
		"$(verdict closed "v['confidence'], e['tcp']['reason']")" \
		"('proven', 'rst')"
	is "$of: every conversation was closed cleanly" "$(verdict mschap12 \
		"{c['teardown']['state'] for c in e['conversations']}")" \
		"{'clean'}"
}

# What EAP asks first: an identity, or the method itself where the server is
# told who calls (1 Identity, 4 MD5-Challenge, 13 TLS).
declare -A eap_types=([eap]=1 [any]=1 [eap-mschapv2]=4 [eap-tls]=13)

inside_eap()
{
	local profile
	for profile in "${!eap_types[@]}"; do
		is "$of: $profile asks first for EAP type ${eap_types[$profile]}" \
			"$(verdict "$profile" "sorted({c['challenge']['type'] \
			for c in e['conversations'] \
			if c['challenge'].get('method') == 'eap'})")" \
			"[${eap_types[$profile]}]"
	done
}

# Who they are: what both generations have in common, and no version of it.
known()
{
	is "$of: pptpd and pppd are recognised by what they do" \
		"$(verdict mschapv2 "v['product']['name'], \
			v['product']['ppp'], v['product']['ppp_proven'], \
			v['product']['confidence']")" \
		"('Poptop', 'pppd', True, 'proven')"
	is "$of: slirp's PPP is not taken for pppd" \
		"$(verdict slirp-chap "v['product']['ppp']")" slirp
	is "$of: a challenge follows from its magic number with each of CHAP" \
		"$(for profile in chapmd5 mschap12 mschapv2 slirp-chap; do
			verdict "$profile" \
				"any(f['id'] == 'PPTP-020' for f in v['findings'])"
		done | xargs)" "True True True False"
}

# ---- What we sent, as tshark reads it.

shark()
{
	tshark -n -r "$capture" "$@" 2>/dev/null
}

sent()
{
	is "$of: no authentication packet is ours" "$(shark -Y \
		'ip.src == 10.77.0.2 && (chap || pap || eap)' | wc -l)" 0
	is "$of: no NCP packet is ours" "$(shark -Y \
		'ip.src == 10.77.0.2 && (ipcp || ccp || ipv6cp)' | wc -l)" 0
	is "$of: no ICMP is ours" \
		"$(shark -Y 'ip.src == 10.77.0.2 && icmp' | wc -l)" 0
	is "$of: no packet of ours is malformed" \
		"$(shark -Y 'ip.src == 10.77.0.2 && _ws.malformed' | wc -l)" 0
	ok "$of: the capture holds GRE both ways" \
		[ "$(shark -Y 'gre && ip.dst == 10.77.0.2' | wc -l)" -gt 20 ]
}

# ---- With the only slot taken: another opinion of the same server.

busy()
{
	local holder
	in_ns "$bed" python3 - "${address[one]}" >"$scratch/slot.$of" <<'PY' &
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
	wait_for 10 grep -q taken "$scratch/slot.$of"
	grade -d call "${address[one]}" >"$scratch/busy"
	is "$of: one, its slot taken, is B-F" \
		"$(field "$scratch/busy" "${address[one]}" "v['grade']")" B-F
	stop "$holder"
}

# ---- Harmless.

# The guest's own programs; kernel threads come and go as they like.
programs()
{
	in_guest "ps -o args | grep -v -e '^\[' -e '^ps ' -e '^grep ' -e /mnt/job | sort"
}

# shellcheck disable=SC2317 # called by wait_for
no_call()
{
	[ "$(in_guest 'ps -o comm | grep -cE "^(pppd|pptpctrl)$"')" = 0 ]
}

harmless() # PROGRAMS as they were before
{
	local profile
	for profile in mschap12 any noauth pap eap; do
		printf '%s\n' "${address[$profile]}"
	done >"$scratch/few"
	for _ in $(seq 40); do
		grade -d call -T "$scratch/few"
	done >"$scratch/repeated"
	is "$of: 200 audits gave 200 verdicts" \
		"$(wc -l <"$scratch/repeated")" 200
	ok "$of: after them no call is left" wait_for 15 no_call
	is "$of: and the guest has as many processes as before" \
		"$(programs)" "$1"
}

truth() # RELEASE
{
	local before
	of=$1
	verdicts=$scratch/verdicts.$of capture=$scratch/$of.pcap
	address=()
	bed_up -g "$of" -l 200
	before=$(programs)
	printf '%s\n' "${address[@]}" >"$scratch/targets"
	grade -j 3 -w "$capture" -T "$scratch/targets" >"$verdicts"
	is "$of: the run ends well" $? 0
	deserved
	proven
	inside_eap
	known
	sent
	busy
	harmless "$before"
	bed_down
}

mapfile -t releases < <(awk '/^[0-9]/ { print $1 }' \
	"$system/realserver/generations")
for release in "${releases[@]}"; do
	truth "$release"
done

done_testing
