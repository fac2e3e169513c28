#!/usr/bin/env bash
# Builds the API reference from the XML documentation of the packages, into artifacts/reference (open index.html through a web server).
# Fails where a public member has no documentation, where a reference in it points nowhere, and where a public type has no page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
output=artifacts/reference
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

dotnet tool restore
# The compiler is the first judge: missing documentation and a cref to nothing are warnings of it, and warnings are errors.
for project in src/*/*.csproj; do dotnet publish -c Release "$project" -o "$work/assemblies" -v quiet; done
# TorchSharp's own dependencies, which an application has and the packages do not.
dotnet build -c Release samples/QuickStart -v quiet
find samples/QuickStart/bin/Release \( -name SkiaSharp.dll -o -name ICSharpCode.SharpZipLib.dll \) -exec cp {} "$work/assemblies" \;
cp eng/reference/* "$work"/
dotnet docfx "$work/docfx.json" --warningsAsErrors

# PublicAPI.*.txt have every public type, as the build asserts: a line that is a name alone. Of a generic one, pages count the parameters.
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
