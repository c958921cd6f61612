#pragma once

#include <quire/result.hpp>

#include "cli/invocation.hpp"
#include "cli/terminal.hpp"

/// One function a command, one file a function. Each returns the exit code, or the error that
/// main() prints; data goes to `out`, words for people to standard error.
namespace quire::cli {

Result<int> run(const IndexCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const SearchCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const SymbolCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const SimilarCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const FilesCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const StatusCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const McpCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const CheckCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const DumpCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const CompactCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const ExportCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const ImportCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const InstallCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const UninstallCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const CompletionsCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const ManCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const VersionCommand& command, const GlobalOptions& options, Output& out);
Result<int> run(const LicensesCommand& command, const GlobalOptions& options, Output& out);

}  // namespace quire::cli
