#!/usr/bin/env bash
# Builds the API reference from the XML documentation of the packages, into artifacts/reference (open index.html through a web server).
# Fails if a public member has no documentation, a reference in it is broken, or a public type has no page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
output=artifacts/reference
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet tool restore
# The compiler checks first: missing documentation and a broken cref are warnings, and warnings are errors.
# These three bring the other packages.
for project in src/Hrm.{Training,Puzzles,PyTorch}; do dotnet publish -c Release "$project" -o "$work/assemblies" -v quiet; done
# TorchSharp's own dependencies, which an application has and the packages do not.
dotnet build -c Release samples/QuickStart -v quiet
find samples/QuickStart/bin/Release \( -name SkiaSharp.dll -o -name ICSharpCode.SharpZipLib.dll \) -exec cp {} "$work/assemblies" \;
cp eng/reference/* "$work"/
dotnet docfx "$work/docfx.json" --warningsAsErrors

# PublicAPI.*.txt contain every public type, as the build asserts: a line with only a name. The page of a generic type counts its parameters.
types=$(sed -nE '/[(]|->|=|^#|^~|^$/!p' src/*/PublicAPI.*.txt |
  awk -F'<' '{ print NF == 1 ? $1 : $1 "-" gsub(/,/, ",", $2) + 1 }' | sort -u)
count=$(wc -l <<<"$types")
missing=$(while read -r type; do [ -f "$work/site/api/$type.html" ] || echo "$type"; done <<<"$types")
if [ -n "$missing" ] || [ "$count" -lt 100 ]; then
  echo "expected a page for each of $count public types (at least 100), got none for: $missing"
  exit 1
fi

rm -rf "$output"
mkdir -p "$(dirname "$output")"
mv "$work/site" "$output"
echo "$count public types, each with a page: $output/index.html"
