#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest, last: the running machine is hardened to level 2, and the programs that harden wrote
# for take it: GRUB's own scripts, the audit daemon, nftables, sudo, timesyncd, PAM. Then the judge
# sees it live.
. "$IN/case.sh"
profile=(--profile cis-debian12-l2-server)

passes() { # passes RULE...: by what `check` said of the running machine
  for rule in "$@"; do
    [[ $said == *$'\n'"pass          $rule "* ]] || stopped "$rule does not pass:"
  done
}

begin "Level2.GrubWritesItsConfiguration"
[ -e /etc/default/grub ] || exits 0 install -m 644 /usr/share/grub/default/grub /etc/default/grub
mkdir -p /boot/grub
exits 0 update-grub
exits 0 grub-script-check /boot/grub/grub.cfg
exits 0 grep -E '^[[:space:]]*linux[[:space:]]' /boot/grub/grub.cfg
end

begin "Level2.ARunningMachineIsHardenedByForce"
exits 0 assay harden --force "${profile[@]}"
exits 1 grep 'was changed and still fails' <<<"$said"
exits 0 assay harden --force "${profile[@]}" --dry-run
end

begin "Level2.GrubKeepsWhatItIsGiven"
exits 0 grub-script-check /boot/grub/grub.cfg
exits 0 grep -E '^[[:space:]]*linux[[:space:]].* audit=1( |$)' /boot/grub/grub.cfg
exits 0 update-grub
exits 0 grep -E '^[[:space:]]*linux[[:space:]].* audit=1( |$)' /boot/grub/grub.cfg
exits 0 grep -E '^[[:space:]]*linux[[:space:]].* audit_backlog_limit=8192( |$)' /boot/grub/grub.cfg
end

begin "Level2.TheAuditDaemonTakesItsRules"
exits 0 augenrules --load
exits 0 systemctl is-active auditd.service
exits 0 auditctl -s
says "enabled 2"
exits 0 auditctl -l
says "-w /etc/sudoers " "finit_module" "adjtimex" "path=/usr/bin/sudo "
end

begin "Level2.ThePacketFilterLetsSshIn"
exits 0 nft -c -f /etc/nftables.conf
exits 0 systemctl enable --now nftables.service
exits 0 nft list ruleset
says "policy drop" "dport 22"
exits 0 ip netns exec one timeout 20 bash -c 'exec 3<>/dev/tcp/10.244.1.1/22 && head -n 1 <&3'
says "SSH-2.0-OpenSSH"
end

begin "Level2.SudoSuAndPasswordsWork"
exits 0 visudo -c
exits 0 usermod -aG sudo visitor
exits 0 chpasswd <<<'visitor:zF5-tuwQ.9-pela'
exits 0 runuser -u visitor -- sudo -S -k -p '' id -un <<<'zF5-tuwQ.9-pela'
says root
exits 1 runuser -u visitor -- sudo -S -k -p '' id -un <<<'wrong'
exits 1 runuser -u visitor -- su -c id <<<'wrong'
end

begin "Level2.TheJudgeSeesItLive"
# As the advice says, which harden cannot follow: it knows no server.
install -d /etc/systemd/timesyncd.conf.d
printf '[Time]\nNTP=192.0.2.1\n' >/etc/systemd/timesyncd.conf.d/servers.conf
exits 0 systemctl restart systemd-timesyncd.service
said=$'\n'$(assay check "${profile[@]}" --format text 2>&1) || :
[[ $said != *$'\n'"error "* ]] || stopped "a rule could not be judged:"
passes audit-immutable audit-time audit-sudoers audit-modules \
  audit-privileged-commands firewall-one-front-end nftables-default-drop nftables-base-chains \
  nftables-loopback nftables-persisted unit-nftables timesyncd-servers timesyncd-in-use \
  apparmor-enforcing
end
