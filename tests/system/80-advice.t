#!/bin/bash
# What a report tells to type closes the server that it is about, whatever had
# opened it, and its undo opens it again: in boxes with Debian's firewalls in
# front of Debian's pptpd. Each command is cut out of a real report.
# shellcheck disable=SC2317 # the jobs call most functions
LIMIT=400 # a minute or two where nothing else runs
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/advice/lib.sh
. "$system/advice/lib.sh"

need_root
need ip nsenter python3 gcc ss ping
boxes_ready
for name in ufw1 ufw2 tables walld; do
	box_up $name
done

open="F F D-F D-F"
closed="A:proven A:proven A:proven A:proven"

# The lines under WHERE, of a set's pages of these ends.
set=box
lines() # SET WHERE WHAT END...
{
	local name=$1 where=$2 what=$3 end
	shift 3
	echo "$where $what" >>"$scratch/used"
	for end; do
		cut_out "$scratch/$name-$end-$width" "$where" "$what"
	done
}

# Opened: pasted what closes, A; pasted what undoes that, as before.
closes() # CLAIM NAME WHERE END...
{
	local claim=$1 name=$2 where=$3
	shift 3
	same "$claim: opened" "$(grades "$name")" "$open"
	lines "$set" "$where" commands "$@" | paste_into "$name"
	same "$claim: closed by what ${where%(} is told" \
		"$(grades "$name" -c)" "$closed"
	lines "$set" "$where" undo "$@" | paste_into "$name"
	same "$claim: opened again by its undo" "$(grades "$name")" "$open"
	next_width
}

# A way for each width in turn.
width=40
next_width()
{
	case $width in
	40) width=60 ;;
	60) width=80 ;;
	80) width=240 ;;
	*) width=40 ;;
	esac
}

# Only for those at ADDRESS: they keep their grade, another gets A.
lets_few_in() # CLAIM NAME WHERE END...
{
	local claim=$1 name=$2 where=$3 them=192.0.2.1 other=192.0.2.3
	local ends=(192.0.2.2:1723 192.0.2.2:1724)
	shift 3
	if [ "$1" = 2 ]; then
		them=2001:db8::1 other=2001:db8::3
		ends=("[2001:db8::2]:1723" "[2001:db8::2]:1724")
	fi
	local box_ends=("${ends[@]}") before
	before=$(grades "$name")
	edited() { lines "$set" "$where" "$@" | sed "s/ADDRESS/$them/"; }
	edited until "$@" | paste_into "$name"
	same "$claim: who is listed keeps the grade" \
		"$(grades "$name" -S "$them")" "$before"
	same "$claim: another gets A" "$(grades "$name" -c -S "$other")" \
		"A:proven A:proven"
	edited until-undo "$@" | paste_into "$name"
	same "$claim: the undo lets others in again" \
		"$(grades "$name" -S "$other")" "$before"
	next_width
}

paste_into() # NAME
{
	tee "$scratch/$1.pasted" | paste "$1"
}

# ---- ufw

both_ports() # COMMAND with PORT
{
	echo "${1//PORT/1723}"
	echo "${1//PORT/1724}"
}

ufw_opened() # NAME COMMANDS
{
	box "$1" "ufw --force reset; ufw --force enable
cp /usr/share/ufw/iptables/before.rules /etc/ufw/
$2"
}

ufw_way() # NAME CLAIM COMMAND-PER-PORT [MORE-COMMANDS]
{
	ufw_opened "$1" "$(both_ports "$3")
${4-ufw allow proto gre from any to any}"
	closes "ufw, $2" "$1" "ufw (" 0 1
}

net4=192.0.2.0/24 net6=2001:db8::/32

