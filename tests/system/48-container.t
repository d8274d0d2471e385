#!/bin/bash
# The Containerfile, without an engine: each stage's lines are run in a bare
# Debian of the release that it begins with, and what its last stage has works.
# Not tested here: the base image itself, and --network and --cap-add.
LIMIT=400
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need unshare setpriv pivot_root flock jq
[ -z "${PPTP_BOX:-}" ] || skip_all "runs in a box already"

file=$repo/native/package/Containerfile
context=$scratch/context
stages=$scratch/stages
mkdir -p "$context" "$stages"

# Shell for each stage, in stages/NAME.sh; the last is called image. What other
# stages take from one is put into /stages/NAME.
stage='' suite='' entry='' arguments=''

begin_stage() # IMAGE [AS NAME]
{
	stage=${3:-image}
	suite=${1#docker.io/library/debian:}
	suite=${suite%-slim}
	echo 'set -e' >"$stages/$stage.sh"
	echo "cd /" >>"$stages/$stage.sh"
}

copy() # [--from=NAME] FROM TO
{
	local from=/context/$1
	if [[ $1 = --from=* ]]; then
		local name=${1#--from=}
		shift
		from=/stages/$name/tree
		echo "mkdir -p $from && cp -a $1/. $from" >>"$stages/$name.sh"
	fi
	echo "mkdir -p $2 && cp -a $from/. $2" >>"$stages/$stage.sh"
}

translate()
{
	local word rest
	while read -r word rest; do
		# shellcheck disable=SC2086 # words
		case $word in
		'' | '#'*) ;;
		FROM) begin_stage $rest ;;
		RUN) echo "( $rest )" >>"$stages/$stage.sh" ;;
		WORKDIR) echo "mkdir -p $rest && cd $rest" >>"$stages/$stage.sh" ;;
		COPY) copy $rest ;;
		ENTRYPOINT) entry=$(jq -r '.[]' <<<"$rest") ;;
		CMD) arguments=$(jq -r '.[]' <<<"$rest") ;;
		*) bail "no way to run $word" ;;
		esac
	done < <(sed -e ':more' -e '/\\$/N; s/\\\n//; t more' "$file")
}
translate
is "it ends with one image" "$(cd "$stages" && echo *)" "build.sh image.sh"

in_box() # COMMAND...
{
	"$repo/tests/box" run "$suite" -b "$stages:/stages" \
		-b "$context:/context" "$@" </dev/null
}
in_box true 2>"$scratch/said"
[ $? != 77 ] || skip_all "$(tail -n 1 "$scratch/said")"
in_box apt-get update >/dev/null 2>&1 ||
	skip_all "apt reaches no packages of $suite"

is "what is built stays out of the context" \
	"$(grep -x build "$repo/.dockerignore")" build
(cd "$repo" && . native/package/sources.sh && copy_sources "$context")
ok "the stage that builds" in_box sh /stages/build.sh

# The last stage, and then what the image would run, in the same box.
in_image() # COMMAND...; its output, after that of making it
{
	# shellcheck disable=SC2016 # the inner shell expands it
	in_box sh -ec 'sh /stages/image.sh >&2; "$@"' - "$@" 2>"$scratch/making"
}
release=$(sed -n 's/^VERSION := //p' "$repo/Makefile")
is "what it runs is pptpgrade, and tells its options" \
	"$entry $arguments" "pptpgrade --help"
# shellcheck disable=SC2016 # the inner shell expands it
said=$(in_image sh -c '"$@" -V; pptp-probe -V; command -v gcc make
	"$@" -q -f jsonl --brief 127.0.0.1:9' - "$entry")
is "the last stage, and a closed port of its own" "$(sed '$d' <<<"$said")" \
	"pptpgrade $release
pptp-probe $release" || diag "$(cat "$scratch/making")"
is "is graded" "$(tail -n 1 <<<"$said" | jq -r .grade)" A

done_testing
