#!/bin/bash
# A sweep while others forge answers, the interface goes and comes, the process
# stands still, the disk is full, and its own host refuses to send.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need nft /usr/bin/python3

probe=$PPTP_BUILD/pptp-probe
hosts=2000 range=198.18.0.1-198.18.7.208
sweep=(scan -d syn --rate 1500 --cooldown 1 --retry-after 0.5 -q)

# shellcheck disable=SC2119 # no IPv6
netns_new
route()
{
	ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink
}
route
"$PPTP_BUILD/pptp-lab" --truth -a 198.18.0.1 -n $hosts -k friendly -d 70 |
	jq -r 'select(.quirk != "deaf").address' | sort >"$scratch/open"
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n $hosts \
	-k friendly -d 70

begin() # NAME; a sweep in the background, its id is $sweeping
{
	start client "$probe" "${sweep[@]}" -o "$scratch/$1" "$range"
	sweeping=$started
	sleep 0.6
}

end() # CLAIM NAME STATUS
{
	wait "$sweeping"
	is "$1: exit status" $? "$3"
	is "$1: who is open is found, each once" \
		"$(jq -r 'select(.kind != "scan").target' "$scratch/$2" |
		sort)" "$(cat "$scratch/open")"
}

facts() # NAME JQ-FILTER
{
	jq -c "$2" "$scratch/$1.meta"
}

# Somebody on the way, who knows all but the numbers, and answers for a host
# that is silent.
silent=$(seq -f '198.18.0.%g' 1 254 | grep -vxFf "$scratch/open" | head -n 1)
begin forged
in_ns server /usr/bin/python3 "$system/forge.py" "$silent" $client_ip 5000 ||
	bail "nothing is forged"
end "forged answers" forged 0
is "forged answers: none is believed, and each is counted" \
	"$(facts forged '[.unproven + .early, .closed, .filtered]')" \
	'[15000,0,0]'

begin away
ip -n "$client" link set veth0 down
sleep 1.2
ip -n "$client" link set veth0 up
route
end "an interface that goes and comes" away 0
is "an interface that goes and comes: what was lost is healed" \
	"$(facts away '[.lossy, .done]')" '[0,true]'

begin still
kill -STOP "$sweeping"
sleep 1.5
kill -CONT "$sweeping"
end "a process that stood still" still 0

# Its rules drop our own packets: nobody is asked, and that is said.
in_ns client nft -f - <<'NFT'
table ip wall {
	chain output {
		type filter hook output priority 0
		ip daddr 198.18.0.0/16 drop
	}
}
NFT
# frames would pass these rules: no gateway is known without a route
in_ns client ip route replace 198.18.0.0/16 dev veth0
in_ns client timeout 60 "$probe" "${sweep[@]}" --rate 20000 -o \
	"$scratch/refused" "$range" 2>"$scratch/err"
is "its own host refuses: exit status" $? 4
like "its own host refuses: in words" "$(cat "$scratch/err")" \
	'refused [0-9]+ packets of its own'
in_ns client nft delete table ip wall
ip -n "$client" route delete 198.18.0.0/16
route

(
	ulimit -f 16
	in_ns client timeout 60 "$probe" "${sweep[@]}" -o "$scratch/full" \
		"$range"
) 2>"$scratch/err"
is "a file at its limit: exit status" $? 4
like "a file at its limit: in words" "$(cat "$scratch/err")" \
	"cannot write to $scratch/full"
in_ns client timeout 60 "$probe" "${sweep[@]}" --resume "$scratch/full" \
	"$range" 2>"$scratch/err"
is "… and it can be gone on with" "$?$(cat "$scratch/err")" 0
is "… to the same end" "$(jq -r 'select(.kind != "scan").target' \
	"$scratch/full" | sort)" "$(cat "$scratch/open")"

done_testing
