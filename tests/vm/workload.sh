#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In the guest, after the spine: the image was hardened (profile kubernetes-node), and still takes SSH
# and does what a kubelet and its runtime do: images as overlays, pods in network namespaces behind
# bridges, packets routed from one to the other.
. "$IN/case.sh"

pod() { # pod NAME SUBNET: a namespace behind a bridge of its own, as a network plugin makes it
  ip netns add "$1" && ip link add "br-$1" type bridge && ip addr add "$2.1/24" dev "br-$1" &&
    ip link add "v-$1" type veth peer name eth0 netns "$1" &&
    ip link set "v-$1" master "br-$1" up && ip link set "br-$1" up &&
    ip -n "$1" addr add "$2.2/24" dev eth0 && ip -n "$1" link set lo up &&
    ip -n "$1" link set eth0 up && ip -n "$1" route add default via "$2.1"
}

banner() { # banner ADDRESS: what the SSH server there says first
  ip netns exec one timeout 20 bash -c "exec 3<>/dev/tcp/$1/22 && head -n 1 <&3"
}

begin "Workload.AHardenedImageTakesSsh"
exits 0 systemctl is-active ssh.service
exits 0 useradd --create-home --shell /bin/bash visitor
install -d -m 700 -o visitor /home/visitor/.ssh
exits 0 ssh-keygen -q -t ed25519 -N '' -f "$OUT/key"
install -m 600 -o visitor "$OUT/key.pub" /home/visitor/.ssh/authorized_keys
exits 0 ssh -i "$OUT/key" -o StrictHostKeyChecking=no -o BatchMode=yes visitor@127.0.0.1 id -un
says visitor
exits 255 ssh -i "$OUT/key" -o StrictHostKeyChecking=no -o BatchMode=yes root@127.0.0.1 true
end

begin "Workload.ContainersRunFromOverlays"
exits 0 sysctl -n net.ipv4.ip_forward net.bridge.bridge-nf-call-iptables
says "1
1"
store=/var/lib/containerd/test
mkdir -p $store/{lower/bin,upper,work,merged}
cp /bin/true $store/lower/bin/true
exits 0 mount -t overlay overlay -o lowerdir=$store/lower,upperdir=$store/upper,workdir=$store/work $store/merged
exits 0 $store/merged/bin/true
end

begin "Workload.PodsReachEachOtherThroughTheNode"
exits 0 pod one 10.244.1
exits 0 pod two 10.244.2
mkdir -p /run/sshd
ip netns exec two /usr/sbin/sshd -D -o PidFile=none &
for _ in $(seq 50); do banner 10.244.2.2 >/dev/null 2>&1 && break; sleep 0.2; done
exits 0 banner 10.244.2.2
says "SSH-2.0-OpenSSH"
kill %1
end
