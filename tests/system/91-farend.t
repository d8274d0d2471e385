#!/bin/bash
# The counter at a sweep's far end counts what a known sender sent: a target
# short, a target twice, a pause, a connection left half open. No figure of a
# sweep is believed before that.
LIMIT=60
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need /usr/bin/python3 jq

# shellcheck disable=SC2119 # no IPv6
netns_new

count() # CLAIM-SENDER ARGUMENT...; $far is what was counted
{
	local sender=$1
	shift
	far=$scratch/$sender
	start server "$PPTP_BUILD/bench-farend" -i veth0 -a 198.18.0.0 \
		-n 4096 -o "$far" -f "$scratch/frame" -l "$scratch/list" "$@"
	farend=$started
	wait_for 5 grep -q ready "$log" || bail "no far end"
	in_ns client /usr/bin/python3 "$system/known_sender.py" near "$sender" ||
		bail "nothing was sent"
	in_ns server /usr/bin/python3 "$system/known_sender.py" far "$sender" ||
		bail "nothing was answered"
	in_ns client /usr/bin/python3 "$system/known_sender.py" end "$sender" ||
		bail "nothing was ended"
	stop "$farend"
}

is_told() # CLAIM FILTER WANTED
{
	is "$1" "$(jq -c "$2" "$far")" "$3"
}

# 198.18.0.0 to 198.18.15.255, each once, evenly: every 16th, and so on.
count even -w 198.18.3.0/256
is_told "each target once" .asked '[0,4096]'
is_told "nothing is dropped" .dropped 0
is_told "of a /24, two have 15 others between them" .gap.targets 16
is_told "so one is there in 16 in a row" .in_256th 1
is_told "and 256 packets came to the one that is watched" \
	'[.watched.packets, .watched.asked]' '[256,256]'
ok "about now" jq -e "(.watched.last - $(date +%s)) | . > -30 and . < 30" "$far"
is_told "a window has what came in it" '.windows | add' 4096
is "the frame is kept as it came" "$(od -An -tx1 -j 30 -N 4 "$scratch/frame")" \
	" c6 12 00 00"

count wrong
is_told "one target short, one twice" .asked '[1,4094,1]'
is "the list has the targets that these are" \
	"$(awk '$2 != 1 { print $1, $2 }' "$scratch/list")" "198.18.0.77 0
198.18.3.232 2"
is_told "neighbours in a row are seen" '[.gap.targets, .in_256th]' '[1,16]'
is_told "other ports are told apart" '[.syns, .elsewhere]' '[4096,3]'
ok "a pause stands out" \
	jq -e '.windows | map(select(. == 0)) | length >= 10' "$far"

count answered
is_told "SYN-ACKs are counted, one that came again too" .syn_acks 11
is "the list has who met a RST" \
	"$(awk '$3 { printf "%s ", $1 }' "$scratch/list")" \
	"198.18.0.0 198.18.0.1 198.18.0.2 198.18.0.3 198.18.0.4 198.18.0.5 \
198.18.0.6 "
is_told "seven met a RST, one an ACK, and two nothing" \
	'[.reset, .half_open]' '[7,2]'

count own -s 24576-32767
is_told "the kernel's own SYNs are none of the sweep's" '[.syns, .asked]' \
	'[4,[4092,4]]'

done_testing
