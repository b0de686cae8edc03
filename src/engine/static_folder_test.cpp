#include "engine/static_folder.hpp"

#include <iii/engine_error.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace iii::engine {
namespace {

namespace fs = std::filesystem;

class StaticFolderTest : public testing::Test {
 protected:
  StaticFolderTest() {
    fs::remove_all(top);
    fs::create_directories(top / "public/sub");
    write("secret", "secret");
    write("public/a.txt", "hello");
    write("public/sub/b.txt", "b");
    fs::create_symlink("../secret", top / "public/out");
    fs::create_symlink(top / "secret", top / "public/far");
    fs::create_directory_symlink("..", top / "public/up");
    fs::create_symlink("sub/b.txt", top / "public/in");
    ::mkfifo((top / "public/pipe").c_str(), 0600);
  }
  ~StaticFolderTest() override { fs::remove_all(top); }

  void write(std::string_view name, std::string_view text) const {
    std::ofstream(top / name) << text;
  }

  fs::path top = fs::path(testing::TempDir()) / "iii_static_folder";
};

TEST_F(StaticFolderTest, opens_files_beneath_it) {
  const auto folder = StaticFolder::open(top / "public");
  ASSERT_TRUE(folder) << folder.error().message;
  const auto file = folder->open_file("a.txt");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->facts.bytes, 5U);
  EXPECT_GT(file->facts.modified_ns, 0);
  std::array<char, 8> bytes{};
  EXPECT_EQ(file->read(1, bytes), 4U);
  EXPECT_EQ(std::string_view(bytes.data(), 4), "ello");
  EXPECT_EQ(file->read(5, bytes), 0U);
  EXPECT_TRUE(folder->open_file("sub/b.txt"));
  EXPECT_TRUE(folder->open_file("in")) << "a link that stays inside";
}

TEST_F(StaticFolderTest, opens_nothing_else) {
  const auto folder = StaticFolder::open(top / "public");
  ASSERT_TRUE(folder);
  for (const std::string name :
       {"none", "sub", "", "../secret", "/etc/passwd", "out", "far", "up/secret", "pipe", "a.txt/b"
       }) {
    EXPECT_FALSE(folder->open_file(name)) << name;
  }
}

TEST_F(StaticFolderTest, that_is_not_there_is_an_error) {
  const auto folder = StaticFolder::open(top / "none");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, EngineErrorCode::invalid_config);
  EXPECT_NE(
      folder.error().message.find("/none' of static files cannot be opened: No such file"),
      std::string::npos
  );
  EXPECT_FALSE(StaticFolder::open(top / "secret")) << "a file";
}

}  // namespace
}  // namespace iii::engine
