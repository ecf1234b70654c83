// SPDX-License-Identifier: Apache-2.0
#include "agent/looks.h"

#include <algorithm>

namespace assay {

void Looks::Touch(ObjectId object, Channel channel, std::optional<Cause> cause, BootNanos now) {
  auto [entry, fresh] = pending_.try_emplace(object);
  Pending& pending = entry->second;
  if (fresh) {
    pending.touched = now;
    pending.due = now + kCoalesce;
  } else if (pending.second || pending.retry) {
    // It changed again after a look: that look does not count any more.
    pending.second = false;
    pending.due = std::min(pending.due, now + kCoalesce);
  }
  pending.names |= channel == Channel::kNames;
  if (!pending.cause) pending.cause = std::move(cause);
}

void Looks::TouchQuietly(ObjectId object, std::optional<Cause> cause, BootNanos now) {
  auto found = pending_.find(object);
  if (found == pending_.end()) return Touch(object, Channel::kContent, std::move(cause), now);
  found->second.again = true;
  if (!found->second.cause) found->second.cause = std::move(cause);
}

void Looks::FoundSame(ObjectId object, BootNanos now) {
  auto found = pending_.find(object);
  if (found == pending_.end()) return;
  if (!found->second.second || !found->second.again) return FoundGolden(object, now);
  found->second.again = false;
  found->second.touched = now;
  found->second.due = now + kSecondLook;
}

std::vector<ObjectId> Looks::Due(BootNanos now, size_t limit) const {
  std::vector<std::pair<BootNanos, ObjectId>> due;
  for (const auto& [object, pending] : pending_)
    if (pending.due <= now) due.emplace_back(pending.due, object);
  std::ranges::sort(due);
  if (due.size() > limit) due.resize(limit);
  std::vector<ObjectId> objects;
  for (const auto& [at, object] : due) objects.push_back(object);
  return objects;
}

std::optional<BootNanos> Looks::NextDue() const {
  std::optional<BootNanos> next;
  for (const auto& [object, pending] : pending_)
    if (!next || pending.due < *next) next = pending.due;
  return next;
}

const Looks::Pending* Looks::Find(ObjectId object) const {
  auto found = pending_.find(object);
  return found == pending_.end() ? nullptr : &found->second;
}

void Looks::FoundGolden(ObjectId object, BootNanos now) {
  auto found = pending_.find(object);
  if (found == pending_.end()) return;
  if (found->second.second) {
    pending_.erase(found);
    return;
  }
  found->second.second = true;
  found->second.due = now + kSecondLook;
}

void Looks::LookLater(ObjectId object, BootNanos now) {
  auto found = pending_.find(object);
  if (found == pending_.end()) return;
  Pending& pending = found->second;
  pending.retry = pending.retry ? std::min(pending.retry * 2, kWriterRetryMax) : kWriterRetry;
  pending.due = now + pending.retry;
  pending.second = false;
}

BootNanos Looks::OldestTouch(const std::function<bool(ObjectId)>& counts) const {
  BootNanos oldest = 0;
  for (const auto& [object, pending] : pending_)
    if ((oldest == 0 || pending.touched < oldest) && counts(object)) oldest = pending.touched;
  return oldest;
}

}  // namespace assay
