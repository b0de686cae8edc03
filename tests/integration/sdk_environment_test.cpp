// What a worker takes from the environment that it runs in.
#include "scripted_engine.hpp"
#include "variable.hpp"

#include <iii/channel.hpp>
#include <iii/channel_ref.hpp>
#include <iii/client.hpp>
#include <iii/options.hpp>
#include <iii/otel.hpp>
#include <iii/result.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp

#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace iii::test {
namespace {

using namespace std::chrono_literals;

// A folder in a folder, both new; the process stands in the inner one.
class NestedFolders {
 public:
  NestedFolders() : before_(std::filesystem::current_path()) {
    std::string name = (std::filesystem::temp_directory_path() / "iii-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    outer_ = name;
    std::filesystem::create_directory(inner());
    std::filesystem::current_path(inner());
  }
  NestedFolders(const NestedFolders&) = delete;
  NestedFolders& operator=(const NestedFolders&) = delete;
  ~NestedFolders() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(outer_);
  }

  [[nodiscard]] const std::filesystem::path& outer() const { return outer_; }
  [[nodiscard]] std::filesystem::path inner() const { return outer_ / "till"; }

 private:
  std::filesystem::path before_;
  std::filesystem::path outer_;
};

void write(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file) << text;
}

TEST(SdkEnvironment, Item05_Item06_Item07_decides_what_a_worker_is_called) {
  const Variable name("III_WORKER_NAME", "till-3");
  const Variable isolation("III_ISOLATION", "docker");
  const Variable lang("LANG", "de_DE.UTF-8");
  const Variable lc_all("LC_ALL", "fr_FR");
  const WorkerMetadata metadata = detect_worker_metadata();
  EXPECT_EQ(metadata.name, "till-3");
  EXPECT_EQ(metadata.isolation, "docker");
  ASSERT_TRUE(metadata.telemetry);
  EXPECT_EQ(metadata.telemetry->language, "de_DE");
  InitOptions options;
  options.worker_name = "till-4";
  EXPECT_EQ(detect_worker_metadata(options).name, "till-3");
  options.identity = WorkerIdentity::given;
  EXPECT_EQ(detect_worker_metadata(options).name, "till-4");
}

TEST(SdkEnvironment, Item08_names_the_project_after_the_folder_and_not_after_its_parents) {
  const NestedFolders folders;
  write(folders.outer() / "vcpkg.json", R"({"name":"parent"})");
  write(folders.outer() / "CMakeLists.txt", "project(parent)");
  const auto project = [] { return detect_worker_metadata().telemetry.value().project_name; };
  EXPECT_EQ(project(), "till");
  write(folders.inner() / "CMakeLists.txt", "project(billing)");
  EXPECT_EQ(project(), "billing");
  write(folders.inner() / "vcpkg.json", R"({"name":"shop"})");
  EXPECT_EQ(project(), "shop");
}

TEST(SdkEnvironment, has_a_token_for_the_engine_that_is_never_logged) {
  const Variable token("III_TOKEN", " s3cr3t ");
  ScriptedEngine engine;
  std::mutex mutex;
  std::vector<std::string> lines;
  InitOptions options{.shutdown_timeout = 200ms, .reconnection = {.initial_delay_ms = 1}};
  options.log = [&](LogLevel, const std::string& line) {
    const std::lock_guard lock(mutex);
    lines.push_back(line);
  };
  Client client = register_worker(engine.url(), options);
  constexpr std::string_view with_token = "\r\nAuthorization: Bearer s3cr3t\r\n";
  ScriptedPeer& first = engine.next();
  EXPECT_NE(first.request().find(with_token), std::string::npos) << first.request();
  const ScriptedPeer& telemetry = engine.next_telemetry();
  EXPECT_NE(telemetry.request().find(with_token), std::string::npos) << telemetry.request();
  static_cast<void>(first.next_text());

  // Whoever authorizes otherwise is not overruled.
  client.set_headers({{"authorization", "Basic a"}});
  first.drop();
  const ScriptedPeer& second = engine.next();
  EXPECT_NE(second.request().find("\r\nauthorization: Basic a\r\n"), std::string::npos);
  EXPECT_EQ(second.request().find("s3cr3t"), std::string::npos);
  client.shutdown();
  const std::lock_guard lock(mutex);
  EXPECT_FALSE(lines.empty());
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find("s3cr3t"), std::string::npos) << line;
  }
}

TEST(SdkEnvironment, lends_its_token_to_channels) {
  const Variable token("III_TOKEN", "s3cr3t");
  ScriptedEngine engine;
  const Client client = register_worker(
      engine.url(), {.shutdown_timeout = 200ms, .log = [](LogLevel, const std::string&) {}}
  );
  static_cast<void>(engine.next());
  ChannelReader reader = client.open_reader(
      {.channel_id = "c1", .access_key = "k1", .direction = ChannelDirection::read}
  );
  reader.next([](const Result<std::optional<ChannelMessage>>&) {});
  const ScriptedPeer& channel = engine.next();
  EXPECT_TRUE(channel.request().starts_with("GET /ws/channels/c1?"));
  EXPECT_NE(channel.request().find("\r\nAuthorization: Bearer s3cr3t\r\n"), std::string::npos);
}

TEST(SdkEnvironment, gives_headers_and_token_to_no_other_host_that_takes_telemetry) {
  const Variable token("III_TOKEN", "s3cr3t");
  ScriptedEngine engine;
  ScriptedEngine elsewhere;
  InitOptions options{
      .headers = {{"x-team", "till"}},
      .shutdown_timeout = 200ms,
      .otel = {.engine_ws_url = elsewhere.url()},
      .log = [](LogLevel, const std::string&) {},
  };
  {
    const Client client = register_worker(engine.url(), options);
    static_cast<void>(engine.next());
    const std::string& request = elsewhere.next_telemetry().request();
    EXPECT_EQ(request.find("x-team"), std::string::npos) << request;
    EXPECT_EQ(request.find("uthorization"), std::string::npos) << request;
  }
  options.otel.engine_ws_headers.emplace().emplace_back("x-collector", "c");
  const Client client = register_worker(engine.url(), options);
  const std::string& request = elsewhere.next_telemetry().request();
  EXPECT_NE(request.find("\r\nx-collector: c\r\n"), std::string::npos) << request;
  EXPECT_EQ(request.find("uthorization"), std::string::npos) << request;
}

TEST(SdkEnvironment, gives_its_token_to_the_engine_that_it_names_when_there_is_no_client) {
  const Variable token("III_TOKEN", "s3cr3t");
  ScriptedEngine engine;
  ScriptedEngine elsewhere;
  const Variable url("III_URL", engine.url().c_str());
  ASSERT_TRUE(init_otel({.shutdown_timeout = 200ms}));
  const std::string& request = engine.next_telemetry().request();
  EXPECT_NE(request.find("\r\nAuthorization: Bearer s3cr3t\r\n"), std::string::npos) << request;
  shutdown_otel();
  ASSERT_TRUE(init_otel({.engine_ws_url = elsewhere.url(), .shutdown_timeout = 200ms}));
  const std::string& other = elsewhere.next_telemetry().request();
  EXPECT_EQ(other.find("uthorization"), std::string::npos) << other;
  shutdown_otel();
}

}  // namespace
}  // namespace iii::test
