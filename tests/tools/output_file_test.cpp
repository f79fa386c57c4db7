// tests/tools/output_file_test.cpp
#include "output_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

#include "get_errors.hpp"
#include "scratch_folder.hpp"

namespace overlap::get {
namespace {

using names = std::set<std::string>;

class OutputFile : public testing::Test {
 protected:
  scratch_folder scratch;
  output_folder folder{scratch.path()};
};

template <class Function>
int errno_of(Function function) {
  try {
    function();
    return 0;
  } catch (const os_error& failure) {
    return failure.code();
  }
}

TEST_F(OutputFile, BearsItsNameOnlyWhenItIsWhole) {
  output_file file(folder, "a");
  file.write("hello ");
  file.write("world");
  EXPECT_EQ(scratch.names(), names{"a.part"});
  file.commit(if_exists::refuse);
  EXPECT_EQ(scratch.names(), names{"a"});
  EXPECT_EQ(scratch.text_of("a"), "hello world");
  EXPECT_EQ(file.bytes(), 11U);
}

TEST_F(OutputFile, DroppedBeforeTheEndLeavesNothing) {
  {
    output_file file(folder, "a");
    file.write("half");
  }
  EXPECT_EQ(scratch.names(), names{});
}

TEST_F(OutputFile, ReplacesNothingUnlessAsked) {
  scratch.write("a", "mine");
  {
    output_file file(folder, "a");
    file.write("theirs");
    EXPECT_EQ(errno_of([&] { file.commit(if_exists::refuse); }), EEXIST);
  }
  EXPECT_EQ(scratch.text_of("a"), "mine");
  EXPECT_EQ(scratch.names(), names{"a"});
}

TEST_F(OutputFile, ReplacesWhenAsked) {
  scratch.write("a", "mine, which is longer");
  output_file file(folder, "a");
  file.write("theirs");
  file.commit(if_exists::overwrite);
  EXPECT_EQ(scratch.text_of("a"), "theirs");
  EXPECT_EQ(scratch.names(), names{"a"});
}

TEST_F(OutputFile, AFileThatAppearsMeanwhileIsNotReplaced) {
  output_file file(folder, "a");
  scratch.write("a", "faster");
  EXPECT_EQ(errno_of([&] { file.commit(if_exists::refuse); }), EEXIST);
  EXPECT_EQ(scratch.text_of("a"), "faster");
}

TEST_F(OutputFile, AForgottenPartIsTakenOver) {
  scratch.write("a.part", "of a program that was killed, long");
  output_file file(folder, "a");
  file.write("new");
  file.commit(if_exists::refuse);
  EXPECT_EQ(scratch.text_of("a"), "new");
  EXPECT_EQ(scratch.names(), names{"a"});
}

TEST_F(OutputFile, TwoWritersOfOneFileAreRefused) {
  output_file file(folder, "a");
  file.write("mine");
  EXPECT_THROW(output_file(folder, "a"), error);
  file.commit(if_exists::refuse);
  EXPECT_EQ(scratch.text_of("a"), "mine");
}

TEST_F(OutputFile, ASecondWriterMayBeginWhenTheFirstIsDone) {
  output_file first(folder, "a");
  first.write("first");
  first.commit(if_exists::refuse);
  output_file second(folder, "a");
  second.write("second");
  second.commit(if_exists::overwrite);
  EXPECT_EQ(scratch.text_of("a"), "second");
}

TEST_F(OutputFile, WritesThroughNoSymbolicLink) {
  scratch.write("victim", "untouched");
  ASSERT_EQ(::symlink("victim", (scratch / "a.part").c_str()), 0);
  EXPECT_EQ(errno_of([&] { output_file(folder, "a"); }), ELOOP);
  EXPECT_EQ(scratch.text_of("victim"), "untouched");
}

TEST_F(OutputFile, APipeOfThatNameIsInTheWay) {
  ASSERT_EQ(::mkfifo((scratch / "a.part").c_str(), 0600), 0);
  EXPECT_EQ(errno_of([&] { output_file(folder, "a"); }), ENXIO);
}

TEST_F(OutputFile, MayGoToASubFolder) {
  ASSERT_EQ(::mkdir((scratch / "sub").c_str(), 0700), 0);
  output_file file(folder, "sub/a");
  file.write("x");
  file.commit(if_exists::refuse);
  EXPECT_EQ(scratch.text_of("sub/a"), "x");
}

TEST_F(OutputFile, AWriteThatFailsIsNamedAndLeavesNothing) {
  // A limit on the size of files stands for the end of the disk.
  struct limited {
    limited() {
      ::getrlimit(RLIMIT_FSIZE, &before);
      const rlimit small = {.rlim_cur = 1000, .rlim_max = before.rlim_max};
      handler = std::signal(SIGXFSZ, SIG_IGN);
      ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~limited() {
      ::setrlimit(RLIMIT_FSIZE, &before);
      std::signal(SIGXFSZ, handler);
    }
    rlimit before = {};
    void (*handler)(int) = nullptr;
  };
  {
    std::optional<output_file> file(std::in_place, folder, "a");
    const limited limit;
    try {
      file->write(std::string(5000, 'x'));
      FAIL() << "5000 bytes were written into 1000";
    } catch (const os_error& failure) {
      EXPECT_EQ(failure.code(), EFBIG);
      EXPECT_NE(failure.message().find("a.part"), std::string_view::npos) << failure.what();
    }
    EXPECT_EQ(file->bytes(), 1000U);
    file.reset();
  }
  EXPECT_EQ(scratch.names(), names{});
}

TEST(OutputFolder, IsMadeWithItsParents) {
  const scratch_folder scratch;
  const output_folder folder(scratch / "one/two");
  EXPECT_EQ(folder.look_up("x"), output_folder::entry::absent);
  EXPECT_EQ(scratch.names(), names{"one"});
}

TEST(OutputFolder, WhatCannotBeAFolderIsNamed) {
  const scratch_folder scratch;
  scratch.write("file", "");
  EXPECT_THROW(output_folder(scratch / "file"), usage_error);
  EXPECT_THROW(output_folder(scratch / "file/below"), usage_error);
}

TEST(OutputFolder, KnowsWhatIsThere) {
  const scratch_folder scratch;
  scratch.write("file", "");
  ASSERT_EQ(::mkdir((scratch / "sub").c_str(), 0700), 0);
  ASSERT_EQ(::symlink("nowhere", (scratch / "link").c_str()), 0);
  const output_folder folder(scratch.path());
  EXPECT_EQ(folder.look_up("file"), output_folder::entry::file);
  EXPECT_EQ(folder.look_up("link"), output_folder::entry::file);
  EXPECT_EQ(folder.look_up("sub"), output_folder::entry::other);
  EXPECT_EQ(folder.look_up("sub/x"), output_folder::entry::absent);
  EXPECT_THROW((void)folder.look_up("absent/x"), usage_error);
  EXPECT_THROW((void)folder.look_up("file/x"), usage_error);
}

TEST(OutputFolder, PathsAreForPeople) {
  EXPECT_EQ(output_folder(".").path_of("a"), "a");
  const scratch_folder scratch;
  EXPECT_EQ(output_folder(scratch.path()).path_of("a"), scratch / "a");
  EXPECT_EQ(output_folder(scratch.path() + "/").path_of("a"), scratch / "a");
  EXPECT_EQ(output_folder(scratch.path()).path_of("/b"), "/b");
}

}  // namespace
}  // namespace overlap::get
