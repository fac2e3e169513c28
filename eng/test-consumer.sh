#!/usr/bin/env bash
# Builds and runs an application outside of the repository that knows the packed packages alone: the project file of docs/packages.md and
# the code of README.md, with every libtorch that can be had here. Usage: test-consumer.sh PACKAGES VERSION
set -euo pipefail
packages=$(realpath "$1")
version=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/app"
cp "$here"/consumer/*.cs "$work/app"/

fail() { echo "FAILED  $*" >&2; exit 1; }
block() { # FILE LANGUAGE NUMBER: a block of code of a document
  awk -v open="^\`\`\`$2\$" -v number="$3" '$0 ~ open { inside = ++seen == number; next } /^```$/ { inside = 0 } inside' "$root/$1"
}

# The documented project, with the version that was packed.
block docs/packages.md xml 1 | sed -E "s/(\"Hrm\.[A-Za-z]+\" Version=)\"[^\"]*\"/\1\"$version\"/" >"$work/app/Consumer.csproj"
grep -q "\"$version\"" "$work/app/Consumer.csproj" || fail "docs/packages.md has no project with a reference to Hrm"

# The README's code as it stands, but for the number of training steps.
block README.md csharp 1 | grep -qE 'Take\([0-9]+\)' || fail "README.md has no training of so many steps"
{
  printf 'using Hrm.Core;\nusing Hrm.Puzzles;\nusing Hrm.Training;\nusing TorchSharp;\n\nnamespace Consumer;\n\ninternal static class Readme\n{\n'
  printf 'public static void Train()\n{\n%s\nConsole.WriteLine($"consumer: the model answers {answer}");\n}\n' "$(block README.md csharp 1 | sed -E 's/Take\([0-9]+\)/Take(20)/')"
  printf 'public static void Solve()\n{\n%s\n}\n}\n' "$(block README.md csharp 2)"
} >"$work/app/Readme.cs"

# A package cache of its own, so that no earlier build of the same version is taken; the usual one serves everything else.
usual=${NUGET_PACKAGES:-$HOME/.nuget/packages}
for package in layers core training puzzles; do
  [ ! -e "$usual/hrm.$package/$version" ] || fail "expected no Hrm package in $usual, got hrm.$package $version"
done
export NUGET_PACKAGES="$work/packages"
cd "$work/app"
settings=(
  -c Release
  -p:RestoreAdditionalProjectSources="$packages"
  -p:RestoreFallbackFolders="$usual"
  -p:NuGetAudit=false -p:NoWarn=NU1603
)
build() { rm -rf bin obj; dotnet build Consumer.csproj "${settings[@]}" "$@"; }
start() { dotnet "$(echo bin/Release/net10.0/*/Consumer.dll)" "$@"; }
mentions() { grep -qa HrmTorchRuntime bin/Release/net10.0/*/Consumer.dll; }

build
for package in layers core training puzzles; do
  [ -e "$NUGET_PACKAGES/hrm.$package/$version" ] || fail "expected hrm.$package $version from $packages"
done
mentions || fail "the package's initializer is not in the application"
start
start readme | tee readme.log
grep -q 'consumer: the model answers [1-4]' readme.log && grep -Eq 'after [0-9]+ segments' readme.log || fail "README.md printed something else"

build -p:HrmTorchRuntime=false
! mentions || fail "HrmTorchRuntime=false left the initializer in"
start initialize

# A libtorch that no package brings: that of the usual cache stands for a PyTorch installation.
if [ "$(uname -sm)" = "Linux x86_64" ]; then
  restored=$(grep -om1 'libtorch-cpu-linux-x64/[0-9.]*' obj/project.assets.json)
  libtorch=$usual/$restored/runtimes/linux-x64/native
  [ -d "$libtorch" ] || libtorch=$NUGET_PACKAGES/$restored/runtimes/linux-x64/native
  [ -d "$libtorch" ] || fail "expected the libtorch that the restore took, $restored, in one of the two caches"
  build -p:HrmBackend=none
  [ -z "$(find bin -name 'libtorch_cpu*')" ] || fail "HrmBackend=none brought a libtorch"
  HRM_LIBTORCH=$libtorch start initialize | tee none.log
  grep -qF "consumer: libtorch is $libtorch/" none.log || fail "expected the libtorch of HRM_LIBTORCH"
fi

# The packages with CUDA need not be in the registry: the project asks for them.
for backend in cpu cuda-linux cuda-windows; do
  dotnet msbuild Consumer.csproj -getItem:PackageReference -p:HrmBackend=$backend | grep -q "\"TorchSharp-$backend\"" || fail "HrmBackend=$backend is not asked for"
done
refused() { # CODE SETTINGS…: a build that has to end with an error
  local code=$1
  shift
  ! dotnet build Consumer.csproj "${settings[@]}" "$@" >refused.log 2>&1 && grep -q "error $code" refused.log || fail "expected the error $code of $*"
}
build -p:HrmBackend=none >build.log
refused HRM0001 --no-restore -p:HrmBackend=gpu
sed -i '/TorchSharp-/d' Consumer.csproj
refused HRM0002 -p:HrmBackend=cpu
