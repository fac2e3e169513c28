#!/usr/bin/env bash
# Builds and runs an application outside of the repository that references the packed packages. Usage: test-consumer.sh PACKAGES VERSION
set -euo pipefail
packages=$(realpath "$1")
version=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/app"
cp "$here"/consumer/* "$work/app"/

# A package cache of its own, so that no earlier build of the same version is taken; the usual one serves everything else.
usual=${NUGET_PACKAGES:-$HOME/.nuget/packages}
export NUGET_PACKAGES="$work/packages"
cd "$work/app"
dotnet run -c Release --project Consumer.csproj \
  -p:HrmVersion="$version" \
  -p:RestoreAdditionalProjectSources="$packages" \
  -p:RestoreFallbackFolders="$usual" \
  -p:NuGetAudit=false -p:NoWarn=NU1603
