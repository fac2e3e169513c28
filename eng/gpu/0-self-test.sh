#!/usr/bin/env bash
# Does TorchSharp's library run on this libtorch, is the device there, and does each operator of the model compute there what it
# computes in float64 on the CPU, forward and backward?
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
more=""
take_common "$@"
[ ${#rest[@]} = 0 ] || fail "expected no further argument, got '${rest[*]}'"
find_libtorch

card() { nvidia-smi || echo "no nvidia-smi"; }
symbols() { # the symbols that libLibTorchSharp.so wants and this libtorch has not; the operators behind them cannot be used
  command -v ldd >/dev/null || { echo "no ldd: not looked for"; return; }
  local missing
  missing=$(LD_LIBRARY_PATH=$HRM_LIBTORCH ldd -r "$here/app/libLibTorchSharp.so" 2>&1 | sed -n 's/.*undefined symbol: \([^[:space:]]*\).*/\1/p' | sort -u)
  echo "missing symbols: $(grep -c . <<<"$missing")"
  if command -v c++filt >/dev/null; then c++filt <<<"$missing"; else echo "$missing"; fi
}
card >"$out/card.txt" 2>&1
symbols 2>&1 | tee "$out/symbols.txt"

# An operator that libtorch lacks ends the process: the last line then names it.
run self-test "$here/app/Hrm.Benchmarks" self-test --device "$device" --output "$out/self-test.json" || tail -n 2 "$out/self-test.txt"
finish
