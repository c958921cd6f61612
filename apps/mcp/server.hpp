#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <quire/result.hpp>

#include "base/mutex.hpp"
#include "mcp/lane.hpp"
#include "mcp/live_index.hpp"
#include "mcp/protocol.hpp"
#include "mcp/tool.hpp"
#include "mcp/wire.hpp"

namespace quire::mcp {

/// Answers the messages of one client. What takes time is done in lanes of their own, so that a
/// message is always read at once.
class Server {
 public:
  /// Both must outlive it.
  Server(LiveIndex& index, LineOutput& output);
  /// Waits for what is under way.
  ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// One line of the client's. It is answered now or later, by one line, or not at all.
  void take(std::string_view line);
  void take_too_long_line();

  /// Cancels changes that are under way, and lets questions be answered until `deadline`.
  void finish(std::chrono::steady_clock::time_point deadline);

  /// True if nothing is being answered.
  bool is_idle();

 private:
  using Cancelled = std::shared_ptr<std::atomic<bool>>;
  /// A message with the text that its params lie in.
  struct Received {
    base::JsonDocument document;
    Message message;
  };

  void notice(const Message& notification);
  void answer(const std::shared_ptr<const Received>& received);
  void call_tool(const std::shared_ptr<const Received>& received);
  void run_tool(const Tool& tool, const Message& request, const Cancelled& cancelled);
  std::function<void(const IndexProgress&)> progress_to(const Message& request,
                                                        const Cancelled& cancelled);
  void respond(const Message& request, base::Json result) {
    output_.write(result_line(request, std::move(result)));
  }
  void refuse(const base::Json& id, RpcCode code, std::string message) {
    output_.write(error_line(id, {code, std::move(message)}));
  }

  LiveIndex& index_;
  LineOutput& output_;
  const base::Json definitions_ = tool_definitions();
  base::Mutex mutex_;
  std::map<std::string, Cancelled> under_way_ QUIRE_GUARDED_BY(mutex_);  ///< By id, as JSON.
  Lane questions_;
  Lane changes_;
};

}  // namespace quire::mcp