ufw_first()
{
	local all_ends=("${box_ends[@]}")
	ufw_way ufw1 "allow PORT/tcp" "ufw allow PORT/tcp"
	ufw_way ufw1 "allow PORT" "ufw allow PORT"
	ufw_way ufw1 "allow from a network to the port" \
		"ufw allow from $net4 to any port PORT proto tcp
ufw allow from $net6 to any port PORT proto tcp" \
		"ufw allow proto gre from $net4"
	ufw_way ufw1 "allow in on an interface" \
		"ufw allow in on veth0 to any port PORT proto tcp" \
		"ufw allow in on veth0 proto gre from any to any"
	# For IPv6, ufw's limit lets nobody in.
	box_ends=("${box_ends[@]:0:2}") open="F F" closed="A:proven A:proven"
	ufw_way ufw1 "limit" "ufw limit PORT/tcp"
	box_ends=("${all_ends[@]}") open="F F D-F D-F"
	closed="A:proven A:proven A:proven A:proven"
	ufw_way ufw1 "a comment" \
		"ufw allow proto tcp from any to any port PORT comment pptp"
	same "ufw: IPv6's page tells the same" \
		"$(lines box "ufw (" commands 2 3)" \
		"$(lines box "ufw (" commands 0 1)"
	# Asked from the server itself, its firewall is not met: the page says so.
	ufw_opened ufw1 "ufw allow 1723/tcp; ufw allow proto gre from any to any"
	lines box "ufw (" commands 0 | paste_into ufw1
	same "ufw, from the server itself: past its firewall, and told so" \
		"$(in_box ufw1 "$PPTP_BUILD/pptpgrade" -q -d call 192.0.2.2 |
			tr -s ' \n' '  ' | grep -oE 'grade A|its own host, past its firewall')" \
		"its own host, past its firewall"
	# What 0.1.0 told: appended, it never matches.
	ufw_opened ufw1 "ufw allow 1723; ufw allow 1724
ufw allow proto gre from any to any
ufw deny in 1723/tcp; ufw deny in 1724/tcp
ufw deny in proto gre from any to any"
	box_ends=(192.0.2.2:1723)
	same "ufw: a deny behind an allow never matches" "$(grades ufw1)" D-F
}

ufw_second()
{
	ufw_way ufw2 "allow a host all" "ufw allow from 192.0.2.1
ufw allow from 2001:db8::1" ""
	ufw_way ufw2 "several ports in one rule" "ufw allow 80,PORT/tcp"
	ufw_way ufw2 "everything allowed that is not denied" \
		"ufw default allow incoming" ""
	ufw_way ufw2 "an old deny behind a network's allow" \
		"ufw deny PORT/tcp
ufw prepend allow from $net4 to any port PORT proto tcp
ufw prepend allow from $net6 to any port PORT proto tcp"
	ufw_way ufw2 "GRE in before.rules" "ufw allow PORT/tcp" \
		"sed -i '/^# End required lines/a -A ufw-before-input -p 47 -j ACCEPT' \
/etc/ufw/before.rules; ufw reload"
	ufw_opened ufw2 "ufw allow 1723/tcp; ufw allow 1724/tcp
ufw allow proto gre from any to any"
	lets_few_in "ufw, allow list" ufw2 "ufw (" 0 1
	lets_few_in "ufw, allow list for IPv6" ufw2 "ufw (" 2 3
}

# ---- iptables, ip6tables and nft

flushed() # COMMANDS
{
	box tables "nft flush ruleset
for program in iptables-legacy ip6tables-legacy; do
	\$program -F; \$program -X; \$program -P INPUT ACCEPT
done
for program in iptables ip6tables; do
	update-alternatives --quiet --set \$program /usr/sbin/\$program-nft
done
$1"
}

# Closed but for what a firewall always lets in, and then opened.
accept_port="for program in iptables ip6tables; do
	\$program -P INPUT DROP
	\$program -A INPUT -i lo -j ACCEPT
	\$program -A INPUT -p ipv6-icmp -j ACCEPT
	\$program -A INPUT -p tcp --dport 1723 -j ACCEPT
	\$program -A INPUT -p tcp --dport 1724 -j ACCEPT
	\$program -A INPUT -p gre -j ACCEPT
done"
legacy="for program in iptables ip6tables; do
	update-alternatives --quiet --set \$program /usr/sbin/\$program-legacy
done"

by_tables() # CLAIM
{
	local v4=$width
	same "$1: opened" "$(grades tables)" "$open"
	{
		lines box "iptables (" commands 0 1
		lines box "ip6tables (" commands 2 3
	} | paste_into tables
	same "$1: closed" "$(grades tables -c)" "$closed"
	{
		lines box "iptables (" undo 0 1
		lines box "ip6tables (" undo 2 3
	} | paste_into tables
	same "$1: opened again" "$(grades tables)" "$open"
	width=$v4
	next_width
}

tables()
{
	flushed "$accept_port"
	by_tables "iptables and ip6tables, on nft"
	flushed "$legacy; $accept_port"
	by_tables "iptables and ip6tables, legacy"
	flushed "${accept_port//program in iptables ip6tables/program in \
iptables-legacy ip6tables-legacy}"
	by_tables "opened by legacy, closed by nft's"
	flushed ""
	closes "nft, no table there" tables "nftables (Linux" 0 1
	flushed "nft -f /etc/nftables.conf
nft 'chain inet filter input { policy drop; }'
nft add rule inet filter input 'meta l4proto { gre, ipv6-icmp } accept'
nft add rule inet filter input iif lo accept
nft add rule inet filter input 'tcp dport 1723-1724 accept'"
	closes "nft, with Debian's nftables.conf" tables "nftables (Linux" 0 1
	closes "nft, by IPv6's page" tables "nftables (Linux" 2 3
	flushed ""
	lets_few_in "nft, allow list" tables "nftables (" 0 1
	lets_few_in "nft, allow list for IPv6" tables "nftables (" 2 3
	lets_few_in "iptables, allow list" tables "iptables (" 0 1
	lets_few_in "ip6tables, allow list" tables "ip6tables (" 2 3
	behind
}

# ---- A server behind the box

inner_up()
{
	local gate=pptp-$$-tables-s inner=pptp-$$-inner-s
	netns_add "$inner"
	ip -n "$gate" link add inner type veth peer name veth0 netns "$inner"
	ip -n "$gate" address add 198.51.100.1/24 dev inner
	ip -n "$inner" address add 198.51.100.2/24 dev veth0
	ip -n "$gate" link set inner up
	ip -n "$inner" link set veth0 up
	ip -n "$inner" route add default via 198.51.100.1
	ip netns exec "$gate" sysctl -qw net.ipv4.ip_forward=1
	outside tables ip route add 198.51.100.0/24 via 192.0.2.2
	box_start inner
}

behind()
{
	local box_ends=(198.51.100.2:1723 198.51.100.2:1724) set=inner
	open="F F" closed="A:proven A:proven"
	flushed "nft add table inet mine
nft 'add chain inet mine f { type filter hook forward priority 0; }'
nft 'add rule inet mine f accept'"
	closes "nft, a server behind the box" tables "nftables, forwarding (" 0 1
}

# ---- firewalld

firewalld_starts()
{
	# shellcheck disable=SC2016
	box walld 'mkdir -p /run/dbus
dbus-daemon --system --fork --nopidfile >/mnt/dbus.log 2>&1
(exec firewalld --nofork --nopid >/mnt/firewalld.log 2>&1 &)
for i in $(seq 100); do
	firewall-cmd --state >/dev/null 2>&1 && exit
	sleep 0.1
done
exit 1'
}

walld_way() # CLAIM COMMANDS UNDONE
{
	box walld "$2
firewall-cmd --reload" || same "$1: set up" failed ""
	closes "firewalld, $1" walld "firewalld (" 0 1
	box walld "$3
firewall-cmd --reload"
}

walld()
{
	local add remove
	firewalld_starts || same "firewalld starts" no yes
	add="firewall-cmd --permanent --add-port=1723/tcp --add-port=1724/tcp
firewall-cmd --permanent --add-protocol=gre"
	walld_way "ports of the default zone" "$add" "${add//add-/remove-}"
	add="firewall-cmd --permanent --new-service=vpn
firewall-cmd --permanent --service=vpn --add-port=1723/tcp --add-port=1724/tcp
firewall-cmd --permanent --service=vpn --add-protocol=gre
firewall-cmd --reload
firewall-cmd --permanent --add-service=vpn"
	walld_way "a service" "$add" \
		"firewall-cmd --permanent --remove-service=vpn"
	add="firewall-cmd --permanent --add-rich-rule='rule port port=1723-1724 protocol=tcp accept'
firewall-cmd --permanent --add-rich-rule='rule protocol value=gre accept'"
	walld_way "rich rules" "$add" "${add//--add-/--remove-}"
	add="firewall-cmd --permanent --zone=trusted --add-source=$net4
firewall-cmd --permanent --zone=trusted --add-source=$net6"
	remove=${add//--add-/--remove-}
	walld_way "a source in zone trusted" "$add" "$remove"
	# What 0.1.0 told: a rule of the default zone does not reach that source.
	box walld "$add
firewall-cmd --permanent --add-rich-rule='rule port port=\"1723\" protocol=\"tcp\" reject'
firewall-cmd --permanent --add-rich-rule='rule protocol value=\"gre\" drop'
firewall-cmd --reload"
	same "firewalld: a rule of the default zone closes nothing there" \
		"$(grades walld)" "$open"
	box walld "firewall-cmd --permanent --remove-rich-rule='rule port port=\"1723\" protocol=\"tcp\" reject'
firewall-cmd --permanent --remove-rich-rule='rule protocol value=\"gre\" drop'
firewall-cmd --reload"
	same "firewalld: IPv6's page tells the same" \
		"$(lines box "firewalld (" commands 2 3)" \
		"$(lines box "firewalld (" commands 0 1)"
	lets_few_in "firewalld, allow list" walld "firewalld (" 0 1
	lets_few_in "firewalld, allow list for IPv6" walld "firewalld (" 2 3
}

# ---- Pages, before any firewall; and what a paste of them runs.

pages box tables
inner_up
real_ends=("${box_ends[@]}")
box_ends=(198.51.100.2:1723 198.51.100.2:1724)
pages inner tables
box_ends=("${real_ends[@]}")

mkdir "$scratch/stubs"
for it in ufw nft iptables ip6tables firewall-cmd systemctl; do
	cat >"$scratch/stubs/$it" <<-'END'
		#!/bin/bash
		{ printf '%s' "${0##*/}"; printf ' <%s>' "$@"; echo; } >>"$RAN"
	END
	chmod 755 "$scratch/stubs/$it"
done

ran() # END WIDTH: what runs when all lines of a page are pasted
{
	: >"$scratch/ran"
	cut_out "$scratch/box-$1-$2" --all |
		PATH=$scratch/stubs RAN=$scratch/ran /bin/bash
	cat "$scratch/ran"
}
for end in 0 1 2 3; do
	wanted=$(ran $end 240)
	ok "${box_ends[end]}: a paste runs many commands" \
		[ "$(wc -l <<<"$wanted")" -gt 60 ]
	unlike "${box_ends[end]}: none for another port" "$wanted" \
		"172$((4 - end % 2))"
	for width in 40 60 80; do
		is "${box_ends[end]}: the same are run from $width columns" \
			"$(ran $end $width)" "$wanted"
	done
done
width=40

job ufw1 ufw_first
job ufw2 ufw_second
job tables tables
job walld walld
jobs_end

# No row says that it was tried, and was not.
tried()
{
	python3 - "$scratch/box-0" "$scratch/box-2" "$scratch/used" <<'PY'
import json, sys
used = open(sys.argv[3]).read().split("\n")
for path in sys.argv[1:3]:
    for row in json.load(open(path))["remedies"]:
        what = "until" if row["kind"] == "allow_list" else "commands"
        for part in (what, what + "-undo" if what == "until" else "undo"):
            if row["tested"] and "commands" in row and not any(
                    line.startswith(row["where"] + " (") and
                    line.endswith(" " + part) for line in used):
                print(row["id"], part)
PY
}
is "every row that says it was tried was tried here" "$(tried)" ""

like "whoever looks again is told from where" \
	"$(tr -s ' \n' ' ' <"$scratch/box-0-80")" \
	"look again from outside, not from the server itself"
done_testing
