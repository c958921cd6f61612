#include "mcp/server.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "answering/wording.hpp"
#include "base/out_of_memory.hpp"
#include "base/printable.hpp"

namespace quire::mcp {
namespace {

using base::Json;
using base::JsonDocument;

/// Ten a second are enough for a person to watch.
constexpr std::chrono::milliseconds kProgressInterval{100};

Json result_of(const ToolAnswer& answer) {
  Json result = {{"content", Json::array({Json{{"type", "text"},
                                               {"text", base::printable_lines(answer.text)}}})}};
  if (!answer.structured.is_null()) {
    result["structuredContent"] = answer.structured;
  }
  result["isError"] = answer.is_error;
  return result;
}

}  // namespace

Server::Server(LiveIndex& index, LineOutput& output) : index_(index), output_(output) {}

void Server::take(std::string_view line) {
  if (line.find_first_not_of(" \t") == std::string_view::npos) {
    return;
  }
  auto document = JsonDocument::parse(line);
  if (!document) {
    refuse(nullptr, RpcCode::parse_error, document.error().message);
    return;
  }
  const auto received = std::make_shared<Received>(*std::move(document), Message{});
  auto message = read_message(received->document);
  if (!message) {
    output_.write(error_line(message.error().id, message.error().error));
    return;
  }
  if (!*message) {
    return;
  }
  received->message = **std::move(message);
  if (received->message.is_notification()) {
    notice(received->message);
  } else {
    answer(received);
  }
}

void Server::take_too_long_line() {
  refuse(nullptr, RpcCode::parse_error,
         "a line is longer than " + answering::size_of(LineInput::kLongestLine));
}

void Server::finish(std::chrono::steady_clock::time_point deadline) {
  questions_.wait_until_idle(deadline);
  const base::MutexLock lock(mutex_);
  for (const auto& [id, cancelled] : under_way_) {
    *cancelled = true;
  }
}

bool Server::is_idle() {
  return questions_.is_idle() && changes_.is_idle();
}

void Server::notice(const Message& notification) {
  if (notification.method != "notifications/cancelled") {
    return;
  }
  const base::MutexLock lock(mutex_);
  const auto found =
      under_way_.find(base::dump_json(id_of(notification.params.member("requestId"))));
  if (found != under_way_.end()) {
    *found->second = true;
  }
}

void Server::answer(const std::shared_ptr<const Received>& received) {
  const Message& request = received->message;
  const bool modern = request.era == Era::modern;
  if (request.method == "tools/call") {
    call_tool(received);
  } else if (request.method == "tools/list") {
    if (!request.params.member("cursor").is_null()) {
      refuse(request.id, RpcCode::invalid_params, "invalid cursor: all tools are on one page");
      return;
    }
    Json result = {{"tools", definitions_}};
    if (modern) {
      mark_as_lasting(result);
    }
    respond(request, std::move(result));
  } else if (request.method == "initialize" && !modern) {
    respond(request, initialize_result(request.params));
  } else if (request.method == "ping" && !modern) {
    respond(request, Json::object());
  } else if (request.method == "server/discover" && modern) {
    respond(request, discover_result());
  } else {
    refuse(request.id, RpcCode::method_not_found,
           "method not found: " + request.method.substr(0, 200));
  }
}

void Server::call_tool(const std::shared_ptr<const Received>& received) {
  const Message& request = received->message;
  const auto name = request.params.member("name").string();
  const Tool* const tool = name ? find_tool(*name) : nullptr;
  if (tool == nullptr) {
    refuse(request.id, RpcCode::invalid_params,
           name ? "unknown tool: " + std::string(name->substr(0, 200))
                : "params.name is not a string");
    return;
  }
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  {
    const base::MutexLock lock(mutex_);
    if (!under_way_.emplace(base::dump_json(request.id), cancelled).second) {
      refuse(request.id, RpcCode::invalid_request, "a request with this id is under way");
      return;
    }
  }
  Lane& lane = tool->changes_the_index ? changes_ : questions_;
  lane.add([this, tool, received, cancelled] { run_tool(*tool, received->message, cancelled); });
}

void Server::run_tool(const Tool& tool, const Message& request, const Cancelled& cancelled) {
  output_.wait_for_room();
  const base::JsonValue arguments = request.params.member("arguments");
  const auto answer = base::or_out_of_memory([&]() -> Result<ToolAnswer> {
    if (*cancelled) {
      return ToolAnswer{};
    }
    std::string fault = fault_in(tool, arguments);
    return fault.empty()
               ? tool.call(tool, index_, {arguments, cancelled, progress_to(request, cancelled)})
               : error_answer(std::move(fault));
  });
  {
    const base::MutexLock lock(mutex_);
    under_way_.erase(base::dump_json(request.id));
  }
  if (*cancelled) {
    return;
  }
  if (answer) {
    respond(request, result_of(*answer));
  } else {
    refuse(request.id, RpcCode::internal_error, answer.error().message);
  }
}

std::function<void(const IndexProgress&)> Server::progress_to(const Message& request,
                                                              const Cancelled& cancelled) {
  if (request.progress_token.is_null()) {
    return nullptr;
  }
  struct Told {
    std::chrono::steady_clock::time_point at{};
    std::optional<std::uint64_t> files;
  };
  return [this, cancelled, token = request.progress_token,
          told = std::make_shared<Told>()](const IndexProgress& progress) {
    const auto now = std::chrono::steady_clock::now();
    const bool news = !told->files || progress.files_done > *told->files;
    const bool too_soon = told->files && now - told->at < kProgressInterval;
    if (*cancelled || !news || too_soon || !output_.has_room()) {
      return;
    }
    *told = {now, progress.files_done};
    Json params = {{"progressToken", token}, {"progress", progress.files_done}};
    if (progress.files_total > 0) {
      params["total"] = progress.files_total;
      params["message"] = answering::count_of(progress.chunks, "chunk", "chunks") + " indexed";
    }
    output_.write(notification_line("notifications/progress", std::move(params)));
  };
}

}  // namespace quire::mcp
