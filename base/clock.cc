// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <fcntl.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <ctime>

#include "base/fd.h"

namespace assay {

namespace {

uint64_t Nanos(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return uint64_t(now.tv_sec) * 1'000'000'000u + uint64_t(now.tv_nsec);
}

}  // namespace

BootNanos BootNow() { return Nanos(CLOCK_BOOTTIME); }

int64_t WallSeconds() { return int64_t(Nanos(CLOCK_REALTIME) / 1'000'000'000u); }

std::string Rfc3339(int64_t seconds) {
  time_t time = seconds;
  tm utc{};
  if (!gmtime_r(&time, &utc)) return "out-of-range";
  char text[40];
  size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return std::string(text, length);
}

bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int part[3] = {};
  size_t starts[] = {0, 5, 8}, lengths[] = {4, 2, 2};
  for (size_t i = 0; i < 3; i++) {
    const char *from = text.data() + starts[i], *to = from + lengths[i];
    if (std::from_chars(from, to, part[i]).ptr != to || *from == '-') return false;
  }
  using namespace std::chrono;
  return (year(part[0]) / month(unsigned(part[1])) / day(unsigned(part[2]))).ok();
}

Expected<std::string> BootId() {
  constexpr const char* kPath = "/proc/sys/kernel/random/boot_id";
  Fd fd(open(kPath, O_RDONLY | O_CLOEXEC));
  char text[37] = {};
  if (!fd || read(fd.get(), text, 36) != 36)
    return FailErrno(errno, std::string("reading '") + kPath + "'");
  return std::string(text, 36);
}

}  // namespace assay
