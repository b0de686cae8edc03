// Changes inside a stored value, which the engine makes in one step: as a list of operations, and
// what comes back. StateClient::update() and StreamClient::update() take the same ones; they need
// an engine with these workers, this program does not.
#include <iii/describe.hpp>
#include <iii/json.hpp>
#include <iii/state.hpp>
#include <iii/update.hpp>

#include <iostream>

int main() {
  const iii::StateUpdateInput input{
      .scope = "fleet",
      .key = "truck-7",
      .ops = iii::UpdateBuilder()
                 .set("driver", "Ada")
                 .increment("km", 35)
                 .decrement("fuel", 4)
                 .append("stops", "Lyon")
                 .merge({{"is_moving", true}})
                 .remove("note")
                 // Members of members: literal names, whose dots mean nothing.
                 .add(iii::UpdateOp::merge_at_path({"load", "v1.5"}, {{"tea", 12}}))
                 .build(),
  };
  for (const iii::UpdateOp& op : input.ops) {
    std::cout << iii::serialize(iii::to_json(op)) << '\n';
  }
  // What cannot be done is left out, and listed: the others have been made.
  const iii::Json answer = {
      {"new_value", {{"km", 35}}},
      {"errors", {{{"op_index", 3}, {"code", "append.type_mismatch"}, {"message", "no list"}}}},
  };
  const iii::UpdateResult result = iii::from_json<iii::UpdateResult>(answer).value();
  for (const iii::UpdateOpError& error : result.errors) {
    std::cout << "operation " << error.op_index << ": " << error.message << '\n';
  }
}
