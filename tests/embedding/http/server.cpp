#include "embedding/http/server.hpp"

#include <array>
#include <csignal>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace quire::embedding {
namespace {

constexpr const char* kScript = QUIRE_SOURCE_DIR "/tests/embedding/embedding_server.py";

/// What stands before the first line feed.
std::string first_line(int descriptor) {
  std::string line;
  char c = 0;
  while (read(descriptor, &c, 1) == 1 && c != '\n') {
    line += c;
  }
  return line;
}

}  // namespace

Server::Server() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe for the server");
  }
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execlp("python3", "python3", kScript, log_.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  const std::string line = first_line(ends[0]);
  close(ends[0]);
  if (!line.starts_with("port ")) {
    throw std::runtime_error("the server does not start: " + line);
  }
  port_ = line.substr(5);
}

Server::~Server() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string Server::model(const std::string& name) const {
  return "http://127.0.0.1:" + port_ + "/v1#" + name;
}

std::vector<nlohmann::json> Server::requests() const {
  std::vector<nlohmann::json> out;
  std::ifstream log(log_);
  for (std::string line; std::getline(log, line);) {
    out.push_back(nlohmann::json::parse(line));
  }
  return out;
}

}  // namespace quire::embedding
