#!/usr/bin/env bash
# Maze-Hard: trains on the 1,000 mazes of 30×30, tests on the other 1,000: exact answers, and valid paths of the shortest length.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$here/training.sh"
more="[--seed N] [--steps N | --minutes N]"
full=26041 # 20,000 epochs of 1,000 mazes, batch 768
take_common "$@"
is_small && full=2
take_training "${rest[@]}"
find_libtorch
settings=(--preset maze-hard --dtype bfloat16 --set "Seed=$seed" --set Trainer:FiniteCheckInterval=50 --set Trainer:MicroBatchSize=96
  --set Run:CheckpointInterval=500 --set Run:EvaluationInterval=1000 --set Run:ReportInterval=20 --set EvaluationBatchSize=250 --set KeepCheckpoints=1)
train="$repository/samples/data/maze_30x30_hard_train.csv"
test="$repository/samples/data/maze_30x30_hard_test.csv"
data=runs/maze-data
if is_small; then
  data=runs/maze-data-small
  settings+=(--set Model:HiddenSize=64 --set Model:Heads=2 --set Model:PuzzleEmbeddingWidth=64 --set Trainer:GlobalBatchSize=2 --set Trainer:MicroBatchSize=1
    --set Trainer:Halting:MaxSegments=2 --set Run:CheckpointInterval=1 --set Run:ReportInterval=1 --set Evaluations=1 --set EvaluationBatchSize=4)
  for split in train test; do head -n 9 "${!split}" >"$out/maze-$split.csv"; done
  train=$out/maze-train.csv
  test=$out/maze-test.csv
fi
[ -d "$data" ] || run maze-data "$hrm" data maze build --train "$train" --test "$test" --output "$data" || finish
train_and_evaluate maze "maze-$seed" --data "$data" "${plan[@]}" "${settings[@]}"
finish
