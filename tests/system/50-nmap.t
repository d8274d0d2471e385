#!/bin/bash
# Inside a stock Nmap every real server gets the verdict that pptpgrade gives,
# and the same script says the same without Nmap.
LIMIT=600
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=nmap.sh
. "$(dirname "$0")/nmap.sh"
need_root
need nmap python3 tshark
diag "$(nmap --version | head -n 1), with Lua $nmap_lua"

bed_up -l 280
servers=("${address[@]}")
printf '%s\n' "${servers[@]}" >"$scratch/targets"

# ---- The same verdicts.

in_ns "$bed" "$PPTP_BUILD/pptpgrade" -q -f jsonl -T "$scratch/targets" \
	>"$scratch/verdicts"
is "pptpgrade grades them all" "$(wc -l <"$scratch/verdicts")" ${#servers[@]}
start "$bed" tcpdump -i any -s 200 -U -w "$scratch/sent.pcap" \
	'ip proto 47 or tcp port 1723 or icmp'
dump=$started
wait_for 5 grep -q listening "$log"
run_nmap "all real servers in one run" "$bed" -iL "$scratch/targets" \
	--script-args pptp-exposure.contact=noc@example.net
all=$xml
sleep 1
stop "$dump"
ok "each grade, login and method equals pptpgrade's" \
	"$reader" equal "$all" "$scratch/verdicts"
diag "$("$reader" equal "$all" "$scratch/verdicts" | tail -n 1)"

declare -A grades=([pap]=F [chapmd5]=F [mschap12]=F [mschapv2]=E
	[mschapv2-mppe]=E [one]=E [eap]=D-F [any]=F [noauth]=F
	[slirp-chap]=F [slirp-pap]=F [closed]='')
for profile in "${!grades[@]}"; do
	is "$profile deserves ${grades[$profile]:-no script}" \
		"$(said_of "${address[$profile]}" "v['grade']")" \
		"${grades[$profile]}"
done
is "the methods of mschap12 have their letters" \
	"$("$reader" text "$all" "${address[mschap12]}" |
		sed -n 's/^ *\(MS-CHAPv[12] (.*\)/\1/p')" \
	"$(printf 'MS-CHAPv1 (accepted) - F\nMS-CHAPv2 (offered) - E')"
is "a grade stands once a host, at the end" \
	"$("$reader" text "$all" "${address[any]}" | grep -n '^  grade:')" \
	"$("$reader" text "$all" "${address[any]}" | wc -l):  grade: F"
is "the port's version is filled" "$(said_of "${address[mschap12]}" \
	"[v['service'][k] for k in ('product', 'version', 'hostname', 'ostype', \
	'devicetype')]")" \
	"['Poptop', '(Firmware: 1)', 'local', 'Linux', 'vpn-server']"

# ---- What was sent.

shark()
{
	tshark -n -r "$scratch/sent.pcap" -Y "$1" 2>/dev/null | wc -l
}
is "no authentication packet is ours" \
	"$(shark 'ip.src == 10.77.0.2 && (chap || pap || eap)')" 0
is "no NCP packet is ours" \
	"$(shark 'ip.src == 10.77.0.2 && (ipcp || ccp || ipv6cp)')" 0
is "no ICMP is ours" "$(shark 'ip.src == 10.77.0.2 && icmp')" 0
ok "GRE went both ways" [ "$(shark 'gre && ip.dst == 10.77.0.2')" -gt 20 ]
ok "the contact was told" [ "$(shark 'pptp.control_message_type == 1 &&
	pptp.host_name contains "noc@example.net"')" -gt 5 ]

# ---- Beside other scripts.

run_nmap "with -sV's pptp-version before it" "$bed" \
	--script pptp-version,pptp-exposure "${address[mschapv2]}"
is "what pptp-version filled stays" \
	"$(said_of "${address[mschapv2]}" "v['service']['product']")" linux
# A conversation that met less than the whole server may not tell its system.
is "the rest is filled from a whole verdict" "$(said_of "${address[mschapv2]}" \
	"v['service'].get('ostype') if v['grade'] == 'E' else 'Linux'")" Linux
[ "$(said_of "${address[mschapv2]}" "v['service'].get('ostype')")" = Linux ] ||
	diag "$said"
cat >"$scratch/reader.nse" <<'NSE'
local stdnse = require "stdnse"
categories = { "safe" }
dependencies = { "pptp-exposure" }
portrule = function(host)
  return host.registry.pptp_exposure ~= nil
end
action = function(host)
  return "worst is " .. host.registry.pptp_exposure.worst
end
NSE
run_nmap "with a script that reads the verdict" "$bed" \
	--script "pptp-exposure,$scratch/reader.nse" \
	--script-args pptp-exposure.depth=control "${address[mschapv2]}"
like "another script finds the verdict in the registry" "$said" \
	'reader: worst is F'

# ---- The same script without Nmap.

# Without the port's line, and the foot of Nmap's last script.
script_text()
{
	sed -n 's/^|[ _] \?//p'
}
same=0
for profile in mschap12 any eap noauth slirp-chap pap closed; do
	at=${address[$profile]}
	in_ns "$bed" "$PPTP_BUILD/pptpgrade" --script \
		"$repo/nse/pptp-exposure.nse" "$at" >"$scratch/runner"
	is "$profile: the runner ends well" $? 0
	run_nmap "$profile" "$bed" "$at"
	is "$profile: the text is the same without Nmap" \
		"$(script_text <"$scratch/runner")" "$(script_text <<<"$said")" &&
		[ "$profile" != closed ] && same=$((same + 1))
	is "$profile: the port's line is the same" \
		"$(grep '^1723' "$scratch/runner")" "$(grep '^1723' <<<"$said")"
done
diag "$same texts are the same"

# ---- How long depth `control` takes, beside pptp-version.

took() # ARGUMENT...: tenths of the best of five, in ms
{
	local i best=999999 from to
	for ((i = 0; i < 5; i++)); do
		from=${EPOCHREALTIME/[.,]/}
		in_ns "$bed" "${nmap_env[@]}" nmap -n -Pn -p 1723 "$@" \
			"${few[@]}" >/dev/null
		to=${EPOCHREALTIME/[.,]/}
		[ $((to - from)) -ge $best ] || best=$((to - from))
	done
	echo $((best / 1000))
}
few=("${address[mschap12]}" "${address[eap]}" "${address[pap]}")
theirs=$(took --script pptp-version)
ours=$(took --datadir "$tree" --script pptp-exposure \
	--script-args pptp-exposure.depth=control)
diag "pptp-version $theirs ms, pptp-exposure at depth control $ours ms"

done_testing
