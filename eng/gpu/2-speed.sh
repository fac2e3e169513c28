#!/usr/bin/env bash
# A whole training step in bfloat16, of the Sudoku-Extreme preset (27M parameters, batch 768) and of the ARC preset (S 901, batch 96):
# the library, its matrix products, the plain op sequence on the same libtorch, and the same step in PyTorch with
# torch.compile (training_step.py). Fails if the library is slower than the compiled step.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
more="[--preset sudoku-extreme|arc] [--eager]: only one of the two, because compiling takes minutes; PyTorch's step without torch.compile"
take_common "$@"
compile=--compile
only=
set -- "${rest[@]}"
while [ $# -gt 0 ]; do
  case $1 in
    --eager) compile=--eager ;;
    --preset) only=${2:-}; [[ $only =~ ^(sudoku-extreme|arc)$ ]] || fail "--preset: expected sudoku-extreme or arc, got '$only'"; shift ;;
    *) fail "expected $more, got '$1'" ;;
  esac
  shift
done
find_libtorch
batches=(768 96)
rounds=50
warmups=10
if is_small; then
  batches=(2 1)
  rounds=1
  warmups=1
fi
run single "$here/app/Hrm.Benchmarks" single --device "$device" --seconds 20 --output "$out/single.json"
presets=(sudoku-extreme arc)
for i in 0 1; do
  preset=${presets[$i]}
  [ -z "$only" ] || [ "$only" = "$preset" ] || continue
  run "step-$preset" "$here/app/Hrm.Benchmarks" step --device "$device" --dtype bfloat16 --preset "$preset" --batch "${batches[$i]}" --rounds "$rounds" --warmups "$warmups" --seconds "$(($(left) / 8 + 1))" --output "$out/step-$preset.json"
  if python3 -c 'import torch' 2>/dev/null; then
    run "pytorch-$preset" python3 "$here/training_step.py" --device "$device" --preset "$preset" --batch "${batches[$i]}" --rounds "$rounds" --warmups "$warmups" --seconds "$(($(left) * (2 + i) / 5 + 1))" "$compile" --output "$out/pytorch-$preset.json" &&
      run "against-pytorch-$preset" python3 "$here/compare_steps.py" "$out/step-$preset.json" "$out/pytorch-$preset.json"
  else
    echo "no PyTorch in python3: $preset is not compared with it" | tee "$out/pytorch-$preset.txt"
  fi
done
finish
