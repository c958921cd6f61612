#include "base/json.hpp"
#include "cli/commands.hpp"
#include "cli/licenses.hpp"

namespace quire::cli {

Result<int> run(const VersionCommand& command, const GlobalOptions&, Output& out) {
  if (!command.json) {
    out.write("quire " QUIRE_VERSION "\n");
    return 0;
  }
#if defined(__clang__)
  const std::string compiler =
      "clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__);
#else
  const std::string compiler =
      "gcc " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__);
#endif
  out.write(base::dump_json({{"schema", 1},
                             {"name", "quire"},
                             {"version", QUIRE_VERSION},
                             {"compiler", compiler},
                             {"build_type", QUIRE_BUILD_TYPE},
                             {"store_format", 1}}) +
            "\n");
  return 0;
}

Result<int> run(const LicensesCommand&, const GlobalOptions&, Output& out) {
  out.write(third_party_notices());
  return 0;
}

}  // namespace quire::cli
