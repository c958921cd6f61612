#include "store/published.hpp"

#include <utility>

namespace quire::store {

void Published::show(Shown next, Generation* generation, const RedoRecord* commit) {
  const base::MutexLock lock(mutex_);
  if (commit != nullptr) {
    generation->apply_attributes(*commit);
  }
  std::swap(shown_, next);  // What nobody needs any more is freed after the mutex is released.
}

void Published::close() {
  const base::MutexLock lock(mutex_);
  closed_ = true;
}

bool Published::closed() const {
  const base::MutexLock lock(mutex_);
  return closed_;
}

std::shared_ptr<const View> Published::view() const {
  const base::MutexLock lock(mutex_);
  return closed_ ? nullptr : shown_.view;
}

StoreInfo Published::info() const {
  const base::MutexLock lock(mutex_);
  return shown_.info;
}

bool Published::cache_missing() const {
  const base::MutexLock lock(mutex_);
  return shown_.cache_missing;
}

}  // namespace quire::store
