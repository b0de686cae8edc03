#include "base/limits.hpp"
#include "engine/config.hpp"

#include <iii/engine_error.hpp>

#include <filesystem>
#include <fstream>
#include <ios>
#include <optional>
#include <string>
#include <string_view>

namespace iii::engine {
namespace {

std::optional<std::string> no_variables(std::string_view /*name*/) {
  return std::nullopt;
}

class ConfigFile : public testing::Test {
 protected:
  ConfigFile() { std::filesystem::create_directories(folder_); }
  ~ConfigFile() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  std::string write(std::string_view text) {
    const std::filesystem::path path = folder_ / "engine.yaml";
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

 private:
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ConfigFile, IsReadAndParsed) {
  const auto config =
      load_config(write("workers: [{name: iii-worker-manager, config: {port: 7}}]"), no_variables);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listeners.at(0).port, 7);
}

TEST_F(ConfigFile, NamesTheFileInEachMistake) {
  const std::string file = write("port: 7\n");
  const auto config = load_config(file, no_variables);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, EngineErrorCode::invalid_config);
  EXPECT_EQ(config.error().message, file + ":1:1: port: unknown key; known are workers, modules");
}

TEST_F(ConfigFile, ThatDoesNotExistIsNotFound) {
  const std::string file = (folder() / "absent.yaml").string();
  const auto config = load_config(file, no_variables);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, EngineErrorCode::not_found);
  EXPECT_THAT(config.error().message, testing::HasSubstr(file));
}

TEST_F(ConfigFile, ThatIsAFolderCannotBeRead) {
  const auto config = load_config(folder().string(), no_variables);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, EngineErrorCode::io_error);
}

TEST_F(ConfigFile, HasABoundedSize) {
  std::string text(base::limits::config_bytes_max, '\n');
  EXPECT_TRUE(load_config(write(text), no_variables));
  text += '\n';
  const auto config = load_config(write(text), no_variables);
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, EngineErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace iii::engine
