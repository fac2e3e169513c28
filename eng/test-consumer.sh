#!/usr/bin/env bash
# Builds and runs applications outside of the repository that use only the packed packages: project and nuget.config of docs/packages.md, the code of
# README.md, the samples, the template, with every libtorch that can be had here, also trimmed and native. Usage: test-consumer.sh PACKAGES VERSION
set -euo pipefail
packages=$(realpath "$1")
version=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
work=$(mktemp -d)
native=
service=
end() {
  [ -z "$native" ] || kill -- "-$native" 2>/dev/null || true
  [ -z "$service" ] || kill "$service" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap end EXIT
mkdir -p "$work"/{app,OwnModules,file,trimmed,native,data,hive}
cp "$here"/consumer/*.cs "$work/app"/
cp "$root"/samples/OwnModules/*.cs "$work/OwnModules"/
cp -r "$here"/consumer/Service "$work"/

fail() { echo "FAILED  $*" >&2; exit 1; }
block() { # FILE LANGUAGE NUMBER: a block of code of a document
  awk -v open="^\`\`\`$2\$" -v number="$3" '$0 ~ open { inside = ++seen == number; next } /^```$/ { inside = 0 } inside' "$root/$1"
}

# The documented project, with the version that was packed.
packed() { sed -E "/Hrm\./s/\[0[^]]*\]/[$version]/"; } # the documents' version of our packages becomes the one that was packed
block docs/packages.md xml 1 | packed | tee "$work/OwnModules/OwnModules.csproj" >"$work/app/Consumer.csproj"
packed <"$here/consumer/Service/Service.csproj" >"$work/Service/Service.csproj"
grep -qF "\"[$version]\"" "$work/app/Consumer.csproj" || fail "docs/packages.md has no project with a reference to an exact version of Hrm"

# The documented nuget.config, with the folder, and with the sources of this machine instead of nuget.org.
usual_sources=$(dotnet nuget list source | sed -nE 's/^ *[0-9]+\. +(.*) \[Enabled\]$/\1/p')
block docs/packages.md xml 2 | sed "s|\"artifacts/packages\"|\"$packages\"|" | awk -v sources="$usual_sources" '
  /key="nuget.org"/ { open = $0; getline pattern; getline close_; n = split(sources, names, "\n")
    for (i = 1; i <= n; i++) { line = open; sub(/nuget\.org/, names[i], line); print line "\n" pattern "\n" close_ }
    next }
  { print }' >"$work/nuget.config"
grep -qF "\"$packages\"" "$work/nuget.config" || fail "docs/packages.md has no nuget.config with the folder of the packages"

# The README's code unchanged, except for the number of training steps.
block README.md csharp 1 | grep -qE 'Take\([0-9]+\)' || fail "README.md has no training of so many steps"
{
  printf 'using Hrm.Core;\nusing Hrm.Puzzles;\nusing Hrm.Training;\nusing TorchSharp;\n\nnamespace Consumer;\n\ninternal static class Readme\n{\n'
  printf 'public static void Train()\n{\n%s\nConsole.WriteLine($"consumer: the model answers {answer}");\n}\n' "$(block README.md csharp 1 | sed -E 's/Take\([0-9]+\)/Take(20)/')"
  printf 'public static void Solve()\n{\n%s\n}\n}\n' "$(block README.md csharp 2)"
} >"$work/app/Readme.cs"

# A separate package cache, so that no earlier build of the same version is used; the usual one serves all other packages.
usual=${NUGET_PACKAGES:-$HOME/.nuget/packages}
for package in runtime layers core training puzzles; do
  [ ! -e "$usual/hrm.$package/$version" ] || fail "expected no Hrm package in $usual, got hrm.$package $version"
done
export NUGET_PACKAGES="$work/packages"
export RestoreFallbackFolders=$usual XDG_DATA_HOME=$work/data

# An application of one file, as it is, trimmed and native: none has reflection for JSON. The native one takes longest, so it is made meanwhile.
packed <"$root/samples/solve.cs" | sed '1i #:package Microsoft.Extensions.DependencyInjection@10.0.0' | cat - "$here/consumer/Options.txt" >"$work/file/solve.cs"
grep -qF "@[$version]" "$work/file/solve.cs" || fail "samples/solve.cs has no package of an exact version"
cp "$work/file/solve.cs" "$work/trimmed"/
cp "$work/file/solve.cs" "$work/native"/
publish() { # FOLDER SETTINGS…: no warning may be about a package of ours
  cd "$work/$1"
  dotnet publish solve.cs -o out -p:TrimmerSingleWarn=false "${@:2}" >publish.log 2>&1 || fail "$(tail publish.log)"
  ! grep -E 'warning IL[0-9]+: Hrm\.' publish.log || fail "a package of ours is not ready for this"
}
# The compiler that it takes must be able to link: without the headers and libraries of C it cannot.
compiler=$(command -v clang || command -v gcc || echo false)
if printf '#include <stdlib.h>\nint main(void) { return 0; }\n' | "$compiler" -x c -o "$work/probe" - 2>/dev/null; then
  set -m # a process group of its own, which ends as a whole
  publish native &
  native=$!
  set +m
fi

# The template, instantiated; its training is made shorter.
template() { dotnet new "$@" --debug:custom-hive "$work/hive"; }
template install "$packages/Hrm.Templates.$version.nupkg"
template hrm-task --name MyTask --output "$work/MyTask"
grep -q 'TotalSteps = 600' "$work/MyTask/Program.cs" || fail "the template has no training of 600 steps"
sed -i 's/TotalSteps = 600/TotalSteps = 20/' "$work/MyTask/Program.cs"
sed -i 's/TotalSteps = 200/TotalSteps = 20/' "$work/OwnModules/Program.cs"

cd "$work"
printf '<Solution>%s</Solution>' "$(printf '<Project Path="%s" />' {app/Consumer,OwnModules/OwnModules,MyTask/MyTask,Service/Service}.csproj)" >all.slnx
dotnet build all.slnx -c Release -p:CreateHardLinksForCopyLocalIfPossible=true
for package in runtime layers core training puzzles; do
  [ -e "$NUGET_PACKAGES/hrm.$package/$version" ] || fail "expected hrm.$package $version from $packages"
done
start() { (cd "$1" && dotnet "$(echo bin/Release/net10.0/*/"$2.dll")" "${@:3}"); } # FOLDER NAME ARGUMENTS…
mentions() { grep -qa HrmTorchRuntime app/bin/Release/net10.0/*/Consumer.dll; }
mentions || fail "the package's initializer is not in the application"
start app Consumer
start app Consumer readme | tee readme.log
grep -q 'consumer: the model answers [1-4]' readme.log && grep -Eq 'after [0-9]+ segments' readme.log || fail "README.md printed something else"
start MyTask MyTask | tee task.log
grep -Eq '^[0-9]+ of 200 solved' task.log && grep -Eq '^[0-9?]{6}: (not )?sorted$' task.log || fail "the template printed something else"
start OwnModules OwnModules | tee modules.log
grep -Eq '^[0-9]+ of 100 solved$' modules.log || fail "samples/OwnModules printed something else"

# A service that trains in the background, longer than this waits, and answers by the newest model that the training saved.
(cd Service && exec dotnet bin/Release/net10.0/*/Service.dll --urls http://127.0.0.1:0) >service.log 2>&1 &
service=$!
get() { # PATH: the last line of the answer
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&3
  timeout 10 tail -n 1 <&3 || fail "no answer to $1: $(cat service.log)"
  exec 3>&-
}
for _ in {1..300}; do
  port=$(sed -nE 's|.*Now listening on: http://127.0.0.1:([0-9]+).*|\1|p' service.log)
  [ -z "$port" ] || break
  sleep 0.1
done
[ -n "$port" ] || fail "the service does not listen: $(cat service.log)"
models=
end_of_wait=$((SECONDS + 120))
while [ "$(wc -l <<<"$models")" -lt 2 ] && [ $SECONDS -lt $end_of_wait ]; do
  get /solve/123.3....1....2.
  models=$(get /metrics | { grep -oE '"step-[0-9]+":[1-9]' || true; })
  sleep 0.1
done
[ "$(wc -l <<<"$models")" -ge 2 ] || fail "expected answers of two models that were saved one after the other, got ${models:-none}: $(cat service.log)"
[ "$(get /health)" = Healthy ] || fail "expected a healthy service"
kill "$service"
wait "$service" || fail "the service did not stop: $(cat service.log)"
service=

# A script of F#, which calls the initializer itself.
packed <"$root/samples/solve.fsx" >solve.fsx
puzzle=9.2.........6........18.4...1....7.......25.38...1...........6........8...5..7...
dotnet fsi solve.fsx "$root/samples/models/sudoku-9x9" "$puzzle" | tee script.log
grep -qi '^962374851.*: True, after [0-9]* segments' script.log || fail "samples/solve.fsx printed something else"

build() { dotnet build app/Consumer.csproj -c Release "$@"; }
build -p:HrmTorchRuntime=false
! mentions || fail "HrmTorchRuntime=false left the initializer in"
start app Consumer initialize

# A libtorch that no package brings: that of the usual cache represents a PyTorch installation.
if [ "$(uname -sm)" = "Linux x86_64" ]; then
  restored=$(grep -om1 'libtorch-cpu-linux-x64/[0-9.]*' app/obj/project.assets.json)
  libtorch=$usual/$restored/runtimes/linux-x64/native
  [ -d "$libtorch" ] || libtorch=$NUGET_PACKAGES/$restored/runtimes/linux-x64/native
  [ -d "$libtorch" ] || fail "expected the libtorch that the restore took, $restored, in one of the two caches"
  rm -rf app/{bin,obj}
  build -p:HrmBackend=none
  [ -z "$(find app/bin -name 'libtorch_cpu*')" ] || fail "HrmBackend=none brought a libtorch"
  HRM_LIBTORCH=$libtorch start app Consumer initialize | tee none.log
  grep -qF "consumer: libtorch is $libtorch/" none.log || fail "expected the libtorch of HRM_LIBTORCH"
fi

# The packages with CUDA need not be in the registry: the project asks for them.
for backend in cpu cuda-linux cuda-windows; do
  dotnet msbuild app/Consumer.csproj -getItem:PackageReference -p:HrmBackend=$backend | grep -q "\"TorchSharp-$backend\"" || fail "HrmBackend=$backend is not asked for"
done
refused() { # CODE SETTINGS…: a build that has to end with an error
  local code=$1
  shift
  ! build "$@" >refused.log 2>&1 && grep -q "error $code" refused.log || fail "expected the error $code of $*"
}
refused HRM0001 --no-restore -p:HrmBackend=gpu
sed -i '/TorchSharp-/d' app/Consumer.csproj
refused HRM0002 -p:HrmBackend=cpu

solves() { # COMMAND…: the shipped model solves, and its options are bound
  "$@" "$root/samples/models/sudoku-9x9" "$puzzle" >file.log
  grep -q '^962374851.*: True, after [0-9]* segments' file.log && grep -qx 'options: 3 2 00:00:05' file.log || fail "$*: $(cat file.log)"
}
solves dotnet run file/solve.cs
(publish trimmed -p:PublishAot=false -p:PublishTrimmed=true)
solves trimmed/out/solve
if [ -n "$native" ]; then
  wait "$native" || fail "no native application"
  native=
  solves native/out/solve
else
  echo "skipped  native application: expected clang or gcc that links a C program"
fi
