// Spec: sdk §29, items 4 to 10.
#include "sdk/worker_metadata.hpp"

#include <iii/options.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace iii::sdk {
namespace {

SystemFacts facts() {
  return {
      .lang = "de_DE.UTF-8",
      .lc_all = "fr_FR",
      .host_name = "box7",
      .pid = 4182,
      .os = "linux",
      .machine = "x86_64",
      .folder_name = "folder",
  };
}

TEST(WorkerMetadata, Item04_is_announced_by_a_void_call) {
  EXPECT_EQ(
      announce_frame(detect_metadata({}, facts()), ""),
      R"({"type":"invokefunction","function_id":"engine::workers::register",)"
      R"x("data":{"runtime":"cpp","version":")x" +
          std::string(sdk_version()) +
          R"x(","name":"box7:4182",)x"
          R"x("os":"linux x86_64 (unix)",)x"
          R"("pid":4182,"telemetry":{"language":"de_DE","project_name":"folder",)"
          R"("framework":"iii-cpp"},"features":["large-messages.v1"]},"action":{"type":"void"}})"
  );
}

TEST(WorkerMetadata, Item04_that_is_not_utf_8_is_repaired) {
  SystemFacts system = facts();
  system.host_name = "b\xfcro";
  system.folder_name = "gr\xfc\xdf";
  EXPECT_EQ(
      announce_frame(detect_metadata({}, system), "n\xff"),
      R"({"type":"invokefunction","function_id":"engine::workers::register",)"
      R"x("data":{"runtime":"cpp","version":")x" +
          std::string(sdk_version()) +
          R"x(","name":"b�ro:4182",)x"
          R"x("os":"linux x86_64 (unix)",)x"
          R"("pid":4182,"telemetry":{"language":"de_DE","project_name":"gr��",)"
          R"("framework":"iii-cpp"},"features":["large-messages.v1"],"namespace":"n�"},)"
          R"("action":{"type":"void"}})"
  );
}

TEST(WorkerMetadata, Item05_has_the_name_that_is_nearest) {
  SystemFacts system = facts();
  EXPECT_EQ(detect_metadata({}, system).name, "box7:4182");
  system.worker_name = "from environment";
  EXPECT_EQ(detect_metadata({}, system).name, "from environment");
  const InitOptions options{.worker_name = "explicit"};
  EXPECT_EQ(detect_metadata(options, system).name, "from environment");
  EXPECT_EQ(
      detect_metadata({.worker_name = "explicit", .identity = WorkerIdentity::given}, system).name,
      "explicit"
  );
  EXPECT_EQ(detect_metadata({.identity = WorkerIdentity::given}, system).name, "from environment");
  system.worker_name = " ";
  EXPECT_EQ(detect_metadata(options, system).name, "explicit");
  system.host_name = "";
  EXPECT_EQ(detect_metadata({}, system).name, "unknown:4182");
}

TEST(WorkerMetadata, Item06_Item07_takes_isolation_and_language_from_the_environment) {
  SystemFacts system = facts();
  system.isolation = "";
  EXPECT_EQ(detect_metadata({}, system).isolation, std::nullopt);
  system.isolation = "docker";
  EXPECT_EQ(detect_metadata({}, system).isolation, "docker");
  system.lang.reset();
  EXPECT_EQ(detect_metadata({}, system).telemetry->language, "fr_FR");
  system.lang = "";
  EXPECT_EQ(detect_metadata({}, system).telemetry->language, std::nullopt);
}

TEST(WorkerMetadata, Item08_finds_the_project_in_a_manifest_of_the_folder) {
  SystemFacts system = facts();
  EXPECT_EQ(detect_project_name(system), "folder");
  system.cmake_lists = "cmake_minimum_required(VERSION 3)\nproject( billing\n  VERSION 1)";
  EXPECT_EQ(detect_project_name(system), "billing");
  system.vcpkg_json = R"({"name":" shop "})";
  EXPECT_EQ(detect_project_name(system), "shop");
  system.vcpkg_json = "{";
  EXPECT_EQ(detect_project_name(system), "billing");
  system.cmake_lists = "project(${name})";
  EXPECT_EQ(detect_project_name(system), "folder");
}

TEST(WorkerMetadata, Item09_Item10_that_is_given_replaces_detection_except_for_a_blank_framework) {
  const InitOptions options{.worker_name = "ignored", .metadata = WorkerMetadata{.name = "mine"}};
  const WorkerMetadata metadata = detect_metadata(options, facts());
  EXPECT_EQ(metadata.name, "mine");
  EXPECT_EQ(metadata.pid, std::nullopt);
  EXPECT_EQ(metadata.telemetry->framework, "iii-cpp");
  EXPECT_EQ(metadata.telemetry->project_name, std::nullopt);
}

TEST(WorkerMetadata, carries_the_namespace_in_the_data_only) {
  SystemFacts system = facts();
  system.namespace_name = "eu";
  EXPECT_EQ(detect_namespace({}, system), "eu");
  EXPECT_EQ(detect_namespace({.namespace_name = "us"}, system), "us");
  system.namespace_name = " ";
  EXPECT_EQ(detect_namespace({}, system), "");
  const std::string frame = announce_frame(detect_metadata({}, system), "eu");
  EXPECT_NE(frame.find(R"("namespace":"eu"},"action")"), std::string::npos) << frame;
}

}  // namespace
}  // namespace iii::sdk
