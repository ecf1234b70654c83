// SPDX-License-Identifier: Apache-2.0
// nf_tables of a running kernel: a child that is process 1 of its own namespaces, with an empty
// ruleset of its own, into which the answers in a fixture are put back as requests. Needs root and
// a kernel with nf_tables and namespaces; skips where they are missing.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "checks/formats/nft_ruleset.h"
#include "checks/predicates/firewall_parts.h"

namespace assay {

namespace {

std::string Fixture(const std::string& name) {
  std::ifstream file(ASSAY_SOURCE_DIR "/tests/checks/data/firewall/" + name, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

// What `judge` says in a network and process namespace of its own; "cannot: ..." if there is none.
template <typename Judge>
std::string InOwnNamespaces(Judge judge) {
  int ends[2];
  if (pipe(ends)) return "cannot: pipe";
  pid_t outer = fork();
  if (outer == 0) {
    std::string said = "cannot: unshare: needs root and namespaces";
    if (unshare(CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS) == 0) {
      pid_t inner = fork();
      if (inner == 0) {
        mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
        said = mount("proc", "/proc", "proc", 0, nullptr) ? "cannot: mount /proc" : judge();
        _exit(write(ends[1], said.data(), said.size()) < 0);
      }
      waitpid(inner, nullptr, 0);
      _exit(0);
    }
    _exit(write(ends[1], said.data(), said.size()) < 0);
  }
  close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) said.append(buffer, size_t(n));
  close(ends[0]);
  waitpid(outer, nullptr, 0);
  return said;
}

std::string Bytes(const void* from, size_t size) {
  return std::string(static_cast<const char*>(from), size);
}

std::string Batch(uint16_t type) {
  nlmsghdr header{};
  nfgenmsg family{};
  header.nlmsg_len = sizeof header + sizeof family;
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_REQUEST;
  family.res_id = htons(NFNL_SUBSYS_NFTABLES);
  return Bytes(&header, sizeof header) + Bytes(&family, sizeof family);
}

// An attribute that only the kernel may set is left out.
std::string WithoutAttribute(std::string_view attributes, uint16_t type) {
  std::string kept;
  while (attributes.size() >= sizeof(nlattr)) {
    nlattr header;
    memcpy(&header, attributes.data(), sizeof header);
    std::string_view whole = attributes.substr(0, NLA_ALIGN(header.nla_len));
    if ((header.nla_type & NLA_TYPE_MASK) != type) kept += whole;
    attributes.remove_prefix(whole.size());
  }
  return kept;
}

// The answers to a dump, as a batch of requests to make the same.
std::string AsRequests(std::string_view answers) {
  std::string batch = Batch(NFNL_MSG_BATCH_BEGIN);
  uint32_t sequence = 0;
  while (!answers.empty()) {
    nlmsghdr header;
    memcpy(&header, answers.data(), sizeof header);
    std::string_view message = answers.substr(0, NLMSG_ALIGN(header.nlmsg_len));
    answers.remove_prefix(message.size());
    // The kernel takes it only with what iptables says beside it, which no answer holds.
    if (message.contains("multiport")) continue;
    uint8_t kind = header.nlmsg_type & 0xff;
    uint16_t handle = NFTA_RULE_HANDLE;
    if (kind == NFT_MSG_NEWTABLE) handle = NFTA_TABLE_HANDLE;
    if (kind == NFT_MSG_NEWCHAIN) handle = NFTA_CHAIN_HANDLE;
    std::string body = WithoutAttribute(message.substr(sizeof header + sizeof(nfgenmsg)), handle);
    if (kind == NFT_MSG_NEWRULE) body = WithoutAttribute(body, NFTA_RULE_POSITION);
    header.nlmsg_seq = ++sequence;
    header.nlmsg_len = uint32_t(sizeof header + sizeof(nfgenmsg) + body.size());
    header.nlmsg_flags =
        NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK | (kind == NFT_MSG_NEWRULE ? NLM_F_APPEND : 0);
    batch += Bytes(&header, sizeof header) +
             std::string(message.substr(sizeof header, sizeof(nfgenmsg))) + body;
  }
  return batch + Batch(NFNL_MSG_BATCH_END);
}

// Empty, or what the kernel refused with.
std::string Load(std::string_view answers) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (fd < 0) return "cannot: no nfnetlink";
  std::string batch = AsRequests(answers);
  if (send(fd, batch.data(), batch.size(), 0) < 0) return "cannot: send";
  char buffer[65536];
  std::string refused;
  for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
    for (std::string_view rest(buffer, size_t(n)); rest.size() >= sizeof(nlmsghdr);) {
      nlmsghdr header;
      memcpy(&header, rest.data(), sizeof header);
      int32_t code = 0;
      memcpy(&code, rest.data() + sizeof header, sizeof code);
      if (header.nlmsg_type == NLMSG_ERROR && code != 0)
        refused = "refused: message " + std::to_string(header.nlmsg_seq) + ": " + strerror(-code) +
                  " " + std::to_string(rest.size());
      rest.remove_prefix(std::min<size_t>(rest.size(), NLMSG_ALIGN(header.nlmsg_len)));
    }
  close(fd);
  return refused;
}

std::string Judge(Host& host, const std::string& front_end, const std::string& check) {
  Firewall wanted;
  wanted.set_front_end(front_end);
  wanted.set_check(check);
  wanted.set_family("ip4");
  Answer answer = JudgeFirewall(wanted, host);
  return check + " " + std::string(ResultName(answer.result)) +
         (answer.reason.empty() ? "" : ": " + answer.reason) + "\n";
}

TEST(LiveNftables, IsReadFromTheKernel) {
  std::string said = InOwnNamespaces([] {
    std::string refused = Load(Fixture("iptables.bin"));
    if (!refused.empty()) return refused;
    Expected<Host> host = Host::Open("/", true);
    if (!host) return host.error().ToString();
    Expected<std::string> messages = host->PacketFilter();
    if (!messages) return messages.error().ToString();
    Expected<Ruleset> rules = ParseNftMessages(*messages);
    if (!rules) return rules.error().ToString();
    std::string all = std::to_string(rules->tables.size()) + " tables\n";
    for (const char* check : {"table", "base-chains", "default-drop", "loopback"})
      all += Judge(*host, "nftables", check);
    return all;
  });
  if (said.starts_with("cannot: ")) GTEST_SKIP() << said;
  EXPECT_EQ(said, "2 tables\ntable pass\nbase-chains pass\ndefault-drop pass\nloopback pass\n");
}

TEST(LiveNftables, AnEmptyRulesetIsAnAnswer) {
  std::string said = InOwnNamespaces([] {
    Expected<Host> host = Host::Open("/", true);
    if (!host) return host.error().ToString();
    Expected<std::string> messages = host->PacketFilter();
    if (!messages && messages.error().code == ErrorCode::kUnsupported)
      return "cannot: " + messages.error().ToString();
    return Judge(*host, "nftables", "table") + Judge(*host, "nftables", "base-chains");
  });
  if (said.starts_with("cannot: ")) GTEST_SKIP() << said;
  EXPECT_EQ(
      said,
      "table fail: nf_tables has no table of family inet, ip or ip6\n"
      "base-chains fail: nf_tables has no base chain of type filter at hook output for IPv4\n");
}

TEST(LiveNftables, InAnotherNamespaceThanProcessOneNothingCanBeTold) {
  std::string said = InOwnNamespaces([]() -> std::string {
    pid_t child = fork();
    if (child == 0) {
      if (unshare(CLONE_NEWNET)) _exit(2);
      Expected<Host> host = Host::Open("/", true);
      Expected<std::string> messages = host->PacketFilter();
      bool told = Judge(*host, "nftables", "table").starts_with("table notchecked: ");
      _exit(told && !messages && messages.error().code == ErrorCode::kUnsupported ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 0 ? "told" : "not told";
  });
  if (said.starts_with("cannot: ")) GTEST_SKIP() << said;
  EXPECT_EQ(said, "told");
}

TEST(LiveNftables, WithoutThePermissionNothingIsChecked) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  pid_t child = fork();
  if (child == 0) {
    if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534)) _exit(2);
    Expected<Host> host = Host::Open("/", true);
    Expected<std::string> messages = host->PacketFilter();
    _exit(!messages && CannotRead(messages.error()).result == Result::kNotChecked ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace

}  // namespace assay
