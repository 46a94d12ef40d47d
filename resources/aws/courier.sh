# Stands beside the work in a task of ECS: brings the files of its element from the bucket, and what it writes back. POSIX sh, with
# curl, tar, gzip, awk and sha256sum. From its environment:
# SCALABLE_BUCKET address of the bucket · SCALABLE_REGION · SCALABLE_RUN the run's key · SCALABLE_JOB the array's key
# The work finds in $ctl: element (what to run), go (begin) or gone (do not), stop (some of it is not wanted any more); it leaves
# there: ended. In the bucket, below the array's key: tasks/TASK when its image was first asked for, which is when it is paid from.
set -u
umask 000
export LC_ALL=C
volume=/mnt/scalable
ctl=$volume/ctl
run=runs/${SCALABLE_RUN##*/}
tab=$(printf '\t')
own=$(mktemp -d) || exit 90
ending= at=0 renewed= shown= index= task= array=${SCALABLE_JOB##*/}
trap 'ending=1' TERM INT
cd "$volume" && mkdir -p ctl project "$run/logs" "$run/work" "$run/outputs" "$run/jobs/results" "$run/jobs/claims" "$run/jobs/stop" "$run/jobs/log" &&
  chmod 777 . ./* runs/* "$run"/* "$run/jobs"/* || exit 91

say() { printf 'scalable: %s\n' "$*" >&2; }
# leave STATUS: the work is told, if it has not begun
leave() {
  [ -e "$ctl/go" ] || : >"$ctl/gone"
  rm -rf "$own"
  exit "$1"
}

# Keys of the task's role, as options of curl: not on a command line, where others would see them.
renew() {
  curl -sf --retry 5 --retry-connrefused -o "$own/keys" \
    "${AWS_CONTAINER_CREDENTIALS_FULL_URI:-http://169.254.170.2${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI:-}}" || return 1
  ( umask 077
    tr -d '\n' <"$own/keys" | awk -v region="$SCALABLE_REGION" '
      function value(name) { return match($0, "\"" name "\" *: *\"[^\"]*\"") ? gensub_value(substr($0, RSTART, RLENGTH)) : "" }
      function gensub_value(text) { sub(/^"[^"]*" *: *"/, "", text); sub(/"$/, "", text); return text }
      { print "user = \"" value("AccessKeyId") ":" value("SecretAccessKey") "\""
        print "header = \"x-amz-security-token: " value("Token") "\""
        print "header = \"x-amz-content-sha256: UNSIGNED-PAYLOAD\""
        print "aws-sigv4 = \"aws:amz:" region ":s3\"" }' >"$own/auth"
    printf 'silent\nfail\nretry = 6\nretry-connrefused\nconnect-timeout = 20\nspeed-limit = 1\nspeed-time = 120\n' >>"$own/auth" )
  rm -f "$own/keys"
  renewed=$at
}
s3() { curl -K "$own/auth" "$@"; }
# Standard input: lines of text → the same as parts of an address.
encode() {
  awk 'BEGIN { for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i }
    { out = ""
      for (i = 1; i <= length($0); i++) { c = substr($0, i, 1); out = out (c ~ /[A-Za-z0-9._~\/-]/ ? c : sprintf("%%%02X", code[c])) }
      print out }'
}
url() { printf '%s/%s' "$SCALABLE_BUCKET" "$(printf '%s\n' "$1" | encode)"; }
# get KEY FILE
get() { : >"$2" && s3 -o "$2" "$(url "$1")" || { status=$?; rm -f "$2"; return "$status"; }; }
# put FILE KEY [OPTION...]: in parts what is larger than eight of them (4 GiB), as S3 takes no more than 5 GiB at once
part=${SCALABLE_PART_BYTES:-536870912}
put() {
  put_from=$1 put_to=$2
  shift 2
  if [ "$(wc -c <"$put_from")" -gt $((8 * part)) ]; then put_parts; else s3 -o /dev/null -T "$put_from" "$@" "$(url "$put_to")"; fi
}
put_parts() {
  address=$(url "$put_to") size=$(wc -c <"$put_from") number=0 etags=
  upload=$(s3 -X POST -d '' "$address?uploads=" | tr -d '\n' | sed -n 's:.*<UploadId>\(.*\)</UploadId>.*:\1:p')
  [ -n "$upload" ] || return 1
  while [ $((number * part)) -lt "$size" ]; do
    tail -c "+$((number * part + 1))" "$put_from" | head -c "$part" >"$own/part" || return 1
    number=$((number + 1))
    s3 -D "$own/headers" -o /dev/null -T "$own/part" "$address?partNumber=$number&uploadId=$upload" || return 1
    etag=$(tr -d '\r' <"$own/headers" | sed -n 's/^[Ee][Tt][Aa][Gg]: *//p' | tail -n 1)
    etags="$etags<Part><PartNumber>$number</PartNumber><ETag>$etag</ETag></Part>"
  done
  rm -f "$own/part"
  s3 -o "$own/answer" -d "<CompleteMultipartUpload>$etags</CompleteMultipartUpload>" -H 'content-type: application/xml' \
    "$address?uploadId=$upload" && grep -q '<ETag>' "$own/answer"
}
# Standard input: paths in the volume → keys.
keys() { awk -v run="$SCALABLE_RUN" '{ sub(/^runs\/[^\/]*\//, ""); print run "/" $0 }'; }
# transfers MODE LIST: brings the files of LIST (paths in the volume) from the bucket (output) or there (upload-file), 16 at once
transfers() {
  [ -s "$2" ] || return 0
  keys <"$2" | encode >"$own/addresses"
  sed 's/[\\"]/\\&/g' "$2" | awk -v mode="$1" -v base="$SCALABLE_BUCKET/" -v volume="$volume/" -v addresses="$own/addresses" '
    { getline address <addresses
      print "url = \"" base address "\""; print mode " = \"" volume $0 "\""
      if (mode != "output") print "output = \"/dev/null\"" }' >"$own/transfers"
  s3 -K "$own/transfers" --create-dirs --parallel --parallel-max 16 --fail-early
}
# The state of the work's container, as ECS tells it.
container_stopped() {
  curl -sf -m 5 "$ECS_CONTAINER_METADATA_URI_V4/task" 2>/dev/null | tr -d '\n' | sed 's/"DockerId"/\n&/g' |
    grep '"Name" *: *"work"' | grep -q '"KnownStatus" *: *"STOPPED"'
}

# collect ID ATTEMPT: adds to what is to be brought away all that an instance has written, and the list of its outputs
collect() {
  {
    printf '%s\n' "$run/work/$1"
    sed -n "s/^output$tab$1$tab//p" "$own/orders"
  } | while IFS= read -r root; do [ ! -e "$root" ] || find "$root" -type f; done | sort -u |
    # What holds a line end in its name cannot be told apart from two files.
    while IFS= read -r path; do [ ! -f "$path" ] || printf '%s\n' "$path"; done >"$own/found"
  tr '\n' '\0' <"$own/found" | xargs -0 -r sha256sum >"$run/outputs/$1" || return 1
  printf '%s\n' "$run/outputs/$1" >>"$own/found"
  for stream in out err; do
    [ ! -s "$run/logs/$1.$2.$stream" ] || printf '%s\n' "$run/logs/$1.$2.$stream" >>"$own/found"
  done
  cat "$own/found" >>"$own/away"
}
# Small files together, the ones that need several parts one by one.
bring_away() {
  tr '\n' '\0' <"$own/away" | xargs -0 -r sh -c 'size=$1; shift; find "$@" -size +"$size"' sh "$((part / 64))" >"$own/big"
  awk -v big="$own/big" 'BEGIN { while ((getline path <big) > 0) skip[path] = 1 } !($0 in skip)' "$own/away" >"$own/small" || return 1
  while IFS= read -r path; do
    put "$path" "$(printf '%s\n' "$path" | keys)" </dev/null || return 1
  done <"$own/big"
  transfers upload-file "$own/small"
}

# heed: instances that are not wanted any more, which only an element of several is asked about. Says whether there are new ones.
heed() {
  [ -n "$several" ] && get "$SCALABLE_JOB/stop/$index" "$own/stop" || return 1
  heard=
  while IFS= read -r name; do
    case $name in '' | '*' | */*) continue ;; esac
    [ -e "$volume/$run/jobs/stop/$name" ] || { : >"$volume/$run/jobs/stop/$name" && heard=1; }
  done <"$own/stop"
  [ -n "$heard" ]
}

# publish: what is new in the results, after all that it speaks of is in the bucket
publish() {
  count=0
  while IFS= read -r _; do count=$((count + 1)); done <"$results"
  [ "$count" != "$shown" ] || return 0
  head -n "$count" "$results" >"$own/results"
  tail -n "+$((${shown:-0} + 1))" "$own/results" >"$own/new"
  : >"$own/away"
  while IFS=$tab read -r kind id attempt _; do
    case $kind in
      S) running=$id.$attempt log_out=0 log_err=0 ;;
      F | T) running= && collect "$id" "$attempt" </dev/null || return 1 ;;
    esac
  done <"$own/new"
  bring_away || { say 'what was made could not be brought to the bucket'; return 1; }
  put "$own/results" "$SCALABLE_JOB/results/$index" || return 1
  shown=$count
}
# What the running instance has printed so far: small logs often, large ones when they have grown by a quarter.
show_logs() {
  [ -n "$running" ] || return 0
  for stream in out err; do
    log=logs/$running.$stream
    [ -s "$volume/$run/$log" ] || continue
    size=$(wc -c <"$volume/$run/$log")
    eval "before=\${log_$stream:-0}"
    [ "$size" -ge "$before" ] || before=0
    [ "$size" -gt "$((before + (before > 262144 ? before / 4 : 0)))" ] || continue
    put "$volume/$run/$log" "$SCALABLE_RUN/$log" && eval "log_$stream=$size"
  done
}

renew || { say 'the task has no role whose keys could be had'; leave 92; }
curl -sf --retry 5 --retry-connrefused "$ECS_CONTAINER_METADATA_URI_V4/task" | tr -d '\n' >"$own/about"
arn=$(sed -n 's/.*"TaskARN" *: *"\([^"]*\)".*/\1/p' "$own/about")
task=${arn##*/}
[ -n "$task" ] || { say 'ECS does not say which task this is'; leave 93; }

# Whether the role may do what it must is found out before the work is waited for.
printf '%s' "$task" >"$own/claim"
sed -n 's/.*"PullStartedAt" *: *"\([^"]*\)".*/\1/p' "$own/about" >"$own/begun"
put "$own/begun" "$SCALABLE_JOB/tasks/$task" || { say 'the role of the task may not write to the bucket'; leave 95; }
get "$SCALABLE_JOB/tasks/$task" "$own/claimed" || { say 'the role of the task may not read from the bucket'; leave 96; }

# The app says which element this task is; one that nobody remembers goes.
until get "$SCALABLE_JOB/assign/$task" "$own/assignment"; do
  at=$((at + 2))
  [ -z "$ending" ] && [ "$at" -lt 900 ] || { say 'no work was assigned'; leave 0; }
  sleep 2
done
# Its parts, with a line -- between them: orders for us, the script of the element, and what that runs.
: >"$own/orders"
awk -v orders="$own/orders" -v element="$own/element" -v chunk="$ctl/chunk" '
  part < 2 && $0 == "--" { part++; next }
  { print >(part == 0 ? orders : part == 1 ? element : chunk) }' "$own/assignment"
index=$(sed -n "s/^index$tab//p" "$own/orders")
several=$(sed -n '/^several$/p' "$own/orders")
results=$volume/$run/jobs/results/${array}_$index
# Who is told to end before it can hear that, reads it.
if get "$SCALABLE_JOB/stop/$index" "$own/stop" && grep -qx '\*' "$own/stop"; then say "element $index is not wanted any more"; leave 0; fi
# Another task may have been given the same element by an app that died: the first one takes it.
if ! put "$own/claim" "$SCALABLE_JOB/claims/$index" -H 'If-None-Match: *'; then
  get "$SCALABLE_JOB/claims/$index" "$own/claimed" && [ "$(cat "$own/claimed")" = "$task" ] ||
    { say "element $index is taken"; leave 0; }
fi

fetch() {
  sed -n "s/^archive$tab//p" "$own/orders" | while IFS=$tab read -r key path; do
    get "$key" "$own/archive" && gzip -dc "$own/archive" | tar -xf - -C "$volume/$path" && rm -f "$own/archive" || exit 1
  done || return 1
  sed -n "s/^file$tab//p" "$own/orders" | while IFS=$tab read -r key path; do get "$key" "$volume/$path" || exit 1; done || return 1
  sed -n "s/^reads$tab//p" "$own/orders" | while IFS= read -r id; do
    get "$SCALABLE_RUN/outputs/$id" "$own/one" && cat "$own/one" || exit 1
  done >"$own/needed" || return 1
  sed 's/^\\*[0-9a-f]* [ *]//' "$own/needed" | sort -u >"$own/paths"
  transfers output "$own/paths" || return 1
  [ ! -s "$own/needed" ] || ( cd "$volume" && sha256sum -c "$own/needed" >/dev/null )
}
fetch || { say 'the files that it needs could not be brought'; leave 94; }
chmod -R a+rwX "$volume/project" "$volume/runs"
: >"$results"
chmod 666 "$results"
cat "$own/element" >"$ctl/element"
heed || :
running= log_out=0 log_err=0 tick=0 failures=0 deadline=
: >"$ctl/go"

while :; do
  tick=$((tick + 1))
  over=
  [ ! -e "$ctl/ended" ] || over=1
  if [ -z "$over" ] && [ $((tick % 5)) = 0 ] && container_stopped; then over=1; fi
  # The grace of 120 seconds is ECS's; the work had its own signal.
  if [ -n "$ending" ]; then
    [ -n "$deadline" ] || deadline=$((tick + 90))
    [ "$tick" -lt "$deadline" ] || over=1
  fi
  [ $((tick % 600)) != 0 ] || renew || say 'new keys could not be had'
  if publish; then
    failures=0
    [ -z "$over" ] || leave 0
    [ $((tick % 5)) != 0 ] || { heed && : >"$ctl/stop"; show_logs; }
  else
    failures=$((failures + 1))
    renew || :
    [ "$failures" -lt 20 ] || { say 'the bucket does not take what was made'; leave 97; }
  fi
  [ -n "$over" ] || sleep 1
done
