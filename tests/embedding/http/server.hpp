#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include <nlohmann/json.hpp>

#include "support/temp_dir.hpp"

namespace quire::embedding {

/// A running tests/embedding/embedding_server.py.
class Server {
 public:
  Server();
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// What open_http_embedder() takes for a model there.
  std::string model(const std::string& name) const;

  /// All that was asked of the server, in its order.
  std::vector<nlohmann::json> requests() const;

 private:
  support::TempDir folder_;
  std::string log_ = (folder_.path() / "log").string();
  pid_t pid_ = 0;
  std::string port_;
};

}  // namespace quire::embedding
