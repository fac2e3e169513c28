#!/usr/bin/env bash
# Runs the commands of eng/documents/run.txt: those of the documents, shortened if they take long. Needs a build (-c Release) and the model that
# QuickStart leaves in runs/quickstart. Leaves no files.
set -uo pipefail
export OMP_WAIT_POLICY=PASSIVE
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
[ -f "$root/runs/quickstart/config.json" ] || { echo "expected runs/quickstart, got none: dotnet run -c Release --project samples/QuickStart"; exit 1; }

# `dotnet run` starts the program that was built: MSBuild takes a second to find it, and the build is another check.
launch=command
dotnet() {
  [ "$1" = run ] || { command dotnet "$@"; return; }
  [ "${*:2:3}" = "-c Release --project" ] || { echo "expected dotnet run -c Release --project FOLDER, got: dotnet $*"; return 1; }
  local folder=$root/$5 name
  name=$(sed -nE 's|.*<AssemblyName>(.*)</AssemblyName>.*|\1|p' "$folder"/*.csproj)
  [ -n "$name" ] || name=$(basename "$folder"/*.csproj .csproj)
  shift 5
  [ "${1-}" != -- ] || shift
  $launch dotnet "$folder"/bin/Release/net10.0/*/"$name.dll" "$@"
}

enter() { # NAME: a folder in which the repository's relative paths are valid, and files that are written remain
  mkdir -p "$work/$1/short"
  cd "$work/$1" || exit 1
  for entry in "$root"/{samples,benchmarks,src,eng,tests,tools,research} "$root"/Directory.* "$root"/{global.json,nuget.config,Hrm.sln}; do ln -s "$entry" .; done
  head -n 33 samples/data/sudoku_easy_test.csv >short/sudoku.csv
  head -n 9 samples/data/maze_30x30_hard_test.csv >short/maze.csv
  mkdir runs && cp -r "$root/runs/quickstart" runs/
}

serve() { # COMMAND: starts a server on a free port, and requests its health
  local log="$work/server.log" address= answer=
  (launch=exec && eval "$1 --urls http://127.0.0.1:0") >"$log" 2>&1 &
  server=$!
  for _ in {1..180}; do
    address=$(sed -nE 's|^Serving .* at http://([0-9.:]+).*|\1|p' "$log")
    [ -z "$address" ] && kill -0 "$server" 2>/dev/null || break
    sleep 1
  done
  cat "$log"
  if [ -n "$address" ] && exec 3<>"/dev/tcp/${address/://}"; then
    printf 'GET /health HTTP/1.0\r\n\r\n' >&3
    answer=$(cat <&3)
    exec 3>&-
    kill "$server"
  fi
  wait "$server"
  server=
  echo "$answer"
  grep -q '"ready"' <<<"$answer"
}

passed=0
failed=0
run() { # COMMAND NOTE…
  local command=$1 short=$1 expected=0 how=eval before code start=$SECONDS
  shift
  for note in "$@"; do
    case $note in
      "check "*) return ;;
      "sed "*)
        before=$short
        short=$(sed -E "${note#sed }" <<<"$short")
        [ "$before" != "$short" ] || { echo "FAILED  $note changes nothing in: $before"; failed=$((failed + 1)); return; } ;;
      "exit "*) expected=${note#exit } ;;
      serve) how=serve ;;
      *) echo "FAILED  unknown note: $note"; failed=$((failed + 1)); return ;;
    esac
  done
  "$how" "$short" >"$work/log" 2>&1 </dev/null
  code=$?
  if [ "$code" = "$expected" ]; then
    passed=$((passed + 1))
    echo "ok      $short ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    echo "FAILED  $short: exit code $code, expected $expected"
    tail -n 40 "$work/log"
  fi
}

lines=()
finish() { [ ${#lines[@]} = 0 ] || run "${lines[@]}"; lines=(); }
while IFS= read -r line <&9; do
  case $line in
    '' | '#'*) ;;
    ' '*) lines+=("${line#"${line%%[! ]*}"}") ;;
    '['*) finish; name=${line#[}; enter "${name%]}" ;;
    *) finish; lines=("$line") ;;
  esac
done 9<"$root/eng/documents/run.txt"
finish

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 20 ]
