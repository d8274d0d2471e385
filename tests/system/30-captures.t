#!/bin/bash
# A second opinion on every capture: what pptp-probe decodes is what tshark
# reads, frame by frame; captures.py explains each exception. The captures are
# those of tests/captures, and, where it exists, of the folder PPTP_CAPTURES.
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need python3 tshark
folders=("$repo/tests/captures")
public=${PPTP_CAPTURES:-$repo/../shared/captures}
if [ -d "$public" ]; then
	folders+=("$public")
else
	diag "NOT COMPARED: no public captures in $public"
fi
PYTHONDONTWRITEBYTECODE=1 python3 "$system/captures.py" \
	"$PPTP_BUILD/pptp-probe" "${folders[@]}"
