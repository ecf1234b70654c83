#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest, on the image as it was baked: assayd runs as the service it is, the node is golden, a
# golden file is written, the drift is named with its process, evidence of both goes out.
# $IN/rung: the rung that must be in force; $IN/nonce: the verifier's.
. "$IN/case.sh"
rung=$(cat "$IN/rung")
nonce=$(cat "$IN/nonce")
golden=/etc/ssh/sshd_config

wait_for() { # wait_for STATUS: until `assay status` exits so, ten seconds at most
  for _ in $(seq 100); do
    assay status >/dev/null 2>&1; [ $? = "$1" ] && return
    sleep 0.1
  done
}

begin "Spine.ABakedImageBootsGoldenOnRung_$rung"
exits 0 systemctl is-active assayd.service
exits 0 assay status --wait 120
says "golden" "content: $rung, proven" "attributes: $rung, proven" "names: $rung, proven" "in order"
end

begin "Spine.ItProvesThatToAVerifier_$rung"
exits 0 assay enroll -o "$OUT/ak"
exits 0 assay evidence --nonce "$nonce" -o "$OUT/golden.evidence"
cp /sys/kernel/security/tpm0/binary_bios_measurements "$OUT/firmware.log" || stopped "no firmware log"
# Not 10 (IMA), 11 (systemd extends it later, without an entry in this log), 14 (our ledger).
for pcr in 0 1 2 3 4 5 6 7 9 12; do
  value=$(cat /sys/class/tpm/tpm0/pcr-sha256/$pcr)
  [[ $value =~ ^0*$ ]] || echo "$pcr ${value,,}"
done >"$OUT/pcrs"
end

begin "Spine.HardenLeavesASealedNodeAlone_$rung"
exits 77 assay harden
says "sealed" "--force"
exits 0 assay status
end

begin "Spine.AWriteIsDriftThatNamesPathDigestsAndProcess_$rung"
before=$(sha256sum <$golden | cut -c1-64)
exits 0 tee -a $golden <<<"# changed"
after=$(sha256sum <$golden | cut -c1-64)
wait_for 1
exits 1 assay status
says "$golden" "sha256:$before" "sha256:$after" /usr/bin/tee
assay status --format json >"$OUT/status.json"
# A nonce is used once.
exits 0 assay evidence --nonce "$(rev <<<"$nonce")" -o "$OUT/drifted.evidence"
end

begin "Spine.PuttingTheBytesBackDoesNotUnsayIt_$rung"
sed -i '$d' $golden
[ "$(sha256sum <$golden | cut -c1-64)" = "$before" ] || stopped "the bytes are not back"
exits 1 assay status
says "$golden"
end
