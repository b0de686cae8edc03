#include "values/conversion_checks.hpp"

#include <iii/describe.hpp>
#include <iii/error.hpp>
#include <iii/json.hpp>
#include <iii/result.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace shop {

enum class Size { small, large, extra_large };
III_DESCRIBE_ENUM(Size, small, large, (extra_large, iii::renamed("XL")))

struct Item {
  std::string name;
  double price = 0;

  friend bool operator==(const Item&, const Item&) = default;
};
III_DESCRIBE(Item, name, price)

struct Order {
  std::string id;
  std::vector<Item> items;
  std::optional<std::string> note;
  Size size = Size::small;
  int copies = 1;
  iii::Json extra;

  friend bool operator==(const Order&, const Order&) = default;
};
III_DESCRIBE(
    (Order, "What a customer wants"),
    (id, "The number of the order", iii::renamed("orderId")),
    items,
    note,
    (size, iii::defaulted),
    (copies, "How many", iii::defaulted),
    (extra, iii::defaulted)
)

struct Nothing {
  friend bool operator==(const Nothing&, const Nothing&) = default;
};
III_DESCRIBE(Nothing)

struct Tree {
  int value = 0;
  std::vector<Tree> children;

  friend bool operator==(const Tree&, const Tree&) = default;
};
III_DESCRIBE(Tree, value, children)

struct Chain {
  int value = 0;
  std::unique_ptr<Chain> next;
};
III_DESCRIBE(Chain, value, next)

struct Settings {
  bool is_fast = true;
  std::vector<int> ports{80, 443};

  friend bool operator==(const Settings&, const Settings&) = default;
};
III_DESCRIBE((Settings, iii::defaulted), is_fast, ports)

template <class T>
struct Page {
  std::uint32_t number = 0;
  T content;

  friend bool operator==(const Page&, const Page&) = default;

  III_DESCRIBE_INSIDE(Page, number, content)
};

class Counter {
 public:
  explicit Counter(int count = 0) : count_(count) {}
  friend bool operator==(const Counter&, const Counter&) = default;

 private:
  int count_;

  III_DESCRIBE_INSIDE(Counter, (count_, iii::renamed("count")))
};

struct Named {
  std::string name;
};
struct Pet : Named {
  int age = 0;
};
III_DESCRIBE(Pet, name, age)

struct Late {
  int value = 0;
  friend bool operator==(const Late&, const Late&) = default;
};
III_DECLARE_DESCRIBED(Late)

struct OrderId {
  std::string text;
  friend bool operator==(const OrderId&, const OrderId&) = default;
};
III_DESCRIBE((OrderId, iii::transparent), text)

struct Parcel {
  OrderId order;
  std::vector<int> stamps;
  int weight = 0;
  friend bool operator==(const Parcel&, const Parcel&) = default;
};
III_DESCRIBE(Parcel, order, (stamps, iii::omit_empty), (weight, iii::alias("mass")))

// Written by hand.
struct Money {
  std::int64_t cents = 0;
  friend bool operator==(const Money&, const Money&) = default;
};

}  // namespace shop

template <>
struct iii::JsonConversion<shop::Money> {
  static Json to_json(const shop::Money& money) { return Json(std::to_string(money.cents)); }
  static Result<shop::Money> from_json(const Json& json) {
    if (!json.is_string()) {
      return Error::serde("expected cents");
    }
    return shop::Money{std::stoll(std::string(json.get_string()))};
  }
  static Json json_schema() { return JsonObject{{"type", "string"}}; }
};

