# Starts an element of an array on a machine of Google Cloud Batch, with the bucket mounted. POSIX sh.
# Before this text stand assignments of the app: shared (the run's folder for the engine in the bucket), array, memory (bytes or -),
# here (a folder of this machine). Its argument is the slice: line BATCH_TASK_INDEX+2 of slices/SLICE names the element.
# A mounted bucket takes files whole and cannot append, so the element writes here, and what is new is carried there.
# Exits: 0 done, or left alone (then without results) · 95 no such element · 96 the bucket cannot be written · 99 not wanted any more
set -u
slice=$1
index=$(sed -n "$((${BATCH_TASK_INDEX:-0} + 2)){p;q;}" "$shared/slices/$slice") && [ -n "$index" ] || exit 95
name=${array}_$index
[ ! -e "$shared/stop/$name" ] || [ "$(cat -- "$shared/stop/$name")" != '*' ] || exit 99
[ ! -e "$shared/hold/$slice" ] || exit 0
# Making a folder is what a bucket does at once, and for one only.
if ! mkdir -- "$shared/claims/$name" 2>/dev/null; then
  [ -d "$shared/claims/$name" ] && exit 0
  exit 96
fi
own=$here/$name
jobs=$own/jobs
chunks=$shared/chunks/$array
results=$jobs/results/$name
tab=$(printf '\t')
mkdir -p -- "$jobs/results" "$jobs/claims" "$jobs/stop" "$jobs/log" "$here/logs" || exit 97
echo 0 >"$own/told"

# carry_log ID.ATTEMPT
carry_log() {
  for end in out err; do
    [ ! -s "$here/logs/$1.$end" ] || cp -- "$here/logs/$1.$end" "$shared/../logs/$1.$end"
  done
}
# Brings new results to the bucket, and before them the logs that they speak of.
carry() {
  [ -s "$results" ] || return 0
  read -r told <"$own/told"
  lines=$(wc -l <"$results")
  [ "$lines" -gt "$told" ] || return 0
  head -n "$lines" "$results" >"$own/part"
  tail -n "+$((told + 1))" "$own/part" | while IFS=$tab read -r type id attempt _; do
    case $type in F | T) carry_log "$id.$attempt" ;; esac
  done
  cp -- "$own/part" "$shared/results/$name" && echo "$lines" >"$own/told"
}
# What is running is read by people: its logs are brought now and then, as long as they are small.
show() {
  IFS=$tab read -r type id attempt _ <<END
$(tail -n 1 "$results" 2>/dev/null)
END
  [ "$type" = S ] || return 0
  bytes=$(cat -- "$here/logs/$id.$attempt.out" "$here/logs/$id.$attempt.err" 2>/dev/null | wc -c)
  [ "$bytes" -eq "$shown" ] || [ "$bytes" -gt 4000000 ] || { carry_log "$id.$attempt" && shown=$bytes; }
}
# stop ID.ATTEMPT: tells the element to end it, once
stop() {
  [ -e "$jobs/stop/$1" ] || { : >"$jobs/stop/$1" && kill -s USR1 "$child" 2>/dev/null; }
}
# Ends what the app does not want any more: a star for all, which then begins nothing more, else instances by ID.ATTEMPT.
heed() {
  [ -e "$shared/stop/$name" ] || return 0
  while read -r unwanted; do
    case $unwanted in
      '*')
        kill -s USR2 "$child" 2>/dev/null
        last=$(tail -n 1 "$results" | cut -f 1-3 | tr '\t' ' ')
        case $last in 'S '*) last=${last#S } && stop "${last% *}.${last##* }" ;; esac
        ;;
      */*) ;;
      *) stop "$unwanted" ;;
    esac
  done <"$shared/stop/$name"
}

child=
heed # of what was given up before it began
# A shell of its own, so that signals it sends to itself are its own.
sh -c 'jobs=$1 chunks=$2 memory=$3 array=$4 index=$5 && . "$6"' sh \
  "$jobs" "$chunks" "$memory" "$array" "$index" "$shared/element.sh" &
child=$!
(
  rounds=0 shown=0 type='' id='' attempt=''
  for pause in 0.2 0.4 0.8; do
    sleep $pause 2>/dev/null || sleep 1
    carry
  done
  while sleep 2 && kill -0 $$ 2>/dev/null; do
    carry
    heed
    rounds=$((rounds + 1))
    [ $((rounds % 10)) -ne 0 ] || show
  done
) >/dev/null 2>&1 &
courier=$!
trap 'kill -TERM "$child" 2>/dev/null' TERM INT
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null || break # a signal of ours ends the wait, not the element
done
kill "$courier" 2>/dev/null
wait "$courier" 2>/dev/null
carry || exit 96
rm -rf -- "$own"
[ ! -e "$shared/stop/$name" ] || [ "$(cat -- "$shared/stop/$name")" != '*' ] || exit 99
# What became of the instances stands in the results; only an element that could not work has failed.
case $code in 0 | 1) exit 0 ;; *) exit "$code" ;; esac
