#include "core/services.hpp"

#include "base/id.hpp"
#include "base/limits.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace iii::core {
namespace {

const base::ConnectionId worker{1};
const base::ConnectionId other{2};

using Names = std::set<std::string>;

TEST(Services, are_named_by_what_stands_before_the_first_colons) {
  Services services;
  services.on_function_added("shop::buy");
  services.on_function_added("shop::sell::all");
  services.on_function_added("::nameless");
  services.on_function_added("no service: at all");
  ASSERT_EQ(services.all().size(), 2U);
  EXPECT_EQ(services.all().find("shop")->second.functions, (Names{"buy", "sell::all"}));
  EXPECT_EQ(services.all().find("")->second.functions, (Names{"nameless"}));
}

TEST(Services, that_are_one_too_many_are_not_there_and_say_so) {
  Services services;
  for (std::size_t i = 0; i < base::limits::services_max; ++i) {
    EXPECT_TRUE(services.on_function_added(std::to_string(i) + "::f"));
  }
  EXPECT_FALSE(services.on_function_added("one too many::f"));
  EXPECT_TRUE(services.on_function_added("7::g"));
  EXPECT_TRUE(services.on_function_added("of no service"));
  EXPECT_EQ(services.all().size(), base::limits::services_max);
}

TEST(Services, go_with_their_last_function) {
  Services services;
  services.on_function_added("shop::buy");
  services.on_function_added("shop::sell");
  services.on_function_removed("shop::buy");
  services.on_function_removed("shop::never there");
  services.on_function_removed("nowhere::f");
  services.on_function_removed("f");
  EXPECT_EQ(services.all().size(), 1U);
  services.on_function_removed("shop::sell");
  EXPECT_TRUE(services.all().empty());
}

TEST(Services, that_are_declared_keep_their_functions_and_stay_until_their_worker_goes) {
  Services services;
  services.on_function_added("shop::buy");
  EXPECT_TRUE(services.declare(worker, "shop", "all of it", "company"));
  const Service& shop = services.all().find("shop")->second;
  EXPECT_EQ(shop.description, "all of it");
  EXPECT_EQ(shop.parent, "company");
  EXPECT_EQ(shop.functions, (Names{"buy"}));
  services.on_function_removed("shop::buy");
  EXPECT_EQ(services.all().size(), 1U);
  services.on_closed(other);
  EXPECT_EQ(services.all().size(), 1U);
  services.on_closed(worker);
  EXPECT_TRUE(services.all().empty());
}

TEST(Services, belong_to_who_declared_them_last) {
  Services services;
  EXPECT_TRUE(services.declare(worker, "shop", "old", std::nullopt));
  EXPECT_TRUE(services.declare(other, "shop", std::nullopt, std::nullopt));
  services.on_closed(worker);
  ASSERT_EQ(services.all().size(), 1U);
  EXPECT_EQ(services.all().begin()->second.description, std::nullopt);
  services.on_function_added("shop::buy");
  services.on_closed(other);
  EXPECT_EQ(services.all().size(), 1U);
  services.on_function_removed("shop::buy");
  EXPECT_TRUE(services.all().empty());
}

TEST(Services, are_limited_in_number) {
  Services services;
  for (std::size_t i = 0; i < base::limits::services_max; ++i) {
    ASSERT_TRUE(services.declare(worker, std::to_string(i), std::nullopt, std::nullopt));
  }
  EXPECT_FALSE(services.declare(worker, "one too many", std::nullopt, std::nullopt));
  EXPECT_TRUE(services.declare(other, "17", std::nullopt, std::nullopt));
}

}  // namespace
}  // namespace iii::core
