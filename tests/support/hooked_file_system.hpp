#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/simulated_file_system.hpp"

namespace quire::support {

/// A simulated disk that lets a test act in the middle of somebody's calls.
class HookedFileSystem : public SimulatedFileSystem {
 public:
  using SimulatedFileSystem::SimulatedFileSystem;

  /// Called with the path before a file is opened; an error is what the opener gets.
  std::function<Status(const std::string& path)> before_open;
  /// Called after a folder was listed, once.
  std::function<void()> after_list;
  /// What network_file_system() says.
  std::string network;

  Result<std::unique_ptr<base::File>> open(const std::string& path, base::OpenMode mode) override {
    const auto hook = before_open;  // It may replace itself.
    if (const Status allowed = hook ? hook(path) : Status(); !allowed) {
      return std::unexpected(allowed.error());
    }
    return SimulatedFileSystem::open(path, mode);
  }

  Result<std::vector<std::string>> list(const std::string& folder) override {
    auto names = SimulatedFileSystem::list(folder);
    if (const auto hook = std::exchange(after_list, nullptr)) {
      hook();
    }
    return names;
  }

  std::string network_file_system(const std::string& /*folder*/) override { return network; }
};

}  // namespace quire::support
