// What travels with a call beside its payload: trace headers (spec: wire-protocol §13), and who
// calls (spec: line-0.25 §3.1).
#include "support/core_texts.hpp"
#include "support/scene.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::core {
namespace {

using namespace iii::test;

constexpr std::string_view traceparent =
    R"("00-6f2c1f1c9c5e4d0aa6b7c8d9e0f1a2b3-1122334455667788-01")";

// A caller, and a target that serves math::add.
class CallContext : public testing::Test {
 protected:
  CallContext() { scene.serve(target, "math::add"); }

  Scene scene;
  Peer caller = scene.open("caller");
  Peer target = scene.open("target");
};

TEST_F(CallContext, the_target_sees_the_callers_trace_and_the_function_in_the_baggage) {
  const std::string trace = R"(,"traceparent":)" + std::string(traceparent);
  scene.from(caller, call(uuid(1), "math::add", "1", trace + R"(,"baggage":"user=7")"));
  scene.expect(
      target,
      invocation(
          uuid(1), "math::add", "1", trace + R"(,"baggage":"iii.function.id=math::add,user=7")"
      )
  );
  scene.from(target, result(uuid(1), "math::add", "2", R"(,"traceparent":"x","baggage":"y")"));
  scene.expect(caller, result(uuid(1), "math::add", "2", trace + R"(,"baggage":"user=7")"));
}

TEST_F(CallContext, the_baggage_is_added_when_only_the_trace_was_sent) {
  const std::string trace = R"(,"traceparent":)" + std::string(traceparent);
  scene.from(caller, call(uuid(1), "math::add", "1", trace));
  scene.expect(
      target,
      invocation(uuid(1), "math::add", "1", trace + R"(,"baggage":"iii.function.id=math::add")")
  );
  scene.from(target, result(uuid(1), "math::add", "2"));
  scene.expect(caller, result(uuid(1), "math::add", "2", trace));
}

TEST_F(CallContext, trace_headers_that_mean_nothing_are_not_passed_on_but_echoed) {
  for (const std::string_view more :
       {R"(,"traceparent":"")",
        R"(,"traceparent":"garbage","baggage":"")",
        R"(,"baggage":"no entry at all")"}) {
    scene.from(caller, call(uuid(1), "math::add", "1", more));
    scene.expect(
        target, invocation(uuid(1), "math::add", "1", R"(,"baggage":"iii.function.id=math::add")")
    );
    scene.from(target, no_result(uuid(1), "math::add"));
    scene.expect(caller, no_result(uuid(1), "math::add", more));
  }
}

TEST_F(CallContext, baggage_with_escapes_is_read_and_written_again) {
  scene.from(caller, call(uuid(1), "math::add", "1", R"(,"baggage":"k=\u0041\"")"));
  scene.expect(
      target,
      invocation(uuid(1), "math::add", "1", R"(,"baggage":"iii.function.id=math::add,k=A\"")")
  );
}

TEST_F(CallContext, void_calls_carry_the_trace_too) {
  const std::string trace = R"(,"traceparent":)" + std::string(traceparent);
  scene.from(caller, fire_and_forget("math::add", "1", trace));
  scene.expect_invocation(
      target, "math::add", "1", trace + R"(,"baggage":"iii.function.id=math::add")"
  );
}

// --- caller and observe_depth (spec: line-0.25 §3.1) ---

void announce(Scene& scene, const Peer& worker, std::string_view members) {
  scene.from(
      worker, fire_and_forget("engine::workers::register", "{" + std::string(members) + "}")
  );
  scene.expect_nothing_else();
}

TEST_F(
    CallContext, a_target_that_observes_learns_who_calls_with_the_identity_that_the_engine_knows
) {
  announce(scene, target, R"("features":["local-dispatch.v1","observe.v1"])");
  announce(scene, caller, R"("name":"shop")");
  scene.from(
      caller,
      call(
          uuid(1),
          "math::add",
          "1",
          R"(,"caller":{"worker_id":"forged","worker_name":"forged","function_id":"f",)"
          R"("parent":{"function_id":"g"}},"observe_depth":2)"
      )
  );
  scene.expect(
      target,
      invocation(
          uuid(1),
          "math::add",
          "1",
          R"(,"caller":{"worker_id":")" + caller.worker_id +
              R"(","function_id":"f","parent":{"function_id":"g"},"worker_name":"shop"},)"
              R"("observe_depth":2)"
      )
  );
}

TEST_F(CallContext, a_nameless_callers_forged_name_is_removed) {
  announce(scene, target, R"("features":["observe.v1"])");
  for (const std::string_view asserted : {R"({"worker_name":"forged"})", R"("nonsense")", "[]"}) {
    scene.from(caller, call(uuid(1), "math::add", "1", R"(,"caller":)" + std::string(asserted)));
    scene.expect(
        target,
        invocation(
            uuid(1), "math::add", "1", R"(,"caller":{"worker_id":")" + caller.worker_id + "\"}"
        )
    );
    scene.from(target, no_result(uuid(1), "math::add"));
    scene.expect_any(caller);
  }
}

TEST_F(CallContext, a_target_that_does_not_observe_is_not_told) {
  announce(scene, target, R"("features":["local-dispatch.v1","large-messages.v1"])");
  scene.from(
      caller, call(uuid(1), "math::add", "1", R"(,"caller":{"function_id":"f"},"observe_depth":1)")
  );
  scene.expect(target, invocation(uuid(1), "math::add", "1"));
}

TEST_F(CallContext, the_depth_is_passed_on_without_a_caller_and_only_if_it_is_a_number) {
  announce(scene, target, R"("features":["observe.v1"])");
  for (const auto& [sent, arrives] : std::vector<std::pair<std::string, std::string>>{
           {R"(,"observe_depth":7)", R"(,"observe_depth":7)"},
           {R"(,"observe_depth":4294967295)", R"(,"observe_depth":4294967295)"},
           {R"(,"observe_depth":4294967296)", ""},
           {R"(,"observe_depth":-1)", ""},
           {R"(,"observe_depth":1.5)", ""},
           {R"(,"observe_depth":"7")", ""},
       }) {
    scene.from(caller, call(uuid(1), "math::add", "1", sent));
    scene.expect(target, invocation(uuid(1), "math::add", "1", arrives));
    scene.from(target, no_result(uuid(1), "math::add"));
    scene.expect_any(caller);
  }
}

}  // namespace
}  // namespace iii::core
