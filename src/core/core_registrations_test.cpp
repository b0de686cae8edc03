// Functions and services: who may register what, who serves it (spec: engine-core §3, §10, §20.7).
#include "base/limits.hpp"
#include "core/core.hpp"
#include "core/effects.hpp"
#include "core/services.hpp"
#include "protocol/error_body.hpp"
#include "protocol/from_worker.hpp"
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace iii::core {
namespace {

using namespace iii::test;

class Registrations : public testing::Test {
 protected:
  // Who is asked when the caller calls `function`.
  void expect_served_by(
      const Peer& worker, std::string_view function, Where where = Where::current()
  ) {
    scene.from(caller, fire_and_forget(function, "1"));
    scene.expect_invocation(worker, function, "1", "", where);
    scene.expect_nothing_else(where);
  }
  void expect_not_found(std::string_view function, Where where = Where::current()) {
    scene.from(caller, fire_and_forget(function, "1"));
    scene.expect_nothing_else(where);
    scene.expect_note("call_dropped", {}, where);
  }
  [[nodiscard]] std::string description_of(std::string_view function) {
    return scene.core().functions().find(function)->current().description.description.value_or("");
  }

  Scene scene;
  Peer caller = scene.open("caller");
  Peer first = scene.open("first");
  Peer second = scene.open("second");
};

TEST_F(Registrations, take_effect_at_once_and_without_an_answer) {
  scene.from(first, register_function("f"));
  scene.expect_nothing_else();
  expect_served_by(first, "f");
}

TEST_F(Registrations, of_the_same_worker_replace_the_description) {
  scene.from(first, register_function("f", R"(,"description":"old","metadata":{})"));
  scene.from(first, register_function("f", R"(,"description":"new")"));
  EXPECT_EQ(description_of("f"), "new");
  EXPECT_EQ(scene.core().functions().find("f")->current().description.metadata, "");
  expect_served_by(first, "f");
  scene.from(first, unregister_function("f"));
  expect_not_found("f");
}

TEST_F(Registrations, of_another_worker_take_the_function_over) {
  scene.serve(first, "f");
  scene.serve(second, "f");
  scene.expect_note(
      "function_taken_over",
      {{"function_id", "f"},
       {"worker_id", second.worker_id},
       {"previous_worker_id", first.worker_id}}
  );
  expect_served_by(second, "f");
}

TEST_F(Registrations, fall_back_to_the_earlier_worker_when_the_later_one_goes) {
  scene.from(first, register_function("f", R"(,"description":"first")"));
  scene.from(second, register_function("f", R"(,"description":"second")"));
  scene.close(second);
  scene.expect_nothing_else();
  expect_served_by(first, "f");
  EXPECT_EQ(description_of("f"), "first");
}

TEST_F(Registrations, fall_back_to_the_earlier_worker_when_the_later_one_unregisters) {
  scene.serve(first, "f");
  scene.serve(second, "f");
  scene.from(second, unregister_function("f"));
  expect_served_by(first, "f");
}

TEST_F(Registrations, do_not_fall_back_to_a_worker_that_has_gone_or_unregistered) {
  const Peer third = scene.open("third");
  for (const Peer& worker : {first, second, third}) {
    scene.serve(worker, "f");
  }
  scene.close(first);
  scene.from(second, unregister_function("f"));
  expect_served_by(third, "f");
  scene.close(third);
  expect_not_found("f");
}

TEST_F(Registrations, that_were_taken_over_can_be_taken_back) {
  scene.serve(first, "f");
  scene.serve(second, "f");
  scene.serve(first, "f");
  expect_served_by(first, "f");
  scene.close(first);
  expect_served_by(second, "f");
}

TEST_F(Registrations, leave_running_calls_with_the_worker_that_was_asked) {
  scene.serve(first, "f");
  scene.from(caller, call(uuid(1), "f", "1"));
  scene.expect_any(first);
  scene.serve(second, "f");
  scene.from(first, result(uuid(1), "f", "2"));
  scene.expect(caller, result(uuid(1), "f", "2"));
}

TEST_F(Registrations, are_undone_only_by_who_made_them) {
  scene.serve(first, "f");
  scene.from(second, unregister_function("f"));
  scene.from(second, unregister_function("no such function"));
  expect_served_by(first, "f");
}

TEST_F(Registrations, of_built_in_functions_are_refused) {
  const Peer local = scene.open_local("iii-state");
  scene.serve(local, "state::get");
  for (const std::string_view id : {"state::get", "engine::functions::list"}) {
    scene.from(first, register_function(id));
    scene.expect_nothing_else();
    scene.expect_note(
        "function_refused",
        {{"function_id", std::string(id)},
         {"worker_id", first.worker_id},
         {"reason", "a built-in function has this id"}}
    );
    scene.from(first, unregister_function(id));
  }
  expect_served_by(local, "state::get");
  EXPECT_TRUE(scene.ask(caller, "engine::functions::list").is_object());
  scene.close(first);
  expect_served_by(local, "state::get");
}

TEST_F(Registrations, of_a_built_in_worker_win_over_a_remote_one) {
  scene.serve(first, "publish");
  const Peer local = scene.open_local("iii-pubsub");
  scene.serve(local, "publish");
  expect_served_by(local, "publish");
  scene.serve(second, "publish");
  scene.expect_note("function_refused");
  scene.close(local);
  expect_served_by(first, "publish");
}

TEST_F(Registrations, that_were_refused_are_told_to_workers_that_understand_it) {
  const std::string rejection =
      R"({"type":"registrationrejected","code":"FUNCTION_NAMESPACE_CONFLICT",)"
      R"("namespace":"default","function_id":"engine::functions::list","owner_worker_id":""})";
  scene.from(first, register_function("engine::functions::list"));
  scene.from(first, fire_and_forget("engine::workers::register", R"({"version":"0.22.1"})"));
  scene.from(first, fire_and_forget("engine::workers::register", R"({"features":null})"));
  scene.expect_nothing_else();
  scene.from(first, fire_and_forget("engine::workers::register", R"({"features":[]})"));
  scene.expect(first, rejection);
  scene.expect_nothing_else();
  // Some workers announce themselves first.
  scene.from(first, register_function("engine::functions::list"));
  scene.expect(first, rejection);
  scene.expect_nothing_else();
}

TEST_F(Registrations, that_were_refused_are_remembered_up_to_a_limit) {
  const Peer local = scene.open_local("iii-state");
  for (std::size_t i = 0; i <= base::limits::refused_functions_max; ++i) {
    scene.serve(local, std::to_string(i));
    scene.from(first, register_function(std::to_string(i)));
    scene.expect_note("function_refused");
  }
  scene.from(first, fire_and_forget("engine::workers::register", R"({"features":[]})"));
  for (std::size_t i = 0; i < base::limits::refused_functions_max; ++i) {
    scene.expect_any(first);
  }
  scene.expect_nothing_else();
}

// --- Functions that somebody else runs ---

TEST_F(Registrations, with_an_invocation_are_refused_where_nobody_runs_them) {
  scene.serve(first, "f");
  scene.from(second, register_function("f", R"(,"invocation":{"url":"https://example.com"})"));
  scene.expect_nothing_else();
  scene.expect_note("function_refused", {{"function_id", "f"}});
  expect_served_by(first, "f");
}

class RunByOthers : public Registrations {
 protected:
  void register_with_invocation(const Peer& owner, int number, std::string_view id = "f") {
    scene.from(owner, register_function(id, R"(,"invocation":{"url":"u"},"description":"d")"));
    scene.expect(
        runner,
        R"({"type":"registerfunction","id":")" + std::string(id) + R"(","registration":)" +
            std::to_string(number) + R"(,"invocation":{"url":"u"}})"
    );
  }
  void answer(std::uint64_t number, std::optional<protocol::ErrorBody> error = {}) {
    scene.from_local(
        runner, protocol::from_worker::FunctionRegistrationResult{number, std::move(error)}
    );
  }
  void accept(const Peer& owner, int number, std::string_view id = "f") {
    register_with_invocation(owner, number, id);
    answer(static_cast<std::uint64_t>(number));
    scene.expect_nothing_else();
  }
  static std::string withdrawal(int number) {
    return R"({"type":"unregisterfunction","registration":)" + std::to_string(number) + "}";
  }

  Peer runner = scene.open_local("runner", true);
};

TEST_F(RunByOthers, exist_once_they_are_accepted) {
  register_with_invocation(first, 1);
  expect_not_found("f");
  answer(1);
  scene.expect_nothing_else();
  EXPECT_EQ(description_of("f"), "d");
  expect_served_by(runner, "f");
  answer(1);  // once
  scene.expect_nothing_else();
}

TEST_F(RunByOthers, belong_to_who_registered_them_and_end_with_it) {
  accept(first, 1);
  EXPECT_EQ(
      &scene.core().functions().find("f")->owner(), scene.core().find_connection(first.connection)
  );
  scene.close(first);
  scene.expect(runner, withdrawal(1));
  scene.expect_nothing_else();
  expect_not_found("f");
}

TEST_F(RunByOthers, answer_through_the_one_who_runs_them_also_when_their_owner_has_gone) {
  accept(first, 1);
  scene.from(caller, call(uuid(1), "f"));
  scene.expect_invocation(runner, "f", data_from(caller));
  scene.close(first);
  scene.expect(runner, withdrawal(1));
  scene.from(runner, result(uuid(1), "f", "7"));
  scene.expect(caller, result(uuid(1), "f", "7"));
}

TEST_F(RunByOthers, that_are_refused_leave_what_was) {
  accept(first, 1);
  register_with_invocation(first, 2);
  answer(2, protocol::ErrorBody{"url_validation_failed", "Invalid URL", {}});
  scene.expect_nothing_else();
  scene.expect_note(
      "function_refused", {{"function_id", "f"}, {"reason", "url_validation_failed: Invalid URL"}}
  );
  expect_served_by(runner, "f");
}

TEST_F(RunByOthers, are_replaced_and_taken_over_like_all_functions) {
  accept(first, 1);
  register_with_invocation(first, 2);
  answer(2);
  scene.expect(runner, withdrawal(1));
  accept(second, 3);
  scene.from(second, unregister_function("f"));
  scene.expect(runner, withdrawal(3));
  expect_served_by(runner, "f");
  scene.from(first, register_function("f"));
  scene.expect(runner, withdrawal(2));
  expect_served_by(first, "f");
}

TEST_F(RunByOthers, whose_owner_has_thought_better_of_it_never_exist) {
  register_with_invocation(first, 1);
  scene.from(first, unregister_function("f"));
  answer(1);
  scene.expect(runner, withdrawal(1));
  register_with_invocation(first, 2);
  scene.close(first);
  answer(2);
  scene.expect(runner, withdrawal(2));
  expect_not_found("f");
}

TEST_F(RunByOthers, may_not_have_the_id_of_a_built_in) {
  register_with_invocation(first, 1, "engine::functions::list");
  answer(1);
  scene.expect(runner, withdrawal(1));
  scene.expect_note("function_refused", {{"reason", "a built-in function has this id"}});
}

TEST_F(RunByOthers, are_accepted_by_nobody_else) {
  register_with_invocation(first, 1);
  scene.from_local(second, protocol::from_worker::FunctionRegistrationResult{1, {}});
  scene.expect_nothing_else();
  expect_not_found("f");
}

TEST_F(RunByOthers, count_towards_what_their_owner_may_register) {
  const std::string url(base::limits::registered_bytes_max, 'x');
  scene.from(first, register_function("f", R"(,"invocation":{"url":")" + url + "\"}"));
  scene.expect_any(runner);
  answer(1);
  scene.expect(runner, withdrawal(1));
  scene.expect_note("function_refused", {{"function_id", "f"}});
}

TEST_F(Registrations, have_ids_of_at_most_4096_bytes_and_at_least_none) {
  const std::string longest(base::limits::id_bytes_max, 'x');
  scene.serve(first, longest);
  expect_served_by(first, longest);
  scene.from(first, register_function(longest + "x"));
  scene.expect_note("function_refused", {{"function_id", longest}});
  EXPECT_EQ(scene.core().functions().find(longest + "x"), nullptr);
  scene.serve(first, "");
  expect_served_by(first, "");
}

TEST_F(Registrations, are_limited_in_number_for_each_worker) {
  const std::size_t before = scene.core().functions().size();
  Effects effects;
  for (std::size_t i = 0; i < base::limits::functions_max; ++i) {
    scene.core().on_message(
        first.connection,
        protocol::from_worker::RegisterFunction{.id = std::to_string(i)},
        scene.now(),
        effects
    );
    effects.clear();
  }
  scene.from(first, register_function("one too many"));
  scene.expect_note("function_refused", {{"reason", "the worker has 65536 functions already"}});
  EXPECT_EQ(scene.core().functions().size(), before + base::limits::functions_max);
  // Describing one of them anew is no further function.
  scene.from(first, register_function("17", R"(,"description":"new")"));
  EXPECT_EQ(description_of("17"), "new");
  scene.serve(second, "f");
  expect_served_by(second, "f");
}

// --- Services ---

class ServicesOfWorkers : public Registrations {
 protected:
  [[nodiscard]] const Service* find(std::string_view name) {
    const auto& all = scene.core().services().all();
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
  }
};

TEST_F(ServicesOfWorkers, come_and_go_with_their_functions) {
  scene.serve(first, "shop::buy");
  scene.serve(second, "shop::sell::all");
  scene.serve(second, "shop::buy");
  ASSERT_NE(find("shop"), nullptr);
  EXPECT_EQ(find("shop")->functions, (std::set<std::string>{"buy", "sell::all"}));
  scene.close(second);
  EXPECT_EQ(find("shop")->functions, (std::set<std::string>{"buy"}));
  scene.from(first, unregister_function("shop::buy"));
  EXPECT_EQ(find("shop"), nullptr);
}

TEST_F(ServicesOfWorkers, that_are_one_too_many_are_logged_however_they_come) {
  Effects effects;
  for (std::size_t i = 0; i < base::limits::services_max; ++i) {
    scene.core().on_message(
        first.connection,
        protocol::from_worker::RegisterFunction{.id = std::to_string(i) + "::f"},
        scene.now(),
        effects
    );
    effects.clear();
  }
  const std::string reason = "the engine has 65536 services already";
  scene.from(second, register_function("shop::buy"));
  scene.expect_note("service_refused", {{"service", "shop"}, {"reason", reason}});
  expect_served_by(second, "shop::buy");
  scene.from(second, R"({"type":"registerservice","id":"s","name":"shop"})");
  scene.expect_note("service_refused", {{"service", "shop"}, {"reason", reason}});
  EXPECT_EQ(find("shop"), nullptr);
}

TEST_F(ServicesOfWorkers, that_were_declared_stay_until_their_worker_goes) {
  scene.from(first, R"({"type":"registerservice","id":"s","name":"shop","description":"d"})");
  scene.serve(second, "shop::buy");
  scene.close(second);
  ASSERT_NE(find("shop"), nullptr);
  EXPECT_EQ(find("shop")->description, "d");
  EXPECT_TRUE(find("shop")->functions.empty());
  scene.close(first);
  EXPECT_EQ(find("shop"), nullptr);
}

}  // namespace
}  // namespace iii::core
