#!/usr/bin/env bash
# Sudoku-Extreme: trains on the 1,000 puzzles with augmentation, tests on all 2,000 of the test file. The time of a command ends with a
# checkpoint, and the same command resumes from it, as long as the folder runs/ exists.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$here/training.sh"
more="[--recipe paper|best] [--seed N] [--steps N | --minutes N]"
full=26041 # 20,000 epochs of 1,000 puzzles, batch 768
take_common "$@"
is_small && full=4
recipe=paper
take_training "${rest[@]}"
find_libtorch

# Looking at loss and gradient makes the host wait: every 50 steps is enough.
settings=(--set "Seed=$seed" --set Trainer:FiniteCheckInterval=50 --set Run:CheckpointInterval=1000 --set Run:ReportInterval=50 --set Run:EvaluationInterval=2000 --set EvaluationBatchSize=1000 --set KeepCheckpoints=1)
case $recipe in
  paper) settings+=(--preset sudoku-extreme --dtype bfloat16) ;;
  best) # what the tiny recursive model's paper (arXiv 2510.04871) does better with, in two modules of two blocks that mix tokens
    settings+=(--preset sudoku-extreme --dtype bfloat16 --set Model:Mixing=TokenMixer --set Model:PositionEncoding=None
      --set Model:HighLayers=2 --set Model:LowLayers=2 --set Model:HighCycles=3 --set Model:LowCycles=6 --set Trainer:GradientMode=LastCycle
      --set Trainer:EmaDecay=0.999 --set Trainer:HaltingLoss=HaltOnly --set Trainer:Halting:Rule=HaltPositive) ;;
  *) fail "--recipe: expected paper or best, got '$recipe'" ;;
esac
train="$repository/samples/data/sudoku_extreme_like_train.csv"
test="$repository/samples/data/sudoku_extreme_like_test.csv"
if is_small; then
  settings+=(--set Model:HiddenSize=64 --set Model:Heads=2 --set Model:PuzzleEmbeddingWidth=64 --set Trainer:GlobalBatchSize=8
    --set Trainer:Halting:MaxSegments=2 --set Run:CheckpointInterval=2 --set Run:ReportInterval=2 --set Evaluations=1)
  head -n 101 "$test" >"$out/test.csv"
  test=$out/test.csv
fi
train_and_evaluate sudoku "sudoku-$recipe-$seed" --train "$train" --test "$test" "${plan[@]}" "${settings[@]}"
finish
