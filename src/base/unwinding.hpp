#pragma once

#include <exception>
#include <utility>

namespace quire::base {

/// Gives `target` another value when an exception (bad_alloc is the only one) leaves the scope, so
/// that what it left half done is not taken for whole. Neither moving nor ending a T may throw.
template <class T>
class AssignOnUnwind {
 public:
  AssignOnUnwind(T& target, T value) : target_(target), value_(std::move(value)) {}
  ~AssignOnUnwind() {
    if (std::uncaught_exceptions() > before_) {
      target_ = std::move(value_);
    }
  }
  AssignOnUnwind(const AssignOnUnwind&) = delete;
  AssignOnUnwind& operator=(const AssignOnUnwind&) = delete;

 private:
  T& target_;
  T value_;
  int before_ = std::uncaught_exceptions();
};

}  // namespace quire::base
