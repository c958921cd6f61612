#include "installing/agents.hpp"

#include <algorithm>

#include "installing/agents_md.hpp"
#include "installing/json_config.hpp"
#include "installing/toml_config.hpp"

namespace quire::installing {
namespace {

using base::Json;

constexpr UserFolder kHome{"", ""};
constexpr UserFolder kXdgConfig{"XDG_CONFIG_HOME", ".config"};
constexpr UserFolder kCodexHome{"CODEX_HOME", ".codex"};

constexpr std::string_view kVsCode = "vscode";
constexpr std::string_view kZed = "zed";
constexpr std::string_view kGemini = "gemini";

/// The members in the order in which the agent's own manual has them.
Json json_of(const Agent& agent, const ServerEntry& entry) {
  Json json = Json::object();
  if (agent.name == kZed) {
    json["source"] = "custom";
  } else if (agent.name != kGemini) {
    json["type"] = "stdio";
  }
  json["command"] = entry.command;
  json["args"] = entry.args;
  return json;
}

}  // namespace

const std::vector<Agent>& agents() {
  static const std::vector<Agent> all = {
      {"claude", "Claude Code", ConfigFormat::json, "mcpServers", ".mcp.json", kHome, "",
       "Claude Code asks once whether the project's servers may run"},
      {"cursor", "Cursor", ConfigFormat::json, "mcpServers", ".cursor/mcp.json", kHome,
       ".cursor/mcp.json", ""},
      {kVsCode, "VS Code", ConfigFormat::json, "servers", ".vscode/mcp.json", kXdgConfig,
       "Code/User/mcp.json", ""},
      {"codex", "Codex", ConfigFormat::toml, "mcp_servers", ".codex/config.toml", kCodexHome,
       "config.toml", "Codex reads a project's configuration only where it trusts the project"},
      {kZed, "Zed", ConfigFormat::json, "context_servers", ".zed/settings.json", kXdgConfig,
       "zed/settings.json", ""},
      {kGemini, "Gemini CLI", ConfigFormat::json, "mcpServers", ".gemini/settings.json", kHome,
       ".gemini/settings.json", ""},
      {"agents.md", "AGENTS.md", ConfigFormat::lines, "", "AGENTS.md", kHome, "", ""},
  };
  return all;
}

const Agent* find_agent(std::string_view name) {
  const auto found = std::ranges::find(agents(), name, &Agent::name);
  return found == agents().end() ? nullptr : &*found;
}

ServerEntry entry_for(const Agent& agent,
                      const std::string& command,
                      const std::vector<std::string>& given) {
  ServerEntry entry{command, {"mcp"}};
  entry.args.insert(entry.args.end(), given.begin(), given.end());
  if (agent.name == kVsCode && std::ranges::find(given, "--root") == given.end()) {
    entry.args.insert(entry.args.end(), {"--root", "${workspaceFolder}"});
  }
  return entry;
}

Result<FileText> installed(const Agent& agent,
                           const ServerEntry& entry,
                           const FileText& before,
                           const std::string& file) {
  const std::string servers(agent.servers);
  switch (agent.format) {
    case ConfigFormat::json:
      return with_json_server(before, servers, json_of(agent, entry), file);
    case ConfigFormat::toml:
      return with_toml_server(before, servers, entry, file);
    case ConfigFormat::lines:
      break;
  }
  return with_agents_md(before, file);
}

Result<FileText> uninstalled(const Agent& agent, const FileText& before, const std::string& file) {
  const std::string servers(agent.servers);
  switch (agent.format) {
    case ConfigFormat::json:
      return without_json_server(before, servers, file);
    case ConfigFormat::toml:
      return without_toml_server(before, servers, file);
    case ConfigFormat::lines:
      break;
  }
  return without_agents_md(before, file);
}

}  // namespace quire::installing
