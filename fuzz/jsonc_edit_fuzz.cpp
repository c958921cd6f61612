#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "installing/agents.hpp"

namespace {

using namespace quire;
using namespace quire::installing;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

/// Whatever the file holds, it is refused, or has the entry once and comes back byte for byte.
void install_and_back(std::string_view name, const std::string& text) {
  const Agent& agent = *find_agent(name);
  const ServerEntry entry = entry_for(agent, "/opt/quire", {});
  const Result<FileText> without = uninstalled(agent, text, "f");
  const Result<FileText> with = installed(agent, entry, text, "f");
  require(with.has_value() == without.has_value() || agent.format == ConfigFormat::lines);
  if (!with.has_value()) {
    return;
  }
  const Result<FileText> again = installed(agent, entry, *with, "f");
  require(again.has_value() && *again == *with);
  const Result<FileText> back = uninstalled(agent, *with, "f");
  require(back.has_value());
  const bool had_one = !without.has_value() || *without != FileText(text);
  require(had_one || *back == FileText(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  install_and_back("cursor", text);
  install_and_back("codex", text);
  install_and_back("agents.md", text);
  return 0;
}
