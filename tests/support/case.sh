# SPDX-License-Identifier: Apache-2.0
# Sourced by script cases: they say what they do as GoogleTest says it, and stop at the first thing
# that did not come out as told.
# shellcheck shell=bash
begin() { name=$1 said=''; echo "[==========] Running 1 test"; echo "[ RUN      ] $name"; }
end() { echo "[       OK ] $name (0 ms)"; name=''; }
# shellcheck disable=SC2317
stopped() { [ -z "${name:-}" ] || { echo "$1"; echo "$said"; echo "[  FAILED  ] $name (0 ms)"; exit 1; }; }
# exits STATUS COMMAND...: runs it, keeps what it said in $said.
exits() {
  local want=$1 status=0; shift
  said=$("$@" 2>&1) || status=$?
  [ $status = "$want" ] || stopped "'$*' exited $status, not $want. It said:"
}
# says TEXT...: the last command said each of these.
says() {
  for text in "$@"; do
    [[ $said == *"$text"* ]] || stopped "it did not say '$text'. It said:"
  done
}
