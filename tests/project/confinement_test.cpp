#include "project/confinement.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/temp_dir.hpp"

namespace quire::project {
namespace {

namespace fs = std::filesystem;

/// The exit code of a child that does `act`; what it gives up is given up there alone.
int code_of_child(const std::function<int()>& act) {
  const pid_t child = fork();
  if (child == 0) {
    std::_Exit(act());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// 0 if the call succeeded, else its errno.
int outcome(int result) {
  return result < 0 ? errno : 0;
}

int outcome_of_writing(const std::string& path) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int error = outcome(descriptor);
  close(descriptor);
  return error;
}

/// A folder that may be written and one beside it.
class Confinement : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("index/file", "text");
    folder_.write("outside/file", "precious");
    fs::create_symlink(at("outside/file"), at("index/link"));
    if (code_of_child([&] {
          forbid_writes_but_below({at("index")});
          forbid_reads_but_below({at("index")});
          forbid_sockets_and_programs();
          return confinement_in_words() == "no sockets, no other programs, writes below " +
                                               at("index") + " alone, reads below " + at("index") +
                                               " alone"
                     ? 0
                     : 1;
        }) != 0) {
      GTEST_SKIP() << "this kernel or container has no Landlock or no seccomp";
    }
  }

  std::string at(const std::string& name) const { return folder_.path() / name; }

  int writing(const std::string& name) const {
    return code_of_child([&] {
      forbid_writes_but_below({at("index")});
      return outcome_of_writing(at(name));
    });
  }

  /// Of a call in a thread of a child that has given both up.
  static int refused(const std::function<int()>& call) {
    return code_of_child([&] {
      int error = 0;
      forbid_sockets_and_programs();
      std::thread([&] { error = outcome(call()); }).join();
      return error;
    });
  }

 private:
  support::TempDir folder_;
};

TEST_F(Confinement, LetsFilesBeWrittenBelowTheFolder) {
  EXPECT_EQ(writing("index/file"), 0);
  EXPECT_EQ(writing("index/new"), 0);
  EXPECT_EQ(writing("../../../dev/null"), 0);
  EXPECT_EQ(code_of_child([&] {
              forbid_writes_but_below({at("index")});
              const bool made = mkdir(at("index/next").c_str(), 0700) == 0;
              return made && rename(at("index/file").c_str(), at("index/next/file").c_str()) == 0
                         ? 0
                         : errno;
            }),
            0);
}

TEST_F(Confinement, LetsNothingElseBeChanged) {
  EXPECT_EQ(writing("outside/file"), EACCES);
  EXPECT_EQ(writing("outside/new"), EACCES);
  EXPECT_EQ(writing("index/link"), EACCES);
  EXPECT_EQ(writing("index/../outside/file"), EACCES);
  for (const std::function<int()>& call : std::vector<std::function<int()>>{
           [&] { return unlink(at("outside/file").c_str()); },
           [&] { return mkdir(at("outside/folder").c_str(), 0700); },
           [&] { return symlink("x", at("outside/link").c_str()); },
           [&] { return mkfifo(at("outside/pipe").c_str(), 0600); },
           [&] { return rename(at("index/file").c_str(), at("outside/moved").c_str()); },
           [&] { return truncate(at("outside/file").c_str(), 0); }}) {
    EXPECT_NE(code_of_child([&] {
                forbid_writes_but_below({at("index")});
                return outcome(call());
              }),
              0);
  }
  std::string kept;
  std::ifstream(at("outside/file")) >> kept;
  EXPECT_EQ(kept, "precious");
}

TEST_F(Confinement, LetsWhatIsOutsideBeRead) {
  EXPECT_EQ(code_of_child([&] {
              forbid_writes_but_below({at("index")});
              return outcome(open(at("outside/file").c_str(), O_RDONLY));
            }),
            0);
}

TEST_F(Confinement, LetsPlacesBeReadAndNothingElse) {
  const auto reading = [&](const std::string& name) {
    return code_of_child([&] {
      forbid_reads_but_below({at("index"), at("outside/alone"), at("outside/absent")});
      return outcome(open(at(name).c_str(), O_RDONLY));
    });
  };
  std::ofstream(at("outside/alone")) << "text";
  EXPECT_EQ(reading("index"), 0);
  EXPECT_EQ(reading("index/file"), 0);
  EXPECT_EQ(reading("outside/alone"), 0);
  EXPECT_EQ(reading("outside"), EACCES);
  EXPECT_EQ(reading("outside/file"), EACCES);
  EXPECT_EQ(reading("index/link"), EACCES);
  EXPECT_EQ(reading("index/../outside/file"), EACCES);
  EXPECT_EQ(reading("../../../etc/passwd"), EACCES);
  EXPECT_EQ(reading("../../../proc/1/cmdline"), EACCES);
}

/// One that was opened before is the way by which a mistake could go around it.
TEST_F(Confinement, LetsNothingBeReadByAFolderThatIsOpen) {
  EXPECT_EQ(code_of_child([&] {
              const int folder = open(at("outside").c_str(), O_RDONLY | O_DIRECTORY);
              forbid_reads_but_below({at("index")});
              return outcome(openat(folder, "file", O_RDONLY));
            }),
            EACCES);
}

TEST_F(Confinement, LetsFilesBeRenamedIntoOtherFoldersUnderBoth) {
  EXPECT_EQ(code_of_child([&] {
              forbid_writes_but_below({at("index")});
              forbid_reads_but_below({at("index")});
              const bool made = mkdir(at("index/next").c_str(), 0700) == 0;
              return made && rename(at("index/file").c_str(), at("index/next/file").c_str()) == 0
                         ? outcome(open(at("index/next/file").c_str(), O_RDONLY))
                         : errno;
            }),
            0);
}

TEST_F(Confinement, OfAFolderThatIsNotThereIsThatOfTheNearestAbove) {
  EXPECT_EQ(code_of_child([&] {
              forbid_writes_but_below({at("index/a/b"), ""});
              return outcome_of_writing(at("index/new")) + outcome_of_writing(at("outside/new"));
            }),
            EACCES);
}

TEST_F(Confinement, RefusesSocketsOfEveryKind) {
  for (const int domain : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET}) {
    EXPECT_EQ(refused([&] { return socket(domain, SOCK_STREAM, 0); }), EACCES) << domain;
  }
  EXPECT_EQ(refused([] {
              int ends[2];
              return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
            }),
            EACCES);
}

TEST_F(Confinement, RefusesPrograms) {
  EXPECT_EQ(refused([] { return execl("/bin/true", "true", nullptr); }), EACCES);
}

}  // namespace
}  // namespace quire::project