namespace shop {
namespace {

using iii::expect_both;
using iii::expect_read;
using iii::refusal;

TEST(Describe, WritesAndReadsEveryMember) {
  expect_both(
      Order{
          .id = "7",
          .items = {{"tea", 2.5}, {"cup", 4}},
          .note = "soon",
          .size = Size::extra_large,
          .copies = 3,
          .extra = {1, "x"},
      },
      R"({"orderId":"7","items":[{"name":"tea","price":2.5},{"name":"cup","price":4.0}],)"
      R"("note":"soon","size":"XL","copies":3,"extra":[1,"x"]})"
  );
  expect_both(Nothing{}, "{}");
}

TEST(Describe, LeavesOutWhatIsAbsentAndKeepsDefaults) {
  expect_both(
      Order{.id = "7"}, R"({"orderId":"7","items":[],"size":"small","copies":1,"extra":null})"
  );
  expect_read(Order{.id = "7"}, R"({"orderId":"7","items":[]})");
  expect_read(Order{.id = "7"}, R"({"orderId":"7","items":[],"note":null,"copies":null})");
  expect_read(Settings{}, "{}");
  expect_read(Settings{.ports = {}}, R"({"ports":[],"is_fast":null})");
}

TEST(Describe, Item44_IgnoresMembersItDoesNotKnow) {
  expect_read(Item{"tea", 1}, R"({"_caller_worker_id":"w","name":"tea","price":1,"weight":{}})");
  expect_read(Nothing{}, R"({"a":1})");
}

TEST(Describe, NamesThePlaceOfWhatItRefuses) {
  EXPECT_EQ(refusal<Order>("null"), "expected an object, found null");
  EXPECT_EQ(refusal<Order>("[]"), "expected an object, found an array");
  EXPECT_EQ(refusal<Order>("{}"), "orderId: is missing");
  EXPECT_EQ(refusal<Order>(R"({"orderId":"7"})"), "items: is missing");
  EXPECT_EQ(
      refusal<Order>(R"({"orderId":"7","items":[{"name":"a","price":1},{"name":"b"}]})"),
      "items[1].price: is missing"
  );
  EXPECT_EQ(
      refusal<Order>(R"({"orderId":"7","items":[{"name":"a","price":"1"}]})"),
      R"(items[0].price: expected a number, found the string "1")"
  );
  EXPECT_EQ(
      refusal<Order>(R"({"orderId":"7","items":[],"size":"huge"})"),
      R"(size: expected one of small, large, XL, found the string "huge")"
  );
  EXPECT_EQ(
      refusal<Order>(R"({"orderId":"7","items":[],"size":2})"),
      "size: expected one of small, large, XL, found 2"
  );
  EXPECT_EQ(
      refusal<Order>(R"({"orderId":"7","items":null})"), "items: expected an array, found null"
  );
  EXPECT_EQ(
      refusal<Order>(R"({"orderId":"7","items":[],"copies":{}})"),
      "copies: expected an integer, found an object"
  );
}

TEST(Describe, FollowsTypesThatContainThemselves) {
  expect_both(
      Tree{1, {Tree{2, {}}, Tree{3, {Tree{4, {}}}}}},
      R"({"value":1,"children":[{"value":2,"children":[]},)"
      R"({"value":3,"children":[{"value":4,"children":[]}]}]})"
  );
  iii::expect_round_trip<Chain>(R"({"value":1,"next":{"value":2,"next":{"value":3}}})");
  EXPECT_EQ(
      refusal<Tree>(R"({"value":1,"children":[{"value":2,"children":[{"value":null}]}]})"),
      "children[0].children[0].value: expected an integer, found null"
  );
}

TEST(Describe, StandsInsideTemplatesAndClassesWithPrivateMembers) {
  expect_both(Page<Item>{3, {"tea", 1.5}}, R"({"number":3,"content":{"name":"tea","price":1.5}})");
  expect_both(Page<int>{3, 4}, R"({"number":3,"content":4})");
  expect_both(Counter(5), R"({"count":5})");
}

TEST(Describe, TakesMembersOfABase) {
  iii::expect_round_trip<Pet>(R"({"name":"Rex","age":4})");
}

TEST(Describe, MayBeDefinedApartFromItsDeclaration) {
  expect_both(Late{3}, R"({"value":3})");
}

TEST(Describe, TakesTypesThatAreConvertedByHand) {
  expect_both(std::vector<Money>{{250}}, R"(["250"])");
  EXPECT_EQ(refusal<std::vector<Money>>(R"(["1",2])"), "[1]: expected cents");
}

TEST(Describe, WritesATransparentStructAsItsMember) {
  expect_both(OrderId{"7"}, R"("7")");
  EXPECT_EQ(refusal<Parcel>(R"({"order":7})"), "order: expected a string, found 7");
}

TEST(Describe, OmitsWhatIsEmptyAndReadsAliases) {
  expect_both(Parcel{{"7"}, {}, 3}, R"({"order":"7","weight":3})");
  expect_both(Parcel{{"7"}, {1}, 3}, R"({"order":"7","stamps":[1],"weight":3})");
  expect_read(Parcel{{"7"}, {}, 3}, R"({"order":"7","mass":3})");
  expect_read(Parcel{{"7"}, {}, 3}, R"({"order":"7","mass":4,"weight":3})");
  EXPECT_EQ(refusal<Parcel>(R"({"order":"7"})"), "weight: is missing");
  EXPECT_EQ(
      refusal<Parcel>(R"({"order":"7","mass":"x"})"),
      R"(mass: expected an integer, found the string "x")"
  );
}

TEST(Describe, WritesANumberForAnEnumeratorThatIsNotDescribed) {
  EXPECT_EQ(iii::to_json(static_cast<Size>(9)), iii::Json(9));
}

}  // namespace

III_DEFINE_DESCRIBED(Late, value)

}  // namespace shop
