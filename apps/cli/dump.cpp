#include <quire/inspect.hpp>

#include "base/try.hpp"
#include "cli/commands.hpp"

namespace quire::cli {

Result<int> run(const DumpCommand& command, const GlobalOptions&, Output& out) {
  OutputStream stream(out);
  QUIRE_TRY(dump_file(command.file, stream));
  return 0;
}

}  // namespace quire::cli
