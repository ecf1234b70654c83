# SPDX-License-Identifier: Apache-2.0
# Sourced in /etc of a hardened Debian server: one way each to break a recommendation, as people and
# intruders do it: mostly by a later or an earlier file, not in the file where one would look.
# `broke RULE...` says what has to fail of it, and nothing else may.
# shellcheck shell=bash

# sudo: the last word counts, wherever it stands; names with a dot are not read at all.
echo 'Defaults:ann !use_pty' >sudoers.d/zz1; broke sudo-pty
sed -i '/logfile/d' sudoers.d/zz-assay; echo 'Defaults logfile=/var/log/sudo.log' >sudoers.d/log.conf
broke sudo-logfile
echo '%ops ALL=(ALL) NOPASSWD : ALL' >sudoers.d/zz2; broke sudo-nopasswd
echo 'Defaults:%ops !authenticate' >sudoers.d/zz3; broke sudo-authenticate
echo 'Defaults timestamp_timeout=-1' >sudoers.d/zz4; broke sudo-timeout
chmod 440 sudoers.d/*
sed -i 's/^auth .*pam_wheel/#&/' pam.d/su; broke su-empty-group

# PAM: an argument of the module wins over its file; pwquality.conf is read after its drop-ins.
sed -i '/preauth/s/$/ deny=10/' pam.d/common-auth; broke pam-faillock-deny
sed -i '/authfail/s/$/ unlock_time=300/' pam.d/common-auth; broke pam-faillock-unlock
sed -i '/^even_deny_root/d' security/faillock.conf; broke pam-faillock-root
echo 'difok = 1' >>security/pwquality.conf; broke pam-pwquality-difok
sed -i '/pam_pwquality/s/$/ minlen=8 enforcing=0/' pam.d/common-password
broke text-minlen pam-pwquality-enforcing
printf 'maxrepeat = 0\nmaxsequence = 4\ndictcheck = 0\n' >>security/pwquality.conf
broke pam-pwquality-repeat pam-pwquality-sequence pam-pwquality-dictionary
sed -i 's/pam_pwhistory.so.*/pam_pwhistory.so remember=5/' pam.d/common-password
broke pam-pwhistory-remember pam-pwhistory-root pam-pwhistory-chained
sed -i '/pam_unix/s/obscure.*/obscure md5 remember=5 nullok/' pam.d/common-password
broke pam-unix-nullok pam-unix-remember pam-unix-hash pam-unix-chained

# Accounts: the last PASS_MAX_DAYS counts; a second root; a date that is not yet.
echo 'PASS_MAX_DAYS 99999' >>login.defs
sed -i 's/^ENCRYPT_METHOD.*/ENCRYPT_METHOD MD5/;s/^PASS_WARN_AGE.*/PASS_WARN_AGE 3/' login.defs
sed -i 's/INACTIVE=.*/INACTIVE=60/' default/useradd
broke accounts-password-max-days text-encrypt-method accounts-password-warn-days \
  accounts-password-inactive-days
hash="\$y\$j9T\$abcdefghijklmnop\$0123456789012345678901234567890123456789012"
cat >>passwd <<X
toor:x:0:1001::/root:/bin/bash
zero:x:1003:0::/nowhere:/bin/bash
ann:x:1001:1001::/nowhere:/bin/bash
bob:x:1001:1002::/nowhere:/bin/bash
ann:x:1005:1001::/nowhere:/bin/bash
carl:abc:1006:1001::/nowhere:/bin/bash
X
printf 'ann:x:1001:\nsame:x:1001:\nadm:x:1007:\nroots:x:0:\n' >>group
sed -i 's/^shadow:x:42:/&ann/' group
printf '%s:%s:365:7:45::\n' ann "$hash:99999:1" bob ':19000:1' zero "$hash:19000:1" >>shadow
sed -i "s|^backup:\*|backup:$hash|" shadow
sed -i 's|^games:.*|games:x:5:60:games:/usr/games:/bin/bash|' passwd
echo /usr/sbin/nologin >>shells
broke accounts-last-change-in-past accounts-uid-0-only-root accounts-gid-0-users \
  accounts-gid-0-group-only-root accounts-system-no-shell accounts-no-shell-locked \
  accounts-shells-without-nologin accounts-shadowed-passwords accounts-no-empty-passwords \
  accounts-primary-groups-exist accounts-shadow-group-empty accounts-unique-uids \
  accounts-unique-gids accounts-unique-user-names accounts-unique-group-names \
  accounts-home-directories accounts-dot-files

# Shells: what root's own files say after the system's; a file of profile.d after ours.
printf 'PATH=$PATH:.\nexport PATH\numask 022\n' >>../root/.bashrc
echo 'umask 022' >profile.d/zzz.sh
echo 'TMOUT=1800' >>bash.bashrc
broke shell-root-path shell-root-umask shell-umask shell-timeout

