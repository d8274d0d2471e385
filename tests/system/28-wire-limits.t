#!/bin/bash
# pptp-wire's own limits: whom -x names it leaves alone by itself, many public
# addresses want contact information, and there is a rate that it keeps, whatever
# its user asks for.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need python3 setpriv setcap nft
[ -z "$PPTP_SAN" ] || skip_all "a program with a capability takes no LD_PRELOAD"

publish_programs
libexec=$public/libexec/pptpgrade
wire=$libexec/pptp-wire
chmod 755 "$wire"
setcap cap_net_raw+ep "$wire" 2>/dev/null || skip_all "no file capabilities here"
user=(env -C / setpriv --reuid 65534 --regid 65534 --clear-groups)

# shellcheck disable=SC2119 # without IPv6
netns_new
ip -n "$client" route add 198.18.0.0/15 dev veth0
ip -n "$server" address add 198.19.77.1/32 dev lo
in_ns server nft -f - <<'NFT'
table ip counted {
	counter syns {}
	counter others {}
	chain in {
		type filter hook prerouting priority -300
		ip daddr 198.19.77.1 tcp flags == syn counter name syns drop
		ip daddr != 198.19.77.1 counter name others
	}
}
NFT
counted() # COUNTER
{
	in_ns server nft list counter ip counted "$1" |
		sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# ---- Said by hand, as a program might that is not ours.

publish "$system/wirefeed.py" "$system/wirelimits.py"
in_ns client "${user[@]}" /usr/bin/python3 "$public/wirelimits.py" "$wire" \
	$client_ip 198.19.77.1 2 >"$scratch/said" 2>"$scratch/why"
is "what is asked beyond the limits is answered" $? 0 ||
	diag "$(cat "$scratch/why")"
said() # WHAT
{
	sed -n "s/^$1 //p" "$scratch/said"
}
is "who is excluded" "$(said excluded)" EACCES
is "who is beside" "$(said beside)" granted
is "256 public addresses, without contact information" "$(said public)" granted
is "one more" "$(said "one more")" EDQUOT
is "one of those again" "$(said "one of them")" granted
is "a private one more" "$(said private)" granted
is "one more, with contact information" "$(said "with contact")" granted
is "nothing has been sent to any of them" "$(counted others)" 0
# A bucket of 5 ms stands before each window; 20,000 packets a second.
read -r asked granted refused took more <<<"$(said flood)"
diag "$asked SYNs asked for in $took ms, $granted granted, $refused not now"
is "of a flood each is granted, or is for later" "$more" ""
ok "… some are granted" test "$granted" -gt 0
ok "… some are not" test "$refused" -gt 0
ok "… and no more than the rate" test "$granted" -le $((20 * took + 200))
is "the far end gets as many as were granted" "$(counted syns)" "$granted"

# ---- What our own programs tell it.

mv "$wire" "$wire.real"
install -m 755 "$system/wirelisten.py" "$wire"
printf '%s\n' 198.18.7.0/30 198.18.9.9 2001:db8:7::/64 >"$public/not"
hex4() # A.B.C.D
{
	# shellcheck disable=SC2086 # four words
	printf '04%02x%02x%02x%02x' ${1//./ }
}
six=0620010db800070000
blocks=(
	"$(hex4 198.18.7.0)$(hex4 198.18.7.3)"
	"$(hex4 198.18.9.9)$(hex4 198.18.9.9)"
	"${six}0000000000000000${six}ffffffffffffffff"
)
echo 'description = "none"
portrule = function() return true end
action = function() return "ran" end' >"$public/script.nse"
tells() # CLAIM COMMAND...
{
	local claim=$1 block
	shift
	rm -f "$wire.said"
	install -m 666 /dev/null "$wire.said"
	in_ns client "${user[@]}" "$@" -q -x "$public/not" \
		198.18.7.2 $server_ip >"$scratch/out" 2>&1
	for block in "${blocks[@]}"; do
		ok "$claim tells pptp-wire whom -x names: ${block:2:8}" \
			grep -q "$block" "$wire.said"
	done
	# shellcheck disable=SC2016 # awk's
	ok "$claim: … before it names whom it speaks with" \
		awk -v first="${blocks[2]}" -v then="$(hex4 $server_ip)" '
			index($0, first) { seen = 1 }
			index($0, then) { exit !seen }
			END { exit !seen }' "$wire.said"
}
tells pptpgrade "$public/bin/pptpgrade" -d syn
tells "pptpgrade --script" "$public/bin/pptpgrade" \
	--script "$public/script.nse"
tells pptp-probe "$public/bin/pptp-probe" syn

# Every second address, so that none is beside another.
awk 'BEGIN { for (i = 0; i <= 262144; i++)
	printf "10.%d.%d.%d\n", i / 32768, i / 128 % 256, i % 128 * 2 }' \
	>"$public/very-many"
said=$(in_ns client "${user[@]}" "$public/bin/pptpgrade" \
	-x "$public/very-many" $server_ip 2>&1 >/dev/null)
is "more than pptp-wire can keep: exit status" $? 3
is "more than pptp-wire can keep: why" "$said" \
	"pptpgrade: pptp-wire leaves no more than 262144 blocks of addresses alone: 262145 are excluded; join some of them"
done_testing
