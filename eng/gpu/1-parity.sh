#!/usr/bin/env bash
# The recorded models of tests/golden, float32 and bfloat16, evaluation and training, against the numbers of the authors' code, with
# the tolerances of the tests. TensorFloat-32 is off.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
more=""
take_common "$@"
[ ${#rest[@]} = 0 ] || fail "expected no further argument, got '${rest[*]}'"
find_libtorch
run parity "$here/app/Hrm.Benchmarks" parity --device "$device" --golden "$repository/tests/golden" --output "$out/parity.json"
finish
