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
#include <ctime>

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
  std::string changed;  ///< Places; "": all.
  std::string read;     ///< As `changed`.
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
constexpr std::uint64_t kReadFile = 1U << 2U;
constexpr std::uint64_t kListFolder = 1U << 3U;
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

/// Threads that run already go on as they were.
bool restrict_to(int ruleset) {
  return give_up_privileges() && syscall(landlock::kRestrictSelf, ruleset, 0U) == 0;
}

/// A child that is given nothing is given /dev/null.
bool allow_writes(int ruleset, const std::vector<fs::path>& folders) {
  return std::ranges::all_of(folders,
                             [&](const fs::path& folder) {
                               return landlock::allow(ruleset, landlock::changes(), folder,
                                                      O_DIRECTORY);
                             }) &&
         landlock::allow(ruleset, landlock::kWriteFile, "/dev/null", 0);
}

/// A place that can't be named to the kernel is not read.
void allow_reads(int ruleset, const std::vector<fs::path>& places) {
  for (const fs::path& place : places) {
    std::error_code failed;
    const bool is_folder = fs::is_directory(place, failed);
    landlock::allow(ruleset, landlock::kReadFile | (is_folder ? landlock::kListFolder : 0), place,
                    0);
  }
}

/// A ruleset of what is forbidden where no rule allows it; -1 if there can be none.
int make_ruleset(std::uint64_t forbidden) {
  if (landlock::version() < landlock::kVersionWithRenames) {
    return -1;
  }
  const landlock::Ruleset rules{forbidden};
  return static_cast<int>(syscall(landlock::kCreateRuleset, &rules, sizeof rules, 0U));
}

bool restrict_writes(const std::vector<fs::path>& folders) {
  const int ruleset = make_ruleset(landlock::changes());
  if (ruleset < 0) {
    return false;
  }
  const bool restricted = allow_writes(ruleset, folders) && restrict_to(ruleset);
  close(ruleset);
  return restricted;
}

bool restrict_reads(const std::vector<fs::path>& places) {
  // The time zone's file can't be read when a time is first shown.
  tzset();
  const int ruleset =
      make_ruleset(landlock::kReadFile | landlock::kListFolder | landlock::kRenameElsewhere);
  if (ruleset < 0) {
    return false;
  }
  allow_reads(ruleset, places);
  allow_reads(ruleset, {fs::path("/proc") / std::to_string(getpid()), "/dev/null",
                        "/sys/devices/system/cpu/online"});
  // A ruleset that doesn't speak of such renames forbids them.
  const bool restricted = landlock::allow(ruleset, landlock::kRenameElsewhere, "/", O_DIRECTORY) &&
                          restrict_to(ruleset);
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

bool restrict_writes(const std::vector<fs::path>&) {
  return false;
}

bool restrict_reads(const std::vector<fs::path>&) {
  return false;
}

bool refuse_calls() {
  return false;
}

#endif

std::string names_of(const std::vector<fs::path>& places) {
  std::string names;
  for (const fs::path& place : places) {
    names += (names.empty() ? "" : ", ") + place.string();
  }
  return names;
}

std::string in_words(const std::string& what, const std::string& places) {
  return places.empty() ? ", " + what + " anywhere" : ", " + what + " below " + places + " alone";
}

}  // namespace

fs::path nearest_there(fs::path folder) {
  std::error_code failed;
  while (!fs::is_directory(fs::symlink_status(folder, failed)) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

void forbid_sockets_and_programs() {
  held().calls = refuse_calls();
}

void forbid_writes_but_below(const std::vector<fs::path>& folders) {
  std::vector<fs::path> there;
  for (const fs::path& folder : folders) {
    if (!folder.empty() && std::ranges::find(there, nearest_there(folder)) == there.end()) {
      there.push_back(nearest_there(folder));
    }
  }
  held().changed = restrict_writes(there) ? names_of(there) : "";
}

void forbid_reads_but_below(const std::vector<fs::path>& places) {
  std::vector<fs::path> there;
  for (const fs::path& place : places) {
    std::error_code failed;
    if (fs::exists(place, failed) && std::ranges::find(there, place) == there.end()) {
      there.push_back(place);
    }
  }
  held().read = restrict_reads(there) ? names_of(there) : "";
}

std::string confinement_in_words() {
  const Held& now = held();
  return std::string(now.calls ? "no sockets, no other programs" : "sockets and other programs") +
         in_words("writes", now.changed) + in_words("reads", now.read);
}

}  // namespace quire::project
