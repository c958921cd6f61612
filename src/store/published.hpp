#pragma once

#include <memory>

#include <quire/vector_store.hpp>

#include "base/mutex.hpp"
#include "store/redo_record.hpp"
#include "store/view.hpp"

namespace quire::store {

/// What the readers of a handle see: the newest commit, and what is known of the store. Any thread
/// may call any of it. Its mutex is held for as long as a pointer is copied, never while the disk
/// works, and no other mutex is taken under it.
class Published {
 public:
  struct Shown {
    std::shared_ptr<const View> view;
    StoreInfo info;
    bool cache_missing = false;
  };

  /// Shows `next` from now on. `attributes` is the view's own generation and the commit whose
  /// attributes are to be seen in the same moment, or nothing.
  void show(Shown next, Generation* generation = nullptr, const RedoRecord* commit = nullptr);
  /// Views are not given out any more; info() stays as it is.
  void close();

  bool closed() const;
  /// Null after close().
  std::shared_ptr<const View> view() const;
  StoreInfo info() const;
  bool cache_missing() const;

 private:
  mutable base::Mutex mutex_;
  Shown shown_ QUIRE_GUARDED_BY(mutex_);
  bool closed_ QUIRE_GUARDED_BY(mutex_) = false;
};

}  // namespace quire::store
