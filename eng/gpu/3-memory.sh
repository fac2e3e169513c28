#!/usr/bin/env bash
# The peak of the device's memory over training steps of the 27M preset as N·T goes 4, 16, 64, with the one-step gradient and with
# full unrolling, each case in a separate process. No other process may use the device.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
more="[--batch N]"
take_common "$@"
batch=64
is_small && batch=1
[ ${#rest[@]} = 2 ] && [ "${rest[0]}" = --batch ] && batch=${rest[1]} && rest=()
[ ${#rest[@]} = 0 ] || fail "expected --batch N, got '${rest[*]}'"
find_libtorch
for dtype in bfloat16 float32; do
  is_small && [ $dtype = float32 ] && continue
  run "memory-$dtype" "$here/app/Hrm.Benchmarks" memory --device "$device" --dtype $dtype --batch "$batch" --seconds "$(left)" --output "$out/memory-$dtype.json"
done
finish
