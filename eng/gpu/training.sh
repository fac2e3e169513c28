# Training within a command's time: starts or resumes a run, measures it, and keeps its model.
hrm="$here/app/hrm"

take_training() { # ARGUMENT…: sets "seed", "plan" (how long the training is) and, where there are any, "recipe"
  seed=1
  plan=(--steps "$full")
  while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || fail "$1: expected a value after it; the options are $more"
    case $1 in
      --seed) seed=$2 ;;
      --steps | --minutes) plan=("$1" "$2") ;;
      --recipe) [ -n "${recipe:-}" ] || fail "expected $more, got '$1'"; recipe=$2 ;;
      *) fail "expected $more, got '$1'" ;;
    esac
    shift 2
  done
}

train_and_evaluate() { # TASK NAME ARGUMENT…: the run goes to runs/NAME below the current folder; call again to resume it
  local task=$1 name=$2 folder=runs/$2
  shift 2
  # The time after the training is for the last evaluation and the export.
  local reserve=$(($(left) / 5 + 10))
  if [ -d "$folder/checkpoints" ]; then
    interrupt_after $(($(left) - reserve)) "train-$name" "$hrm" train "$task" --resume "$folder" --device "$device"
  else
    interrupt_after $(($(left) - reserve)) "train-$name" "$hrm" train "$task" --output "$folder" --device "$device" "$@"
  fi || return
  [ -f "$folder/config.json" ] || { echo "$name: not evaluated yet, call again to continue"; return; }
  run "evaluate-$name" "$hrm" evaluate "$task" --model "$folder" --device "$device" &&
    run "export-$name" "$hrm" export --model "$folder" --output "$out/$name" &&
    cp "$folder/metrics.jsonl" "$out/$name/"
}

interrupt_after() { # SECONDS NAME COMMAND…: asks the training to stop with a checkpoint when the time is over; that is no failure
  local seconds=$1 name=$2
  shift 2
  if [ "$seconds" -lt 5 ]; then
    echo "NOT RUN $name: no time left of $limit s" | tee "$out/$name.txt"
    failed=$((failed + 1))
    return 1
  fi
  echo "== $name, for $seconds s: ${*//$here\//}"
  timeout --preserve-status --signal=TERM --kill-after=60 "$seconds" "$@" 2>&1 | tee -a "$out/$name.txt"
  local code=${PIPESTATUS[0]}
  case $code in
    0) echo "$name: complete" ;;
    130) echo "$name: stopped by the time limit with a checkpoint; the same command resumes" ;;
    *)
      echo "FAILED $name: exit code $code" | tee -a "$out/$name.txt"
      failed=$((failed + 1))
      return "$code"
      ;;
  esac
}
