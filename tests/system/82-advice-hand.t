#!/bin/bash
# What a report tells to try by hand shows what it promises, with Debian's
# tools against Debian's pptpd: each line as it is printed.
LIMIT=240
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/advice/lib.sh
. "$system/advice/lib.sh"

need_root
need ip nsenter python3 gcc ss ping nmap curl xxd
boxes_ready
box_up hand
box_ends=(192.0.2.2:1723 192.0.2.2:1724 "[2001:db8::2]:1723")
pages page hand

# nc and telnet are those of the box, on the client's side of the wire.
by_hand() # LINE
{
	local files=()
	case $1 in
	telnet* | *'| nc '*)
		files=(nsenter -t "${box_pid[hand]}" --mount --root --wd)
		;;
	esac
	outside hand "${files[@]}" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LANG=C.UTF-8 timeout 30 bash -c "$1" 2>&1
}

told() # END PROGRAM: the line of that page that PROGRAM is in
{
	grep -E "^    (.*\| )?$2 " "$scratch/page-$1-40" | cut -c 5-
}

try() # END PROGRAM; standard input is held open, as a keyboard would hold it
{
	sleep 2 | by_hand "$(told "$1" "$2")" >"$scratch/$1 ${2%% *}"
}

# Side by side, but telnet behind the others: it sends nothing, and while it does
# nobody else is answered.
waiting=()
for end in 0 1 2; do
	for program in nc curl 'bash -c' nmap; do
		try $end "$program" &
		waiting+=($!)
	done
done
wait "${waiting[@]}"
for end in 0 1 2; do
	try $end telnet
done

# pptpd closes a newcomer without a word where another's connection ends between
# its accept() and the request: who met that tries again, alone.
for end in 0 1 2; do
	for program in nc curl 'bash -c'; do
		[ -s "$scratch/$end ${program%% *}" ] || try $end "$program"
	done
	grep -q Host: "$scratch/$end nmap" || try $end nmap
done

for end in 0 1 2; do
	at=${box_ends[end]}
	for program in nc curl bash; do
		said=$(<"$scratch/$end $program")
		like "$at, $program: the reply to the whole request" "$said" \
			'0: 009c 0001 1a2b 3c4d 0002 '
		is "$at, $program: byte 14 is its result" \
			"$(head -n 1 <<<"$said" | xxd -r | xxd -s 14 -l 1 -p)" 01
	done
	said=$(<"$scratch/$end nmap")
	like "$at, nmap: the host name, as Service Info" "$said" \
		'Service Info: Host: local'
	unlike "$at, nmap: and no firmware" "$said" 'Firmware'
	said=$(<"$scratch/$end telnet")
	like "$at, telnet: that TCP connects" "$said" 'Connected to '
	unlike "$at, telnet: and nothing more" "$said" 'linux|local'
done

said=$(outside hand nmap -n -Pn -p1723 -sV --script pptp-version 192.0.2.2)
like "nmap, with -sV: the vendor and firmware" "$said" 'linux \(Firmware: 1\)'
like "nmap, with -sV: after 6 s" "$said" 'scanned in ([6-9]|1[0-9])'

# The warning is true: no line that was run made the next one wait, and an idle
# connection does.
seconds_of() # PROGRAM, on the first page
{
	local begun=$EPOCHSECONDS
	by_hand "$(told 0 "$1")" >/dev/null
	echo $((EPOCHSECONDS - begun))
}
took=$(seconds_of "bash -c")
ok "what sends its request at once waits for nobody ($took s)" [ "$took" -lt 4 ]
start "pptp-$$-hand-c" python3 -c 'import socket, time
s = socket.create_connection(("192.0.2.2", 1723))
time.sleep(30)'
sleep 1
took=$(seconds_of "bash -c")
ok "behind an idle connection it waits up to 10 s ($took s)" \
	[ "$took" -ge 6 -a "$took" -le 12 ]

done_testing