# sshd: the first word counts, and what a Match gives to some.
cat >ssh/sshd_config.d/00-a.conf <<X
Banner none
Ciphers +aes128-cbc
ClientAliveInterval 0
KexAlgorithms ^diffie-hellman-group14-sha1
LoginGraceTime 2m
LogLevel QUIET
MACs hmac-md5
MaxAuthTries 6
MaxSessions 11
MaxStartups 10:30:100
GSSAPIAuthentication yes
IgnoreRhosts no
PermitUserEnvironment LANG
UsePAM no
X
printf 'Match User backup\n PermitRootLogin yes\n HostbasedAuthentication yes\n' >>ssh/sshd_config
printf ' PermitEmptyPasswords yes\n DisableForwarding no' >>ssh/sshd_config
broke sshd-banner sshd-ciphers sshd-keep-alive sshd-kex sshd-login-grace sshd-log-level sshd-macs \
  sshd-max-auth-tries sshd-max-sessions sshd-max-startups sshd-gssapi sshd-rhosts \
  sshd-user-environment sshd-pam sshd-permit-root-login sshd-host-based sshd-empty-passwords \
  sshd-forwarding
chmod 644 ssh/sshd_config; chmod 644 ssh/ssh_host_rsa_key; chmod 664 ssh/ssh_host_rsa_key.pub
broke inode-sshd-config inode-sshd-private-keys inode-sshd-public-keys

# Kernel: a later file; a slash for a dot; a leading '-'; a file that modprobe reads before ours.
printf '%s\n' net.ipv4.ip_forward=1 net/ipv4/conf/all/send_redirects=1 \
  -net.ipv4.icmp_echo_ignore_broadcasts=0 net.ipv4.conf.default.accept_redirects=1 \
  net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.default.accept_ra=1 \
  kernel.yama.ptrace_scope=0 fs.suid_dumpable=1 >sysctl.d/zzz.conf
broke sysctl-forwarding sysctl-send-redirects sysctl-broadcast-icmp sysctl-accept-redirects \
  sysctl-rp-filter sysctl-accept-ra sysctl-ptrace core-dumps
echo 'install sctp /sbin/modprobe --ignore-install sctp' >modprobe.d/00-a.conf
sed -i '/^blacklist tipc/d;s|^install rds.*|install rds /bin/echo no|' modprobe.d/00-assay.conf
broke kmod-sctp kmod-tipc kmod-rds
sed -i 's/^\(tmpfs \/tmp .*\),noexec/\1,noexec,exec/' fstab; broke mount-tmp-noexec

# Audit: one architecture, one number, one letter less; no longer the last word.
cd audit/rules.d || exit 1
sed -i '/arch=b32 -S execve/d;s/localtime -F perm=wa/localtime -F perm=w/;s/-EPERM/-EPIPE/' 50-assay.rules
sed -i '/chmod/s/1000/2000/;/-S mount/s/1000/2000/;/unlink/s/unlinkat,//;/opasswd/d' 50-assay.rules
sed -i '/utmp/d;/lastlog/d;/apparmor.d/d;/chcon/d;/usermod/s/perm=x/perm=r/' 50-assay.rules
sed -i 's/-S init_module,/-S /;/newgrp/d;/networks/d' 50-assay.rules
cd ../.. || exit 1
echo '-e 1' >audit/rules.d/99-zz-b.rules
broke audit-setuid-exec audit-time audit-refused-access audit-permissions audit-mounts audit-deletes \
  audit-identity audit-sessions audit-logins audit-apparmor audit-chcon audit-usermod audit-modules \
  audit-privileged-commands audit-network-identity audit-immutable inode-audit-conf-mode
sed -i 's/^max_log_file_action.*/max_log_file_action = rotate/' audit/auditd.conf
sed -i 's/^disk_full_action.*/disk_full_action = ignore/' audit/auditd.conf
broke auditd-keep-logs auditd-disk-full

# Logs, banners, modes, owners, packages that are half there.
mkdir -p systemd/journald.conf.d
printf '[Journal]\nForwardToSyslog=no\n' >systemd/journald.conf.d/zzz.conf; broke text-journald-forward
echo 'module(load="imtcp") input(type="imtcp" port="514")' >rsyslog.d/in.conf
sed -i 's/FileCreateMode 0640/FileCreateMode 0644/' rsyslog.conf
broke lines-rsyslog-listener lines-rsyslog-mode
echo 'Debian \v' >motd; echo '\r' >issue; chmod 664 issue.net
broke lines-motd lines-issue inode-issue-net
chmod 664 passwd; chmod 640 group-; chmod 644 shadow; chown 1 shadow-; chmod 666 shells
broke inode-passwd inode-shadow inode-shadow-backup inode-shells
chmod 640 crontab; chmod 755 cron.hourly; chown 0:4 cron.daily
broke inode-crontab inode-cron-hourly inode-cron-daily
mkdir ../srv/x; touch ../srv/x/{open,nobodys}; chmod 666 ../srv/x/open; chown 4242:4242 ../srv/x/nobodys
broke walk-world-writable walk-unowned
touch ../var/log/zzz.log; chmod 666 ../var/log/zzz.log; broke inode-log-files
printf '\nPackage: telnet\nStatus: hold ok installed\nVersion: 1\n' >>../var/lib/dpkg/status
printf '\nPackage: ftp\nStatus: deinstall ok config-files\nVersion: 1\n' >>../var/lib/dpkg/status
broke package-telnet
