#!/bin/bash
# docs/schedules.md: systemd takes its units as they stand there, the line for
# cron is one, and what it runs is silent until a server gets worse.
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need systemd-analyze
[ -z "${PPTP_SAN:-}" ] ||
	skip_all "what is installed runs without a sanitizer's library before it"

page=$repo/docs/schedules.md
block() # LANGUAGE NUMBER
{
	awk -v fence="\`\`\`$1" -v number="$2" '
		/^```/ { inside = $0 == fence && ++n == number; next }
		inside' "$page"
}

# ---- systemd. The program has to be there: it is the one of this build.
# shellcheck disable=SC2119 # without IPv6
netns_new
publish_programs
block ini 1 | sed "s|/usr/local/bin/|$public/bin/|" \
	>"$scratch/pptpgrade.service"
block ini 2 >"$scratch/pptpgrade.timer"
ok "there are a service and a timer" grep -q '^OnCalendar=' \
	"$scratch/pptpgrade.timer"
for unit in pptpgrade.service pptpgrade.timer; do
	is "systemd has nothing to say of $unit" \
		"$(env MANPATH="$public/share/man" systemd-analyze verify \
			--recursive-errors=no "$scratch/$unit" 2>&1)" ""
done
broken=$scratch/broken.service
sed 's/^Type=.*/Type=never/' "$scratch/pptpgrade.service" >"$broken"
like "of a broken one it has" \
	"$(systemd-analyze verify --recursive-errors=no "$broken" 2>&1)" never

# ---- cron
line=$(block cron 1 | sed -n 2p)
like "cron's line has five times and a user" "$line" \
	'^[0-9]+ [0-9]+ \* \* \* root cd /var/lib/pptp && '
mkdir "$public/pptp"
command=${line#*root }
command=${command//\/var\/lib\/pptp/$public\/pptp}
echo $server_ip >"$public/pptp/targets"
as_cron()
{
	in_ns client env -i PATH="$public/bin:/usr/bin:/bin" sh -c "$command"
}

# A closed port first, then one that answers like a server.
in_ns client "$PPTP_BUILD/pptpgrade" -q -o "$public/pptp/last.jsonl" \
	$server_ip >"$scratch/first"
is "it is silent where nothing got worse" "$(as_cron 2>&1)" ""
in_ns server ip address del $server_ip/24 dev veth0
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a $server_ip -n 1 -k friendly
wait_for 5 in_ns client ping -c 1 -W 1 $server_ip
like "it tells who got worse" "$(as_cron 2>/dev/null)" "back +A .*$server_ip"
is "and is silent again once that is known" "$(as_cron 2>&1)" ""

done_testing
