// Typed functions: the description of a struct converts it, gives the function its schema, and
// refuses what does not fit with an error that names the place. The engine is one for tests, inside
// of this program.
#include <iii/client.hpp>
#include <iii/describe.hpp>
#include <iii/discovery.hpp>
#include <iii/error.hpp>
#include <iii/function.hpp>
#include <iii/json.hpp>
#include <iii/task.hpp>
#include <iii/testing.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

namespace {

enum class Size { small, large };
III_DESCRIBE_ENUM(Size, small, (large, iii::renamed("XL")))

struct Order {
  std::string tea;
  int cups = 1;
  Size size = Size::small;
  std::optional<std::string> note;
};
III_DESCRIBE(
    (Order, "What a guest wants"),
    tea,
    (cups, "How many", iii::defaulted),  // may be missing: stays 1
    (size, iii::defaulted),
    note
)

struct Bill {
  std::string text;
  int cents = 0;
};
III_DESCRIBE(Bill, text, cents)

Bill serve(const Order& order) {
  const int each = order.size == Size::large ? 450 : 300;
  return {.text = order.note.value_or(order.tea), .cents = order.cups * each};
}

// A coroutine needs no thread while it waits. Its parameters are values: it outlives its caller.
iii::Task<Bill> serve_with_cake(iii::Client client, Order order) {
  Bill bill = co_await client.call_async<Bill>("tea::serve", order);
  bill.text += " and cake";
  bill.cents += 250;
  co_return bill;
}

void print(const Bill& bill) {
  std::cout << bill.text << ": " << bill.cents << '\n';
}

}  // namespace

int main() {
  iii::testing::Engine engine;
  iii::Client house = engine.connect();
  iii::Client guest = engine.connect();
  house.register_function("tea::serve", serve, iii::FunctionDetails{.description = "Serves tea."});
  house.register_function("tea::with_cake", [&house](Order order) {
    return serve_with_cake(house, std::move(order));
  });
  if (!engine.settle()) {
    return EXIT_FAILURE;
  }
  // Described types on both sides, or JSON on one of them.
  print(guest.call<Bill>("tea::serve", Order{.tea = "mint", .size = Size::large}));
  print(guest.trigger_as<Bill>("tea::with_cake", {{"tea", "green"}, {"cups", 2}}));
  const auto wrong = guest.try_trigger("tea::serve", {{"tea", "mint"}, {"size", "medium"}});
  std::cout << (wrong ? "served" : wrong.error().message()) << '\n';

  const iii::Json about = {{"function_id", "tea::serve"}};
  const auto function = guest.trigger_as<iii::FunctionInfo>("engine::functions::info", about);
  const iii::Json schema = function.request_format.value_or(iii::json_schema<Order>());
  std::cout << iii::serialize(schema.at("description")) << ' '
            << iii::serialize(schema.at("properties").at("cups")) << '\n';
}
