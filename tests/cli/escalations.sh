#!/bin/sh
# escalations.sh PERENNIAL: raised, updated and resolved as a person, with that person's rights.
set -eu
p=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db="$dir/book.db"
"$p" --db "$db" demo --lines 1000 --seed 4 --today 2026-11-23 >"$dir/demo"
tom=tom.okafor@palisade.example
renewal=$("$p" --db "$db" worklist --rep "Tom Okafor" --format csv | sed -n 2p | cut -d, -f2)
refused() { # SENTENCE ARGUMENTS…
  sentence=$1
  shift
  if "$p" --db "$db" escalations "$@" >"$dir/out" 2>"$dir/err"; then echo "$* was taken"; exit 1; fi
  grep -q -- "$sentence" "$dir/err" || { echo "$*:"; cat "$dir/err"; exit 1; }
}
refused 'as EMAIL is missing' raise --renewal "$renewal"
refused 'say what it is about' raise --as "$tom"
refused 'There is nothing of that number' raise --as "$tom" --renewal 99999999
refused 'is no time' raise --as "$tom" --renewal "$renewal" --department legal --blocked PO --reason why --by '2026-02-31 10:00'
"$p" --db "$db" escalations raise --as "$tom" --renewal "$renewal" --department legal --blocked 'The PO' --reason why --level 2 --format csv >"$dir/raised"
grep -q 'Tom Okafor,raised,new,2,Tom Okafor,' "$dir/raised" || { cat "$dir/raised"; exit 1; }
id=$("$p" --db "$db" escalations list --format csv | grep 'The PO' | cut -d, -f1)
refused 'next update is missing' update "$id" --as "$tom" --note asked --promise answer
refused 'There is no escalation' update "$id" --as ines.carvalho@palisade.example --note asked --promise answer
refused 'not act on it' resolve "$id" --as helen.brandt@palisade.example --cause price --note done
"$p" --db "$db" escalations update "$id" --as "$tom" --note asked --promise answer --by '2026-11-30 10:00' --waiting-on Dana --format csv | grep -q 'update,waiting,2,Tom Okafor,answer,2026-11-30T15:00:00Z,asked'
"$p" --db "$db" escalations resolve "$id" --as "$tom" --cause price --note done >"$dir/out"
refused 'is resolved' resolve "$id" --as "$tom" --cause price --note done
"$p" --db "$db" check >"$dir/out" || { cat "$dir/out"; exit 1; }
