# One element of an array: runs its instances one after the other and writes down what became of each. POSIX sh.
# Before this text stand assignments of the app: jobs, chunks, memory (bytes or -), and name, which tells the array from others to
# which Slurm gives the same number; where it is not Slurm that starts it instead array, index, node, and slot (which line of the chunk file says where its part lies, if not the one of its index).
# Files below $jobs: chunks/NAME what is to run · results/ARRAY_INDEX what happened · claims/ID.ATTEMPT taken · stop/ID.ATTEMPT
# cancelled · shim.py. Lines of results end in a dot after a tab, so that a half-written one is seen as such.
set -u
export SLURM_EXPORT_ENV=ALL
cd -- "$jobs" || exit 96
index=${index:-${SLURM_ARRAY_TASK_ID:-0}}
array=${array:-${SLURM_ARRAY_JOB_ID:-${SLURM_JOB_ID:-0}}.$name}
node=${node:-${SLURMD_NODENAME:-$(uname -n)}}
results=$jobs/results/${array}_$index
tab='	'
scratch=$(mktemp -d "${SLURM_TMPDIR:-${TMPDIR:-/tmp}}/scalable.XXXXXX") || exit 97
pid= timer= sampler= id= attempt= started= over= failed=0 warned= left= late= ending= empty= count=0 notes=$scratch/0

# write FIELD...: one line, one write
write() {
  line=$1
  shift
  for field; do line=$line$tab$field; done
  printf '%s\t.\n' "$line" >>"$results"
}

# Puts into $ticks hundredths of a second of a clock that nobody sets, and into $now whole seconds since the epoch as this
# node sees them, for order and for people. Starts no process: instances may be as short as that.
clock() {
  read -r up _ </proc/uptime && ticks=${up%.*}${up#*.}
  now=$((epoch + (ticks - first) / 100))
}
epoch=$(date +%s) first=0
clock
first=$ticks now=$epoch

# Where the kernel counts what it killed in this job for memory; empty where it does not tell.
counters=
[ ! -r /proc/self/cgroup ] || while IFS=: read -r _ controllers path; do
  case $controllers in
    '') file=/sys/fs/cgroup$path/memory.events ;;
    *memory*) file=/sys/fs/cgroup/memory$path/memory.oom_control ;;
    *) continue ;;
  esac
  [ ! -r "$file" ] || counters=$file
done </proc/self/cgroup

# Puts their number into $kills.
oom_kills() {
  kills=
  [ -z "$counters" ] || while read -r event times; do
    [ "$event" != oom_kill ] || kills=$times
  done <"$counters"
}
oom_kills

# Puts into $user and $system what all that has ended here has used of the processor until now.
cpu_times() {
  times 1<>"$scratch/times" # without emptying it first, which costs more; it only ever gets longer
  { read -r _ _; read -r user system; } <"$scratch/times"
}
cpu_times

