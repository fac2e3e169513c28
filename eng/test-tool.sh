#!/usr/bin/env bash
# Packs the tool without libtorch, installs it from the package, and solves a puzzle with the libtorch of a build: eng/test-tool.sh PACKAGES LIBTORCH
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packages=$(realpath -m "$1")
libtorch=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A build of its own, which the analyzers have seen before.
dotnet pack -c Release tools/hrm -p:HrmBackend=none -p:RunAnalyzers=false --artifacts-path artifacts/tool -o "$packages"
version=$(basename "$(ls "$packages"/hrm.[0-9]*.nupkg)" .nupkg | sed 's/^hrm\.//')
NUGET_PACKAGES="$work/cache" dotnet tool install --tool-path "$work/tool" --add-source "$packages" hrm --version "$version"
"$work/tool/hrm" --help
"$work/tool/hrm" data maze build --count 10 --size 8 --output "$work/mazes"

puzzle=.7.9.8..4.....263.134.6.....8.3.4...3......2...5..6713867.1.9....9....725.3.79...
model=samples/models/sudoku-9x9
if env -u HRM_LIBTORCH "$work/tool/hrm" solve sudoku --model "$model" "$puzzle" 2>"$work/error"; then
  echo "expected an error without libtorch" >&2
  exit 1
fi
[ "$(wc -l <"$work/error")" = 1 ] && grep -q '^error: libtorch is missing.*HRM_LIBTORCH' "$work/error"

# A folder of libtorch only, as PyTorch has it.
mkdir "$work/libtorch"
find "$libtorch" -maxdepth 1 -name '*.so*' ! -name '*TorchSharp*' ! -name '*Skia*' -exec ln -s {} "$work/libtorch/" \;
HRM_LIBTORCH="$work/libtorch" "$work/tool/hrm" solve sudoku --model "$model" "$puzzle" | tee "$work/answer" | tail -n 1
tail -n 1 "$work/answer" | grep -q "^solved after"
