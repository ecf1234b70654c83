// SPDX-License-Identifier: Apache-2.0
// Host: what systemd says of its units, over D-Bus (org.freedesktop.systemd1(5)).
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/clock.h"
#include "base/host.h"

namespace assay {

namespace {

using UnitMap = std::map<std::string, std::string, std::less<>>;

constexpr uint64_t kPatienceUs = 1'000'000;  // for each door
constexpr size_t kMostUnits = 200'000;

uint64_t NowUs() { return BootNow() / 1000; }

struct CloseBus {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

// Not sd_bus_open_system(): that would ask the environment where the bus is.
struct Door {
  const char* address;
  bool is_bus;  // or systemd's own socket, which is there where no message bus is
};
constexpr Door kDoors[] = {{"unix:path=/run/dbus/system_bus_socket", true},
                           {"unix:path=/run/systemd/private", false}};

std::unexpected<Error> BusError(int err, const char* doing) {
  if (err == -EACCES || err == -EPERM)
    return Fail(ErrorCode::kPermission, std::string(doing) + ": not permitted", "run as root");
  Error error = ErrnoError(-err, doing);
  error.code = ErrorCode::kUnavailable;
  return std::unexpected(std::move(error));
}

Expected<Bus> Connect(const Door& door) {
  sd_bus* made = nullptr;
  int r = sd_bus_new(&made);
  Bus bus(made);
  if (r >= 0) r = sd_bus_set_address(made, door.address);
  if (r >= 0) r = sd_bus_set_bus_client(made, door.is_bus);
  if (r >= 0) r = sd_bus_start(made);
  if (r < 0) return BusError(r, "connecting to systemd");
  return bus;
}

// One reply of the bus, taken from its queue when it comes.
struct Reply {
  sd_bus_message* message = nullptr;
  ~Reply() { sd_bus_message_unref(message); }
  static int Take(sd_bus_message* message, void* reply, sd_bus_error*) {
    static_cast<Reply*>(reply)->message = sd_bus_message_ref(message);
    return 1;
  }
};

// Works until `done`, or fails when the time is over: a daemon that hangs must not hang us.
template <typename Done>
Expected<void> WorkUntil(sd_bus* bus, uint64_t deadline_us, Done done) {
  while (!done()) {
    int r = sd_bus_process(bus, nullptr);
    if (r < 0) return BusError(r, "asking systemd for its units");
    if (r > 0) continue;
    uint64_t now = NowUs();
    if (now >= deadline_us) return Fail(ErrorCode::kUnavailable, "systemd did not answer in time");
    r = sd_bus_wait(bus, deadline_us - now);
    if (r < 0 && r != -EINTR) return BusError(r, "waiting for systemd");
  }
  return {};
}

Expected<UnitMap> UnitsIn(sd_bus_message* message) {
  if (sd_bus_message_is_method_error(message, nullptr))
    return BusError(-sd_bus_message_get_errno(message), "asking systemd for its units");
  UnitMap units;
  int r = sd_bus_message_enter_container(message, 'a', "(ssssssouso)");
  const char *name, *title, *load, *active, *sub, *follows, *path, *job, *job_path;
  uint32_t id;
  while (r >= 0 && (r = sd_bus_message_read(message, "(ssssssouso)", &name, &title, &load, &active,
                                            &sub, &follows, &path, &id, &job, &job_path)) > 0) {
    if (units.size() == kMostUnits) return Fail(ErrorCode::kInvalid, "systemd has too many units");
    units.emplace(name, active);
  }
  if (r < 0) return Fail(ErrorCode::kInvalid, "systemd's list of units cannot be read");
  return units;
}

Expected<UnitMap> AskFor(sd_bus* bus, bool is_bus) {
  uint64_t deadline = NowUs() + kPatienceUs;
  TRY(WorkUntil(bus, deadline, [bus] { return sd_bus_is_ready(bus) > 0; }));
  Reply reply;
  int r = sd_bus_call_method_async(bus, nullptr, is_bus ? "org.freedesktop.systemd1" : nullptr,
                                   "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager",
                                   "ListUnits", Reply::Take, &reply, nullptr);
  if (r < 0) return BusError(r, "asking systemd for its units");
  TRY(WorkUntil(bus, deadline, [&reply] { return reply.message != nullptr; }));
  return UnitsIn(reply.message);
}

}  // namespace

Expected<UnitMap> Host::UnitStates() {
  Record(Input::Kind::kLive, "systemd");
  if (!live_)
    return Fail(ErrorCode::kUnsupported,
                "asking systemd: the root is an image that is not running");
  // sd_booted(3): "checks whether the directory /run/systemd/system/ exists".
  if (access("/run/systemd/system", F_OK))
    return Fail(ErrorCode::kUnsupported, "systemd does not run here");
  Expected<UnitMap> units = Fail(ErrorCode::kUnavailable, "systemd has no socket");
  for (const Door& door : kDoors) {
    Expected<Bus> bus = Connect(door);
    units = bus ? AskFor(bus->get(), door.is_bus) : std::unexpected(bus.error());
    if (units) return units;
  }
  return units;
}

}  // namespace assay
