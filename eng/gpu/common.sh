# Shared functions of the scripts of this folder. They run from a folder that publish.sh made, on the machine with the GPU.
set -uo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 LC_ALL=C.UTF-8
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=${HRM_REPOSITORY:-.} # for puzzles and recorded numbers: the archive has none
device=cuda:0
limit=570
start=$SECONDS
failed=0

usage() {
  echo "usage: $(basename "$0") [--device cpu|cuda:0] [--seconds N] $1"
  echo "  --device   where to compute; cuda:0 by default. cpu uses sizes that take minutes, to try the script itself"
  echo "  --seconds  the most that all of it may take; $limit by default"
  echo "environment: HRM_LIBTORCH, the torch/lib folder of a PyTorch with CUDA (otherwise that of python3); OUT, the folder of the results (otherwise ./out);"
  echo "  HRM_REPOSITORY, a checkout of this repository (otherwise the current folder)"
}

take_common() { # ARGUMENT…: takes --device, --seconds and --help, leaves the others in "rest"
  rest=()
  while [ $# -gt 0 ]; do
    case $1 in
      --device) device=${2:?--device: expected cpu or cuda:0}; shift ;;
      --seconds) limit=${2:?--seconds: expected a number}; shift ;;
      --help) usage "$more"; exit 0 ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
  [[ $limit =~ ^[0-9]+$ ]] || fail "--seconds: expected a whole number, got '$limit'"
  out=${OUT:-out}
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
}

fail() { echo "$(basename "$0"): $1" >&2; exit 2; }

is_small() { [ "$device" = cpu ]; }

left() { # the seconds that are left of the limit
  local seconds=$((limit - (SECONDS - start)))
  echo $((seconds > 0 ? seconds : 0))
}

find_libtorch() {
  [ -n "${HRM_LIBTORCH:-}" ] || HRM_LIBTORCH=$(python3 -c "import torch,os;print(os.path.join(os.path.dirname(torch.__file__),'lib'))") ||
    fail "no libtorch: set HRM_LIBTORCH to the torch/lib folder of a PyTorch installation"
  [ -f "$HRM_LIBTORCH/libtorch_cpu.so" ] || fail "HRM_LIBTORCH: expected a folder with libtorch_cpu.so, got '$HRM_LIBTORCH'"
  export HRM_LIBTORCH
  echo "libtorch: $HRM_LIBTORCH"
}

run() { # NAME COMMAND…: within what is left of the time; its output goes to $OUT/NAME.txt too, a failure is counted
  local name=$1
  shift
  echo "== $name: ${*//$here\//}"
  if [ "$(left)" -lt 5 ]; then
    echo "NOT RUN $name: no time left of $limit s" | tee "$out/$name.txt"
    failed=$((failed + 1))
    return 1
  fi
  timeout --signal=INT --kill-after=20 "$(left)" "$@" 2>&1 | tee "$out/$name.txt"
  local code=${PIPESTATUS[0]}
  if [ "$code" != 0 ]; then
    echo "FAILED $name: exit code $code$([ "$code" = 124 ] && echo ', the time was over')" | tee -a "$out/$name.txt"
    failed=$((failed + 1))
  fi
  return "$code"
}

finish() {
  echo "$(basename "$0"): $failed failed, $((SECONDS - start)) s; results in $out"
  [ "$failed" = 0 ]
  exit
}
