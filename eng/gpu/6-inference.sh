#!/usr/bin/env bash
# A trained Sudoku model: puzzles per second with halting against the fixed number of segments, at what accuracy, and what 16, 32 and 64
# segments and votes over symmetries are worth.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
more="--model FOLDER [--rule continue|positive]: a run of step 4, or an exported model with its run.json; positive for the halt-only loss"
take_common "$@"
model=
rule=continue
set -- "${rest[@]}"
while [ $# -gt 0 ]; do
  case $1 in
    --model) model=${2:-} ;;
    --rule) rule=${2:-} ;;
    *) fail "expected $more, got '$1'" ;;
  esac
  shift 2 || fail "$1: expected a value after it"
done
[ -f "$model/config.json" ] || fail "--model: expected the folder of a model, got '$model'"
find_libtorch
test="$repository/samples/data/sudoku_extreme_like_test.csv"
batch=512 rounds=5 segments=16 count=500
if is_small; then
  batch=8 rounds=1 segments=2 count=4
  head -n 33 "$test" >"$out/test.csv"
  test=$out/test.csv
fi
run halting "$here/app/Hrm.Benchmarks" halting "$model" "$test" --device "$device" --dtype bfloat16 --batch "$batch" --rounds "$rounds" --segments "$segments" --rule "$rule" --output "$out/halting.json"
run scale "$here/app/hrm" evaluate sudoku --model "$model" --test "$test" --scale --count "$count" --device "$device"
finish
