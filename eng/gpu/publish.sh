#!/usr/bin/env bash
# Makes artifacts/gpu/hrm-gpu.tar.xz: programs, .NET and the scripts of this folder, without a libtorch and without data, for linux-x64.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
target=artifacts/gpu/hrm-gpu
rm -rf "$target" "$target.tar.xz"
mkdir -p "$target"

# In a folder of their own, for the same projects are also built with a libtorch.
for project in tools/hrm benchmarks/Hrm.Benchmarks; do
  dotnet publish "$project" -c Release -r linux-x64 --self-contained -p:HrmBackend=none -p:DebugType=none \
    --artifacts-path artifacts/gpu/build -o "$target/app" -v quiet
done
! compgen -G "$target/app/libtorch*" >/dev/null || { echo "expected no libtorch in $target/app" >&2; exit 1; }
cp eng/gpu/*.sh eng/gpu/*.py eng/gpu/README.md "$target/"
rm "$target/publish.sh"

# Puzzles and recorded numbers are read from a checkout.
rm -rf "$target/app/golden" "$target/app/models"
tar -C artifacts/gpu -cf - hrm-gpu | xz -6 -T0 >"$target.tar.xz"
echo "$target: $(du -sm "$target" | cut -f1) MB; $target.tar.xz: $(($(stat -c %s "$target.tar.xz") / 1000000)) MB"
