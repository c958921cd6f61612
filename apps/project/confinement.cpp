#include "project/confinement.hpp"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#define QUIRE_CAN_CONFINE
#endif

#include <algorithm>

#ifdef QUIRE_CAN_CONFINE
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace quire::project {
namespace {

namespace fs = std::filesystem;

/// What holds, for confinement_in_words().
struct Held {
  bool calls = false;
  std::string places;  ///< "": all.
};

Held& held() {
  static Held now;
  return now;
}

#ifdef QUIRE_CAN_CONFINE

#ifdef __x86_64__
constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
/// Numbers from here on are the calls of x32 programs, under other numbers.
constexpr std::uint32_t kFirstForeignCall = 0x40000000;
#else
constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kFirstForeignCall = UINT32_MAX;
#endif
constexpr std::uint32_t kIoUringSetup = 425;
/// io_uring makes sockets, too.
constexpr std::array<std::uint32_t, 5> kForbidden = {SYS_socket, SYS_socketpair, SYS_execve,
                                                     SYS_execveat, kIoUringSetup};

sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

sock_filter answer(std::uint32_t action) {
  return BPF_STMT(BPF_RET | BPF_K, action);
}

/// Goes on with the next step if what was loaded compares so, else behind that.
sock_filter next_if(std::uint16_t comparison, std::uint32_t number) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), number, 0, 1);
}

std::vector<sock_filter> filter_of_calls() {
  constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EACCES;
  std::vector<sock_filter> steps = {load(offsetof(seccomp_data, arch)),
                                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kMachine, 1, 0),
                                    answer(kRefuse),
                                    load(offsetof(seccomp_data, nr)),
                                    next_if(BPF_JGE, kFirstForeignCall),
                                    answer(kRefuse)};
  for (const std::uint32_t call : kForbidden) {
    steps.push_back(next_if(BPF_JEQ, call));
    steps.push_back(answer(kRefuse));
  }
  steps.push_back(answer(SECCOMP_RET_ALLOW));
  return steps;
}

bool give_up_privileges() {
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/// The kernel's interface (https://docs.kernel.org/userspace-api/landlock.html) as of version 3, as
/// not every system's headers have it.
namespace landlock {

constexpr long kCreateRuleset = 444;
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kBelowPath = 1;
constexpr long kVersionWithRenames = 2;
constexpr long kVersionWithTruncate = 3;

constexpr std::uint64_t kWriteFile = 1U << 1U;
/// Removing folders and files, and making all kinds of them: bits 4 to 12.
constexpr std::uint64_t kChangeNames = 0x1FF0;
constexpr std::uint64_t kRenameElsewhere = 1U << 13U;
constexpr std::uint64_t kTruncate = 1U << 14U;

struct Ruleset {
  std::uint64_t handled_access_fs;
};

struct __attribute__((packed)) BelowPath {
  std::uint64_t allowed_access;
  std::int32_t parent_fd;
};

long version() {
  return syscall(kCreateRuleset, nullptr, std::size_t{0}, kAskVersion);
}

std::uint64_t changes() {
  return kWriteFile | kChangeNames | kRenameElsewhere |
         (version() >= kVersionWithTruncate ? kTruncate : 0);
}

bool allow(int ruleset, std::uint64_t access, const fs::path& path, int flags) {
  const int descriptor = open(path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW | flags);
  if (descriptor < 0) {
    return false;
  }
  const BelowPath rule{access, descriptor};
  const bool added = syscall(kAddRule, ruleset, kBelowPath, &rule, 0U) == 0;
  close(descriptor);
  return added;
}

}  // namespace landlock

/// `folder`, else the nearest above it that is there.
fs::path nearest_there(fs::path folder) {
  std::error_code failed;
  while (!fs::is_directory(fs::symlink_status(folder, failed)) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

/// A child that is given nothing is given /dev/null.
bool restrict_to(int ruleset, const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    if (!landlock::allow(ruleset, landlock::changes(), folder, O_DIRECTORY)) {
      return false;
    }
  }
  return landlock::allow(ruleset, landlock::kWriteFile, "/dev/null", 0) && give_up_privileges() &&
         syscall(landlock::kRestrictSelf, ruleset, 0U) == 0;
}

bool restrict_writes(const std::vector<fs::path>& folders) {
  if (landlock::version() < landlock::kVersionWithRenames) {
    return false;
  }
  const landlock::Ruleset rules{landlock::changes()};
  const auto ruleset =
      static_cast<int>(syscall(landlock::kCreateRuleset, &rules, sizeof rules, 0U));
  if (ruleset < 0) {
    return false;
  }
  const bool restricted = restrict_to(ruleset, folders);
  close(ruleset);
  return restricted;
}

bool refuse_calls() {
  std::vector<sock_filter> steps = filter_of_calls();
  const sock_fprog program{static_cast<unsigned short>(steps.size()), steps.data()};
  return give_up_privileges() &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

#else

fs::path nearest_there(fs::path folder) {
  return folder;
}

bool restrict_writes(const std::vector<fs::path>&) {
  return false;
}

bool refuse_calls() {
  return false;
}

#endif

}  // namespace

void forbid_sockets_and_programs() {
  held().calls = refuse_calls();
}

void forbid_writes_but_below(const std::vector<fs::path>& folders) {
  std::vector<fs::path> there;
  std::string names;
  for (const fs::path& folder : folders) {
    if (folder.empty() || std::ranges::find(there, nearest_there(folder)) != there.end()) {
      continue;
    }
    there.push_back(nearest_there(folder));
    names += (names.empty() ? "" : ", ") + there.back().string();
  }
  held().places = restrict_writes(there) ? names : "";
}

std::string confinement_in_words() {
  const Held& now = held();
  return std::string(now.calls ? "no sockets, no other programs" : "sockets and other programs") +
         (now.places.empty() ? ", writes anywhere" : ", writes below " + now.places + " alone");
}

}  // namespace quire::project
