#include "engine/config_names.hpp"

namespace iii::engine {
namespace {

TEST(ConfigNames, TellsKindsOfWorkersApart) {
  EXPECT_EQ(worker_kind("iii-worker-manager"), WorkerKind::listener);
  EXPECT_EQ(worker_kind("configuration"), WorkerKind::configuration);
  EXPECT_EQ(worker_kind("iii-queue"), WorkerKind::unavailable);
  EXPECT_EQ(worker_kind("III-QUEUE"), WorkerKind::unknown);
  EXPECT_EQ(worker_kind(""), WorkerKind::unknown);
}

TEST(ConfigNames, FindsTheWorkerThatWasMeant) {
  EXPECT_EQ(nearest_worker_name("iii-worker-manger"), "iii-worker-manager");
  EXPECT_EQ(nearest_worker_name("worker-manager"), "iii-worker-manager");
  EXPECT_EQ(nearest_worker_name("http"), "iii-http");
  EXPECT_EQ(nearest_worker_name("iii-corn"), "iii-cron");
  EXPECT_EQ(nearest_worker_name("my-mailer"), "");
  EXPECT_EQ(nearest_worker_name(""), "");
  EXPECT_EQ(nearest_worker_name(std::string(100'000, 'i')), "");
}

TEST(ConfigNames, CountsASwapAsOneEdit) {
  const std::string_view candidates[] = {"port", "host"};
  EXPECT_EQ(nearest_name("prot", candidates), "port");
  EXPECT_EQ(nearest_name("hsot", candidates), "host");
  EXPECT_EQ(nearest_name("listen", candidates), "");
}

}  // namespace
}  // namespace iii::engine
