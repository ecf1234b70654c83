#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Outside, with what the guest carried out and no trust in it: verify.sh ASSAY IMAGE OUT NONCE RUNG.
. "$(dirname "$(readlink -f "$0")")/../support/case.sh"
assay=$1 image=$2 out=$3 nonce=$4 rung=$5
history=$(mktemp -d)
trap 'rm -rf "$history"' EXIT
verify() {
  "$assay" verify "$1" --nonce "$2" --baseline "$image/golden" --trust "$image/trust.pem" \
    --ak "$out/ak" --state "$history" "${@:3}"
}

said=""

begin "Outside.HardenLeftOnlyWhatIsForAPerson_$rung"
said=$(cat "$image/again.log")
says ", 0 would be fixed,"
# After harden every rule passes that files alone can decide, but for these.
diff <(sed -n '/^Left to a person/,/^$/s/^  \([a-z0-9-]*\): .*/\1/p' "$image/again.log") \
  "$(dirname "$(readlink -f "$0")")/left_to_a_person" || stopped "the list of what is left is another:"
end

begin "Outside.GoldenEvidenceIsGolden_$rung"
exits 0 verify "$out/golden.evidence" "$nonce"
says golden
end

begin "Outside.DriftedEvidenceNamesThePath_$rung"
exits 1 verify "$out/drifted.evidence" "$(rev <<<"$nonce")"
says drifted /etc/ssh/sshd_config
end

begin "Outside.AnotherNonceIsStale_$rung"
exits 2 verify "$out/drifted.evidence" "$(openssl rand -hex 32)"
end

begin "Outside.TheFirmwareLogReplaysToThePcrs_$rung"
exits 0 "$assay" eventlog "$out/firmware.log"
# Columns of "sha256:" in the replay, against what the TPM itself answered in the guest.
replayed=$(sed -n '/^sha256:$/,/^[a-z]/p' <<<"$said" | awk 'NF == 2 { print $1, $2 }')
[ "$(wc -l <"$out/pcrs")" -ge 8 ] || stopped "only $(wc -l <"$out/pcrs") PCRs came out"
while read -r pcr; do
  [[ $'\n'$replayed$'\n' == *$'\n'"$pcr"$'\n'* ]] || stopped "the log does not replay to PCR $pcr:"
done <"$out/pcrs"
end