# Follows the tree of process $1: keeps its peak in $notes.peak; ends it after $2 seconds (0: never) or when
# $notes.stop appears, and says so in $notes.how. Often at first, seldom later.
watch_tree() {
  exec awk -v root="$1" -v limit="$2" -v grace="$grace" -v notes="$notes" '
    function uptime(  line, f) {
      if ((getline line < "/proc/uptime") <= 0) return -1
      close("/proc/uptime"); split(line, f, " "); return f[1] + 0
    }
    # Fills pids[1..n] with the tree, parents first.
    function walk(  from, cmd, line, f, i, to) {
      n = 1; pids[1] = root; from = 1
      while (from <= n) {
        cmd = "cat"
        for (to = n; from <= to; from++) cmd = cmd " /proc/" pids[from] "/task/[0-9]*/children"
        cmd = cmd " 2>/dev/null"
        while ((cmd | getline line) > 0) {
          split(line, f, " ")
          for (i = 1; i in f; i++) pids[++n] = f[i]
        }
        close(cmd)
      }
    }
    function measure(  i, path, line, f, sum) {
      sum = 0
      for (i = 1; i <= n; i++) {
        path = "/proc/" pids[i] "/status"
        while ((getline line < path) > 0) {
          if (line ~ /^VmHWM:/) { split(line, f, " "); if (f[2] * 1024 > peak) peak = f[2] * 1024 }
          if (line ~ /^VmRSS:/) { split(line, f, " "); sum += f[2] * 1024; break }
        }
        if (close(path) < 0 && i == 1) exit
      }
      if (sum > peak) peak = sum
    }
    function tell(signal,  i, list) {
      list = ""
      for (i = 1; i <= n; i++) list = list " " pids[i]
      if (list != "") system("kill -" signal list " 2>/dev/null")
    }
    BEGIN {
      begun = uptime(); pause = 0.05; peak = 0; written = 0; ended = 0
      for (;;) {
        walk(); measure()
        if (peak > written) { printf "%.0f\n", peak > (notes ".peak"); close(notes ".peak"); written = peak }
        now = uptime() - begun
        if (!ended && (getline line < (notes ".stop")) >= 0) { close(notes ".stop"); ended = now; how = "cancelled" }
        if (!ended && limit > 0 && now >= limit) { ended = now; how = "limit" }
        if (ended) {
          print how > (notes ".how"); close(notes ".how")
          tell(now - ended < grace ? "TERM" : "KILL")
        }
        if (system("sleep " (ended ? 0.5 : pause) " 2>/dev/null") != 0) system("sleep 1")
        if (pause < 2) pause *= 1.5
        if (limit > 0 && !ended && pause > limit - now && limit > now) pause = limit - now + 0.01
      }
    }'
}

# Puts into $peak and $how what is known of the running instance.
read_notes() {
  peak=- how=exit
  [ ! -s "$notes.peak" ] || read -r peak <"$notes.peak"
  [ ! -s "$notes.how" ] || read -r how <"$notes.how"
}

# Told once by Slurm, a minute or so before the time limit: nothing more is begun.
warn() { warned=1 rang=1; }
# The job is ending: what is known is written while there is time. Slurm says why, not we.
end_now() {
  ending=1
  [ -z "$over" ] || return 0 # it is being written already how the instance ended; no other is begun
  trap '' TERM USR2 USR1
  if [ -n "$id" ]; then
    [ -z "$sampler" ] || kill "$sampler" 2>/dev/null
    read_notes
    clock
    write T "$id" "$attempt" "$now" "$((ticks - started))" "$peak" - - "${warned:-0}"
  fi
  [ -z "$pid" ] || kill "$pid" 2>/dev/null
  exit 98
}
stop_if_asked() { rang=1; [ -z "$id" ] || [ ! -e "stop/$id.$attempt" ] || : >"$notes.stop"; }
# What lasts longer than a moment is worth being followed: to start that costs more than many an instance.
set_timer() {
  [ -z "$timer" ] || return 0
  { sleep 0.1 2>/dev/null || sleep 1; kill -s ALRM $$; } &
  timer=$!
}
follow() {
  timer= rang=1
  [ -n "$pid" ] && [ -z "$sampler" ] || return 0
  watch_tree "$pid" "$limit" >/dev/null 2>&1 &
  sampler=$!
}
grace=5
trap warn USR2
trap stop_if_asked USR1
trap end_now TERM
trap follow ALRM
# Files without content are not left for people to look into.
clear_up() {
  [ -z "$timer" ] || kill "$timer" 2>/dev/null
  rm -rf -- "$scratch"
  [ -s "log/${array}_$index.txt" ] || rm -f -- "log/${array}_$index.txt"
  # shellcheck disable=SC2086 # names of letters, digits, dots and dashes
  [ -z "$empty" ] || { cd ../logs && rm -f -- $empty; }
}
trap clear_up EXIT

