#!/usr/bin/env bash
# Checks the contents of the packed packages, that another folder gives the same bytes, and the effect of a tag and a remote.
# Usage: test-packages.sh PACKAGES VERSION
set -euo pipefail
packages=$(realpath "$1")
version=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
commit=$(git rev-parse HEAD)
remote=$(git remote get-url origin 2>/dev/null || true)

check() { dotnet run --project eng/packages -c Release --no-build -- "$@"; }
pack() { (cd "$1" && dotnet pack -c Release -o "$2" -v quiet -p:RunAnalyzers=false); } # FOLDER PACKAGES

dotnet build eng/packages -c Release -v quiet
check check "$packages" --root "$root" --version "$version" --commit "$commit" ${remote:+--repository any}

# The same sources in another folder: the commit, and the uncommitted changes on top.
elsewhere="$work/a folder of another length"
git clone --quiet "$root" "$elsewhere"
git -C "$elsewhere" remote remove origin
[ -z "$remote" ] || git -C "$elsewhere" remote add origin "$remote"
git ls-files -z --deleted | (cd "$elsewhere" && xargs -0 -r rm -f)
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
  [ ! -e "$file" ] || { mkdir -p "$elsewhere/$(dirname "$file")" && cp -p "$file" "$elsewhere/$file"; }
done
pack "$elsewhere" "$work/again"
check compare "$packages" "$work/again"

# A tag is a version, and a remote makes Source Link.
git -C "$elsewhere" remote remove origin 2>/dev/null || true
git -C "$elsewhere" remote add origin https://github.com/example/hrm
git -C "$elsewhere" tag | xargs -r git -C "$elsewhere" tag -d
git -C "$elsewhere" tag v1.2.3
pack "$elsewhere" "$work/tagged"
check check "$work/tagged" --root "$elsewhere" --version 1.2.3 --commit "$commit" --repository https://github.com/example/hrm
