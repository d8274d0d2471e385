#!/bin/bash
# docs/distributed.md: its scripts, as they stand there, under Debian's Slurm and
# GNU parallel, and in the environment of a Kubernetes job. A part that was killed
# goes on when it is run again alone, and the parts are one sweep.
LIMIT=150
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need jq unshare

page=$repo/docs/distributed.md
block() # LANGUAGE NUMBER
{
	awk -v fence="\`\`\`$1" -v number="$2" '
		/^```/ { inside = $0 == fence && ++n == number; next }
		inside' "$page"
}

peer() # NAME PACKAGE...; whether they are in $peers, or else it is skipped
{
	peers=$("$repo/tests/peers" "$@" 2>"$scratch/why") && return
	skip "$1" "$(tail -n 1 "$scratch/why")"
	return 1
}

hosts=2000 range=198.18.0.1-198.18.7.208
# shellcheck disable=SC2119 # no IPv6
netns_new
ip -n "$client" route add 198.18.0.0/16 via 198.18.0.1 dev veth0 onlink
"$PPTP_BUILD/pptp-lab" --truth -a 198.18.0.1 -n $hosts -k friendly -d 70 |
	jq -r 'select(.quirk != "deaf").address' | sort >"$scratch/open"
start server "$PPTP_BUILD/pptp-lab" -i veth0 -a 198.18.0.1 -n $hosts \
	-k friendly -d 70
PATH=$PPTP_BUILD:$PATH

# A folder of its own for each, with what the page says has to be there.
folder() # NAME
{
	mkdir "$scratch/$1"
	cd "$scratch/$1" || bail "no folder"
	echo $range >targets
	echo 192.0.2.200 >excluded
	block sh 1 | sed 's/--rate 250/--rate 150 --cooldown 1 --retry-after 0.5/
		s/ -T / -d syn -T /' >part
	chmod +x part
	start server "$PPTP_BUILD/bench-farend" -i veth0 -a 198.18.0.1 \
		-n $hosts -o "$PWD/far"
	farend=$started
	wait_for 5 grep -q ready "$log" || bail "no far end"
}

# As the page has it, and what is true of all four.
whole() # CLAIM
{
	stop "$farend"
	is "$1: each target was asked" "$(jq '.asked[0]' far)" 0
	is "$1: four parts are one sweep" \
		"$(block sh 5 | sed -n 1p | sh | jq -c '[.shards, .rows]')" \
		"[4,$(wc -l <"$scratch/open")]"
	is "$1: rows are those of their metadata" \
		"$(block sh 5 | sed -n '2,4p' | sh 2>&1)" ""
	block sh 5 | sed -n '5,$p' | sh >brief 2>&1
	is "$1: each that is open is graded" \
		"$(jq -r .target verdicts | sort | cksum)" \
		"$(cksum <"$scratch/open")"
	is "$1: none took the answers of another for forged" \
		"$(cat part.*.meta | jq -s 'map(.unproven) | add')" 0
}

# ---- Kubernetes: its environment alone.

pods=()
folder kubernetes
block yaml 1 >job.yaml
count=$(sed -n 's/^  completions: //p' job.yaml)
command=$(sed -n 's/.*command: //p' job.yaml | jq -r 'join(" ")')
is "kubernetes: as many pods as parts" "$command" "./part $count"
for ((i = 0; i < count; i++)); do
	JOB_COMPLETION_INDEX=$i start client sh -c "$command"
	pods[i]=$started
done
for ((i = 0; i < count; i++)); do
	wait "${pods[i]}"
	is "kubernetes: pod $i ends well" $? 0
done
whole kubernetes

# ---- GNU parallel. The third part fails at first: it may not write.

gnu_parallel()
{
	PATH=$peers/usr/bin:$PATH
	export PARALLEL=--will-cite PARALLEL_HOME=$scratch
	folder parallel
	mkdir part.3
	in_ns client sh -c "$(block sh 3)" >log 2>&1
	is "parallel: as many failed as its status says" $? 1
	is "parallel: the other three are there" "$(cat part.[124].meta |
		jq -s 'map(select(.done)) | length')" 3
	rmdir part.3
	in_ns client sh -c "$(block sh 4)" >>log 2>&1
	is "parallel: what failed is run again, and ends well" $? 0
	is "parallel: and that alone" "$(sed 1d parts.log | cut -f 1 | sort -n |
		uniq -c | awk '$1 > 1 { print $2 }')" 3
	whole parallel
}
! peer parallel parallel || gnu_parallel

# ---- Slurm: a controller and a node, of its own name, in the near namespace.

configure()
{
	cat >slurm.conf <<CONF
ClusterName=pptp
SlurmctldHost=pptp-node($client_ip)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
PluginDir=$library/slurm-wlm
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SchedulerType=sched/builtin
ReturnToService=2
SlurmdParameters=config_overrides
StateSaveLocation=$PWD/state
SlurmdSpoolDir=$PWD/spool
SlurmctldPidFile=$PWD/slurmctld.pid
SlurmdPidFile=$PWD/slurmd.pid
SlurmctldLogFile=$PWD/slurmctld.log
SlurmdLogFile=$PWD/slurmd.log
NodeName=pptp-node NodeAddr=$client_ip CPUs=8
PartitionName=all Nodes=pptp-node Default=YES OverSubscribe=FORCE:8
CONF
	# It is asked for no control groups, and wants to find some all the same.
	case $("$controller" -V) in
	*" 2"[0-2].*) echo CgroupPlugin=cgroup/v1 ;;
	*) echo CgroupPlugin=disabled ;;
	esac >cgroup.conf
	mkdir state spool
}

daemon() # COMMAND...
{
	start client unshare --uts sh -c 'hostname pptp-node; exec "$@"' - "$@"
}

# shellcheck disable=SC2317 # by wait_for
idle()
{
	[ "$(in_ns client sinfo -h -o %t)" = idle ]
}

# shellcheck disable=SC2317 # by wait_for
over() # no job is left
{
	[ -z "$(in_ns client squeue -h)" ]
}

submit() # ARGUMENT...
{
	in_ns client sbatch "$@" >>log 2>&1 || bail "$(cat log)"
}

cluster() # in this folder
{
	PATH=$peers/usr/bin:$PATH
	library=$(dirname "$peers"/usr/lib/*/slurm-wlm)
	export LD_LIBRARY_PATH=$library:$library/slurm-wlm
	export SLURM_CONF=$PWD/slurm.conf
	controller=$(echo "$peers"/usr/sbin/slurmctld*)
	configure
	daemon "$controller" -D
	daemon "$peers"/usr/sbin/slurmd* -D -d "$peers"/usr/sbin/slurmstepd*
	wait_for 30 idle
}

scanner() # INDEX; the process of this task
{
	local pid
	for pid in $(ip netns pids "$client"); do
		if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = pptp-probe ] &&
			grep -qz "^SLURM_ARRAY_TASK_ID=$1$" "/proc/$pid/environ"
		then
			echo "$pid"
		fi
	done
}

slurm()
{
	local third check
	case $scratch in
	*[[:space:]]*)
		skip slurm "slurm.conf takes no path with a blank"
		return
		;;
	esac
	folder slurm
	cluster || {
		skip slurm "no node comes up: $(tail -n 1 slurmctld.log)"
		return
	}
	block sh 2 >sweep.sbatch
	submit sweep.sbatch
	wait_for 20 grep -q . part.3.journal || bail "no third part: $(cat log)"
	sleep 1
	third=$(scanner 3)
	ok "slurm: the third of four is running" [ -n "$third" ]
	kill -KILL "$third"
	wait_for 60 over || bail "the array does not end"
	is "slurm: the others have ended well" "$(cat part.[124].meta |
		jq -s 'map(select(.done)) | length')" 3
	check=$(block sh 5 | sed -n 1p)
	like "slurm: that one is missing is told" \
		"$(sh -c "$check; echo \$?" 2>&1)" \
		"'part.3.meta' has no metadata.*2$"
	submit --array=3 sweep.sbatch
	wait_for 60 over || bail "the task does not end"
	is "slurm: nothing was said in a log" "$(cat part.*.log)" ""
	is "slurm: run again alone, it was the third of four" \
		"$(jq -c '[.shard, .shards, .done]' part.3.meta)" '[3,4,true]'
	whole slurm
}
! peer slurm slurmctld slurmd slurm-client || slurm

cd "$repo" || exit 1
done_testing
