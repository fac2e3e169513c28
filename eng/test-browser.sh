#!/usr/bin/env bash
# Drives the page of samples/SolverService in a real Chromium. Screenshots go to artifacts/browser.
# Uses the Chromium of HRM_CHROMIUM, otherwise that of the system; as root on Debian it installs one. Without one: "skipped", exit code 0.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_chromium() { command -v "${HRM_CHROMIUM:-chromium}" || command -v chromium-browser || command -v google-chrome; }

if ! chromium=$(find_chromium); then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { timeout 120 apt-get update -qq && DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } || true
  fi
  if ! chromium=$(find_chromium); then
    echo "skipped: no chromium here, and none could be installed"
    exit 0
  fi
fi

output=$(HRM_CHROMIUM=$chromium OMP_WAIT_POLICY=PASSIVE dotnet test -c Release tests/Hrm.SolverService.Tests --filter Category=Browser 2>&1) || { echo "$output"; exit 1; }
echo "$output"
# A filter that matches no test, or skipped tests, would also end with 0.
expected=$(grep -rhF '[BrowserFact]' tests/Hrm.SolverService.Tests/Browser | wc -l)
grep -qE "Passed: +$expected," <<<"$output" || { echo "expected $expected passed tests" >&2; exit 1; }