# instance ID ATTEMPT SECONDS FOLDER OUT ERR RESULT: runs the function `task` in FOLDER, at most SECONDS (0: no limit)
instance() {
  [ -z "$warned$ending" ] || { failed=1 left=1; return 0; } # what comes after this array must not begin
  set -C
  if ! { echo "${array}_$index" >"claims/$1.$2"; } 2>/dev/null; then
    set +C
    taken "$1" "$2"
    return 0
  fi
  set +C
  count=$((count + 1))
  notes=$scratch/$count
  limit=$3 result=$7
  id=$1 attempt=$2 code= started=$ticks
  kills_before=$kills used="$user" used_system="$system"
  write S "$id" "$attempt" "$now" "$node"
  stop_if_asked
  if [ -e "$notes.stop" ]; then
    code=143 how=cancelled peak=-
  else
    (
      trap - TERM USR1 USR2 ALRM EXIT
      prepare && cd -- "$4" 2>/dev/null || { echo nofolder >"$notes.how"; exit 96; }
      task
    ) >"$5" 2>"$6" </dev/null &
    pid=$!
    set_timer
    # A signal of ours ends the wait, not the task. What was waited for already is not known any more (127).
    while rang= before=$code; wait "$pid"; code=$?; [ -n "$rang" ]; do :; done
    case $code$before in 127 | 127138 | 127140 | 127142) ;; 127*) code=$before ;; esac
    pid=
    cpu_times
    # The job's end reaches the task first: let it reach us too.
    case $code in 137 | 143) [ -e "$notes.how" ] || sleep 2 ;; *) over=1 ;; esac
    [ -z "$sampler" ] || kill "$sampler" 2>/dev/null
    read_notes
  fi
  clock
  oom_kills
  [ "$kills" = "$kills_before" ] || oom=1
  said=- value=-
  [ "$code" -eq 0 ] || [ ! -s "$6" ] || said=$(tail -n 20 "$6" | tr -c '[:print:]\n\200-\377' ' ' | grep -v '^ *$' | tail -n 1 | cut -c1-500)
  [ -z "$result" ] || [ ! -s "$result" ] || { value=$(cat -- "$result") && rm -f -- "$result"; }
  [ "${#value}" -le 1000000 ] || value=@
  [ "$code" -eq 0 ] || failed=1
  write F "$id" "$attempt" "$now" "$how" "$code" "$((ticks - started))" "$peak" "$used $user" "$used_system $system" \
    "${oom:-0}" "$memory" "$3" "${said:--}" "$value"
  id= oom= over=
  [ -s "$5" ] || empty="$empty $1.$2.out"
  [ -s "$6" ] || empty="$empty $1.$2.err"
  # What followed it and what looked at its output is not to be counted for the next.
  [ "$sampler$said$value" = -- ] || { [ -z "$sampler" ] || wait "$sampler" 2>/dev/null; sampler=; cpu_times; clock; }
}

# succeeded ID ATTEMPT: whether it has, by what the element has written that took it
succeeded() {
  [ -r "claims/$1.$2" ] && read -r by <"claims/$1.$2" && [ -r "results/$by" ] || return 1
  while IFS=$tab read -r kind who which _ way code _; do
    [ "$kind $who $which" != "F $1 $2" ] || { [ "$way $code" = 'exit 0' ]; return; }
  done <"results/$by"
  return 1
}

# needs ID ATTEMPT...: whether all of these have succeeded. If not, what would come next goes back, and the element goes on.
needs() {
  while [ $# -gt 0 ]; do
    succeeded "$1" "$2" || {
      [ -n "$late" ] || { late=1; sleep 5; } # once: a file of another node may not be seen yet
      succeeded "$1" "$2" || { failed=1 left=1; return 1; }
    }
    shift 2
  done
}

# taken ID ATTEMPT: leaves it alone, and says so where it was begun here: Slurm has started this element once more.
taken() {
  if ! read -r by <"claims/$1.$2"; then
    echo "claims/$1.$2 cannot be made" >&2
    failed=1
  elif [ "$by" = "${array}_$index" ]; then
    clock
    write D "$1" "$2" "$now"
  fi
}

# Line INDEX+1 of the chunk file says where the element's own part lies: its first byte and how many.
place=$(sed -n "${slot:-$((index + 1))}{p;q;}" "$chunks") && [ -n "$place" ] || exit 95
part=$(tail -c "+${place% *}" "$chunks" | head -c "${place#* }"; echo x)
eval "${part%x}"
if [ -n "$left" ]; then write W; else write E; fi
exit "$failed"
