#include "engine/config.hpp"

#include "base/limits.hpp"
#include "engine/log.hpp"

#include <iii/engine_error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace iii::engine {
namespace {

using namespace std::chrono_literals;

std::optional<std::string> some_variables(std::string_view name) {
  if (name == "PORT") {
    return "3111";
  }
  if (name == "WORD") {
    return "three";
  }
  if (name == "EMPTY") {
    return "";
  }
  if (name == "TRAP") {
    return "x\nport: 7  # \"";
  }
  return std::nullopt;
}

EngineResult<EngineConfig> parse(std::string_view text) {
  return parse_config(text, "f", some_variables);
}

std::string mistakes_of(std::string_view text) {
  const auto config = parse(text);
  return config ? "none" : config.error().message;
}

EngineConfig with(void (*change)(EngineConfig& config)) {
  EngineConfig config;
  change(config);
  return config;
}

EngineConfig with_listeners(std::vector<ListenerConfig> listeners) {
  EngineConfig config;
  config.listeners = std::move(listeners);
  return config;
}

EngineConfig with_port(std::uint16_t port) {
  return with_listeners({{.port = port}});
}

struct GoodCase {
  std::string_view name;
  std::string_view text;
  EngineConfig config;
};

class GoodConfig : public testing::TestWithParam<GoodCase> {};

TEST_P(GoodConfig, IsAccepted) {
  const auto config = parse(GetParam().text);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(*config, GetParam().config);
}

const GoodCase good_cases[] = {
    {"Empty", "", {}},
    {"CommentsOnly", "# nothing\n\n# here ${MISSING}\n", {}},
    {"NullDocument", "~", {}},
    {"EmptyList", "workers: []\n", {}},
    {"NullLists", "workers:\nmodules: null\n", {}},
    {"ByteOrderMark", "\xEF\xBB\xBFworkers: []", {}},
    {"CarriageReturns",
     "workers:\r\n  - name: iii-worker-manager\r\n    config:\r\n      port: 7\r\n",
     with_port(7)},
    {"MandatoryWorkersWithoutConfig",
     "workers:\n"
     "  - name: iii-worker-manager\n"
     "  - name: iii-engine-functions\n"
     "    config:\n"
     "  - name: iii-observability\n"
     "    config: {}\n"
     "  - name: iii-telemetry\n"
     "    image: null\n"
     "  - name: configuration\n",
     {}},
    {"ListenerWithEveryKey",
     "workers:\n"
     "  - name: iii-worker-manager\n"
     "    config:\n"
     "      host: 0.0.0.0\n"
     "      port: 65535\n"
     "      handshake_timeout_ms: 250\n"
     "      middleware_function_id: null\n"
     "      rbac: ~\n",
     with_listeners({{.host = "0.0.0.0", .port = 65535, .handshake_timeout = 250ms}})},
    {"AnyFreePortTwice",
     "workers:\n"
     "  - {name: iii-worker-manager, config: {port: 0}}\n"
     "  - {name: iii-worker-manager, config: {port: 0}}\n",
     with_listeners({{.port = 0}, {.port = 0}})},
    {"WorkersBeforeModules",
     "modules: [{name: iii-worker-manager, config: {port: 2, host: localhost}}]\n"
     "workers: [{name: iii-worker-manager, config: {port: 1, host: '::1'}}]\n",
     with_listeners({{.host = "::1", .port = 1}, {.host = "localhost", .port = 2}})},
    {"FunctionsWithEveryKey",
     "workers:\n"
     "  - name: iii-engine-functions\n"
     "    config: {invocation_deadline_ms: 60000, drain_timeout_ms: 0, compat: 0.11}\n",
     with([](EngineConfig& config) {
       config.compat = CompatLine::v0_11;
       config.invocation_deadline_max = 60s;
       config.drain_timeout = 0ms;
     })},
    {"QuotedCompat",
     "workers: [{name: iii-engine-functions, config: {compat: \"0.11\"}}]",
     with([](EngineConfig& config) { config.compat = CompatLine::v0_11; })},
    {"Logging",
     "workers: [{name: iii-observability, config: {level: 'debug,iii=trace', format: json}}]",
     with([](EngineConfig& config) {
       config.logging = {.level = LogLevel::debug, .format = LogFormat::json};
     })},
    {"LevelOffIsAWord",
     "workers: [{name: iii-observability, config: {level: off, format: default, alerts: null}}]",
     with([](EngineConfig& config) { config.logging.level = LogLevel::off; })},
    {"Cron", "workers: [{name: iii-cron}]", with([](EngineConfig& config) {
       config.has_cron = true;
     })},
    {"CronWithEveryKey",
     "modules:\n"
     "  - name: iii-cron\n"
     "    config:\n"
     "      adapter:\n"
     "        name: kv\n"
     "        config: {lock_ttl_ms: 45000, lock_index: nightly, store_method: in_memory,\n"
     "                 file_path: null, save_interval_ms: ~}\n",
     with([](EngineConfig& config) { config.has_cron = true; })},
    {"CronWithoutAdapter",
     "workers: [{name: iii-cron, config: {adapter: null}}]",
     with([](EngineConfig& config) { config.has_cron = true; })},
    {"TelemetryKeysWithoutEffect",
     "workers:\n"
     "  - name: iii-telemetry\n"
     "    config: {enabled: false, sdk_api_key: null, posthog_api_key: k, posthog_host: h,\n"
     "             heartbeat_interval_secs: 21600}\n",
     {}},
    {"Variable", "workers: [{name: iii-worker-manager, config: {port: ${PORT}}}]", with_port(3111)},
    {"VariableInParts",
     "workers:\n  - name: iii-${NONE:worker}-manager\n    config: {port: 1${NONE:2}3}\n",
     with_port(123)},
    {"DefaultOfAVariable",
     "workers:\n  - name: iii-worker-manager\n    config:\n      port: ${NONE:8} # ${MISSING}\n",
     with_port(8)},
    {"EmptyVariableIsNull", "workers: [{name: iii-worker-manager, config: ${EMPTY:{}}]", {}},
    {"HashInsideQuotesIsNoComment",
     "workers: [{name: iii-telemetry, config: {posthog_host: '# ${NONE:x}'}}]",
     {}},
    {"AnchorsAndAliases",
     "workers:\n"
     "  - name: iii-worker-manager\n"
     "    config: {port: 1, handshake_timeout_ms: &time 7}\n"
     "  - name: iii-worker-manager\n"
     "    config: {port: 2, handshake_timeout_ms: *time}\n",
     with_listeners({{.port = 1, .handshake_timeout = 7ms}, {.port = 2, .handshake_timeout = 7ms}})
    },
};

INSTANTIATE_TEST_SUITE_P(Files, GoodConfig, testing::ValuesIn(good_cases), [](const auto& each) {
  return std::string(each.param.name);
});

struct BadCase {
  std::string_view name;
  std::string_view text;
  std::string_view mistakes;
};

class BadConfig : public testing::TestWithParam<BadCase> {};

TEST_P(BadConfig, IsRefusedWithEveryPlace) {
  EXPECT_EQ(mistakes_of(GetParam().text), GetParam().mistakes);
}

const BadCase bad_cases[] = {
    {"TopLevelKey", "workers: []\nport: 7\n", "f:2:1: port: unknown key; known are workers, modules"
    },
    {"TopLevelSlip", "worker: []\n", "f:1:1: worker: unknown key; did you mean 'workers'?"},
    {"NewerTopLevelKey",
     "registration_namespace_grace_ms: 5\n",
     "f:1:1: registration_namespace_grace_ms: the reference system knows this key, but it is not "
     "available in this version of iiid; remove it"},
    {"TopLevelList",
     "- name: iii-worker-manager\n",
     "f:1:1: must be a mapping of keys and values, not a list"},
    {"TopLevelText", "hello\n", "f:1:1: must be a mapping of keys and values, not the text 'hello'"
    },
    {"WorkersAsMapping",
     "workers:\n  name: x\n",
     "f:2:3: workers: must be a list of workers, not a mapping"},
    {"EntryWithoutName",
     "workers:\n  - image: x\n  -\n  - class: y\n",
     "f:2:5: workers[0]: a worker needs the key 'name'\n"
     "f:4:3: workers[1]: a worker needs the key 'name'\n"
     "f:4:5: workers[2]: a worker needs the key 'name'\n"
     "f:4:5: workers[2].class: unknown key; known are name, image, config; settings of "
     "the worker stand under config"},
    {"EntryAsText",
     "workers: [iii-worker-manager]\n",
     "f:1:11: workers[0]: must be a mapping of keys and values, not the text 'iii-worker-manager'"},
    {"NameAsNumber",
     "workers:\n  - name: 5\n  - name: true\n  - name:\n  - name: []\n",
     "f:2:11: workers[0].name: must be a text, not the number '5'; write it in quotes\n"
     "f:3:11: workers[1].name: must be a text, not the boolean 'true'; write it in quotes\n"
     "f:4:5: workers[2].name: must be a text, not nothing\n"
     "f:5:11: workers[3].name: must be a text, not a list"},
    {"EntryKeys",
     "workers:\n  - name: iii-worker-manager\n    conifg: {port: 7}\n    x: 1\n",
     "f:3:5: workers[0].conifg: unknown key; did you mean 'config'?\n"
     "f:4:5: workers[0].x: unknown key; known are name, image, config; settings of the worker "
     "stand under config"},
    {"HttpOnThePortOfWorkers",
     "workers:\n  - name: iii-http\n    config: {port: 49134}\n",
     "f:3:20: workers[0].config.port: iii-worker-manager listens on 127.0.0.1:49134 already"},
    {"UnknownWorkers",
     "workers:\n  - name: iii-worker-manger\n  - name: http\n  - name: mailer\n    image: a/b\n",
     "f:2:11: workers[0].name: unknown worker 'iii-worker-manger'; did you mean "
     "'iii-worker-manager'?\n"
     "f:3:11: workers[1].name: unknown worker 'http'; did you mean 'iii-http'?\n"
     "f:4:11: workers[2].name: unknown worker 'mailer'; external workers are not started by this "
     "version of iiid"},
    {"UnavailableWorker",
     "modules:\n  - name: iii-queue\n    config: {anything: [1]}\n",
     "f:2:11: modules[0].name: the worker 'iii-queue' is not available in this version of iiid"},
    {"CronTwice",
     "workers:\n  - name: iii-cron\n  - name: iii-cron\n",
     "f:3:11: workers[1].name: the worker 'iii-cron' is listed twice"},
    {"CronWithMistakes",
     "workers:\n"
     "  - name: iii-cron\n"
     "    config:\n"
     "      timezone: Europe/Berlin\n"
     "      adapter:\n"
     "        name: kv\n"
     "        redis_url: redis://h\n"
     "        config:\n"
     "          lock_ttl_ms: 0\n"
     "          lock_index: 7\n"
     "          store_method: file_based\n"
     "          file_path: /var/lib/locks\n",
     "f:4:7: workers[0].config.timezone: unknown key; known are adapter\n"
     "f:7:9: workers[0].config.adapter.redis_url: unknown key; known are config, name\n"
     "f:9:24: workers[0].config.adapter.config.lock_ttl_ms: must be a whole number of at least "
     "1, not the number '0'\n"
     "f:10:23: workers[0].config.adapter.config.lock_index: must be a text, not the number '7'\n"
     "f:11:25: workers[0].config.adapter.config.store_method: must be 'in_memory': this version "
     "of iiid keeps no locks in files\n"
     "f:12:11: workers[0].config.adapter.config.file_path: the reference system knows this key, "
     "but it is not available in this version of iiid; remove it"},
    {"CronWithAnotherAdapter",
     "workers:\n"
     "  - name: iii-cron\n"
     "    config: {adapter: {name: redis, config: {redis_url: x}}}\n",
     "f:3:30: workers[0].config.adapter.name: the adapter 'redis' is not available in this "
     "version of iiid"},
    {"CronWithAnUnknownAdapter",
     "workers: [{name: iii-cron, config: {adapter: {name: etcd}}}]",
     "f:1:53: workers[0].config.adapter.name: Adapter factory 'etcd' not found. Available: [kv]"},
    {"CronWithANamelessAdapter",
     "workers: [{name: iii-cron, config: {adapter: {config: {}}}}]",
     "f:1:46: workers[0].config.adapter: an adapter needs the key 'name'"},
    {"CronWithAnAdapterThatIsNone",
     "workers: [{name: iii-cron, config: {adapter: kv}}]",
     "f:1:46: workers[0].config.adapter: must be a mapping of keys and values, not "
     "the text 'kv'"},
    {"ImageOfABuiltInWorker",
     "workers:\n  - name: iii-telemetry\n    image: x\n",
     "f:3:12: workers[0].image: the worker 'iii-telemetry' is built in and cannot have an image"},
    {"WorkerTwice",
     "workers:\n  - name: iii-telemetry\nmodules:\n  - name: iii-telemetry\n",
     "f:4:11: modules[0].name: the worker 'iii-telemetry' is listed twice"},
    {"ListenerTwiceWithoutConfig",
     "workers:\n  - name: iii-worker-manager\n  - name: iii-worker-manager\n    config:\n",
     "f:3:11: workers[1].config.port: another iii-worker-manager entry listens on 127.0.0.1:49134 "
     "already"},
    {"ListenerTwice",
     "workers:\n  - name: iii-worker-manager\n  - name: iii-worker-manager\n"
     "    config:\n      port: 49134\n",
     "f:5:13: workers[1].config.port: another iii-worker-manager entry listens on 127.0.0.1:49134 "
     "already"},
    {"ListenerValues",
     "workers:\n"
     "  - name: iii-worker-manager\n"
     "    config:\n"
     "      prot: 7\n"
     "      port: 65536\n"
     "      host: \"a b\"\n"
     "      handshake_timeout_ms: 0\n"
     "      rbac: {}\n"
     "      middleware_function_id: f\n",
     "f:4:7: workers[0].config.prot: unknown key; did you mean 'port'?\n"
     "f:5:13: workers[0].config.port: must be a whole number from 0 to 65535, not the number "
     "'65536'\n"
     "f:6:13: workers[0].config.host: must be an IP address or a host name, not 'a b'\n"
     "f:7:29: workers[0].config.handshake_timeout_ms: must be a whole number from 1 to 600000, not "
     "the number '0'\n"
     "f:8:7: workers[0].config.rbac: the reference system knows this key, but it is not available "
     "in this version of iiid; remove it\n"
     "f:9:7: workers[0].config.middleware_function_id: the reference system knows this key, but it "
     "is not available in this version of iiid; remove it"},
    {"PortsThatAreNone",
     "workers:\n"
     "  - {name: iii-worker-manager, config: {port: \"7\"}}\n"
     "  - {name: iii-worker-manager, config: {port: -1}}\n"
     "  - {name: iii-worker-manager, config: {port: 1.5}}\n"
     "  - {name: iii-worker-manager, config: {port: 0x10}}\n"
     "  - {name: iii-worker-manager, config: {port: }}\n"
     "  - {name: iii-worker-manager, config: {port: [1]}}\n"
     "  - {name: iii-worker-manager, config: {port: 99999999999999999999}}\n",
     "f:2:47: workers[0].config.port: must be a whole number from 0 to 65535, not the text '7'; "
     "write it without quotes\n"
     "f:3:47: workers[1].config.port: must be a whole number from 0 to 65535, not the number '-1'\n"
     "f:4:47: workers[2].config.port: must be a whole number from 0 to 65535, not the number "
     "'1.5'\n"
     "f:5:47: workers[3].config.port: must be a whole number from 0 to 65535, not the number "
     "'0x10'\n"
     "f:6:41: workers[4].config.port: must be a whole number from 0 to 65535, not nothing\n"
     "f:7:47: workers[5].config.port: must be a whole number from 0 to 65535, not a list\n"
     "f:8:47: workers[6].config.port: must be a whole number from 0 to 65535, not the number "
     "'99999999999999999999'"},
    {"ConfigAsText",
     "workers:\n  - name: iii-telemetry\n    config: yes\n",
     "f:3:13: workers[0].config: must be a mapping of keys and values, not the text 'yes'"},
    {"TelemetryTypes",
     "workers:\n  - name: iii-telemetry\n    config: {enabled: 1, sdk_api_key: 2, x: 3}\n",
     "f:3:23: workers[0].config.enabled: must be true or false, not the number '1'\n"
     "f:3:39: workers[0].config.sdk_api_key: must be a text, not the number '2'\n"
     "f:3:42: workers[0].config.x: unknown key; known are enabled, sdk_api_key, posthog_api_key, "
     "posthog_host, heartbeat_interval_secs"},
    {"Observability",
     "workers:\n"
     "  - name: iii-observability\n"
     "    config:\n"
     "      level: loud\n"
     "      format: xml\n"
     "      exporter: memory\n"
     "      leevl: info\n",
     "f:4:14: workers[0].config.level: unknown log level 'loud'; use trace, debug, info, warn, "
     "error or off\n"
     "f:5:15: workers[0].config.format: unknown log format 'xml'; use human or json\n"
     "f:6:7: workers[0].config.exporter: the reference system knows this key, but it is not "
     "available in this version of iiid; remove it\n"
     "f:7:7: workers[0].config.leevl: unknown key; did you mean 'level'?"},
    {"Functions",
     "workers:\n"
     "  - name: iii-engine-functions\n"
     "    config: {compat: 0.23, drain_timeout_ms: 5s, invocation_deadline_ms: 0}\n",
     "f:3:22: workers[0].config.compat: must be 0.11 or 0.22, not the number '0.23'\n"
     "f:3:46: workers[0].config.drain_timeout_ms: must be a whole number from 0 to 600000, not the "
     "text '5s'\n"
     "f:3:74: workers[0].config.invocation_deadline_ms: must be a whole number from 1 to "
     "604800000, not the number '0'"},
    {"SlipOfAnUnavailableKey",
     "workers: [{name: iii-observability, config: {exportr: memory}}]",
     "f:1:46: workers[0].config.exportr: unknown key; 'exporter' is not available in this version "
     "of iiid"},
    {"Configuration",
     "workers:\n  - name: configuration\n    config: {ttl_seconds: 1}\n",
     "f:3:14: workers[0].config.ttl_seconds: the reference system knows this key, but it is not "
     "available in this version of iiid; remove it"},
    {"KeyTwice", "workers: []\nworkers: []\n", "f:2:1: the key 'workers' is given twice"},
    {"KeyThatIsNoText", "[a]: b\n", "f:1:1: a key must be a text, not a list"},
    {"ControlCharactersInNames",
     "\"a\\nb\": 1\nworkers: [{name: \"x\\ny\"}]\n",
     "f:1:1: a\\nb: unknown key; known are workers, modules\n"
     "f:2:18: workers[0].name: unknown worker 'x\\ny'; external workers are not started by this "
     "version of iiid"},
    {"EveryMissingVariable",
     "# ${IN_A_COMMENT}\n"
     "workers:\n"
     "  - name: iii-worker-manager\n"
     "    config:\n"
     "      host: é${A}\n"
     "      port: ${B} # ${C}\n"
     "  - name: ${D}\n"
     "    x: 1\n",
     "f:5:14: workers[0].config.host: the environment variable A is not set; set it or write a "
     "default: ${A:default}\n"
     "f:6:13: workers[0].config.port: the environment variable B is not set; set it or write a "
     "default: ${B:default}\n"
     "f:7:11: workers[1].name: the environment variable D is not set; set it or write a "
     "default: ${D:default}\n"
     "f:8:5: workers[1].x: unknown key; known are name, image, config; settings of the worker "
     "stand "
     "under config"},
    {"VariableOfAnotherType",
     "workers: [{name: iii-worker-manager, config: {port: ${WORD}, host: ${PORT}}}]",
     "f:1:53: workers[0].config.port: must be a whole number from 0 to 65535, not the text "
     "'three'\n"
     "f:1:68: workers[0].config.host: must be a text, not the number '3111'; write it in quotes"},
    {"VariableThatWouldAddKeys",
     "workers:\n  - name: iii-worker-manager\n    config:\n      host: ${TRAP}\n",
     "f:4:13: workers[0].config.host: must be an IP address or a host name, not "
     "'x\\nport: 7  # \"'"},
    {"NoYaml", "workers: [\n", "f:2:1: not valid YAML: end of sequence flow not found"},
    {"TabsAsIndentation",
     "workers:\n\t- name: x\n",
     "f:2:2: not valid YAML: illegal block entry; indent by spaces, the line begins with a tab"},
    {"YamlErrorWithAControlCharacter",
     "\"a \\",
     "f:1:5: not valid YAML: unknown escape character: \\x04"},
    {"TwoDocuments",
     "workers: []\n---\nmodules: []\n",
     "f:3:1: only one YAML document is allowed in the file"},
    {"UnknownAlias", "workers: *a\n", "f:1:10: not valid YAML: the referenced anchor is not defined"
    },
    {"Tags", "workers: !list []\n", "f:1:10: YAML tags other than !!str are not supported"},
    {"NoUtf8", "# ok\n# \xFF\n", "f:2:3: the file is not UTF-8 text"},
    {"NulByte", std::string_view("a\0b", 3), "f:1:2: control characters are not allowed"},
    {"MarkerCharacter", "a: \xEE\x80\x80", "f:1:4: the characters U+E000 and U+E001 are not allowed"
    },
};

INSTANTIATE_TEST_SUITE_P(Files, BadConfig, testing::ValuesIn(bad_cases), [](const auto& each) {
  return std::string(each.param.name);
});

TEST(Config, RefusesATextAboveTheLimit) {
  const std::string text(base::limits::config_bytes_max + 1, '\n');
  EXPECT_EQ(mistakes_of(text), "f:1:1: the file has more than 1048576 bytes");
}

TEST(Config, RefusesNestingAboveTheLimit) {
  const std::size_t depth = base::limits::config_depth_max;
  const std::string deepest = std::string(depth, '[') + std::string(depth, ']');
  EXPECT_EQ(mistakes_of(deepest), "f:1:1: must be a mapping of keys and values, not a list");
  EXPECT_EQ(
      mistakes_of("[" + deepest + "]"),
      "f:1:" + std::to_string(depth + 1) + ": not valid YAML: nested deeper than 32 levels"
  );
  EXPECT_THAT(mistakes_of(std::string(100'000, '[')), testing::HasSubstr("nested deeper"));
}

TEST(Config, ShowsABoundedNumberOfMistakes) {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "key" + std::to_string(i) + ": 1\n";
  }
  const ConfigReading reading = read_config(text, some_variables);
  ASSERT_EQ(reading.mistakes.size(), base::limits::config_mistakes_max);
  EXPECT_EQ(to_string(reading.mistakes.back(), "f"), "f:100:1: 901 more mistakes from here on");
}

TEST(Config, BoundsTheNumberOfListeners) {
  std::string text = "workers:\n";
  for (std::size_t i = 0; i <= base::limits::listeners_max; ++i) {
    text += "  - {name: iii-worker-manager, config: {port: 0}}\n";
  }
  EXPECT_EQ(
      mistakes_of(text),
      "f:1026:47: workers[1024].config.port: more than 1024 iii-worker-manager entries"
  );
}

TEST(Config, BoundsTheTextOfVariables) {
  const Environment large = [](std::string_view /*name*/) { return std::string(600'000, 'x'); };
  const auto config = parse_config("a: ${A}\nb: ${B}\n", "f", large);
  ASSERT_FALSE(config);
  EXPECT_EQ(
      config.error().message,
      "f:2:4: not valid YAML: the values of the environment variables are too long"
  );
}

TEST(Config, SurvivesATreeThatContainsItself) {
  EXPECT_THAT(mistakes_of("workers: &a [*a]\n"), testing::HasSubstr("must be a mapping"));
  EXPECT_THAT(mistakes_of("&a {workers: [*a]}\n"), testing::HasSubstr("needs the key 'name'"));
}

TEST(Config, ChecksHosts) {
  for (const std::string_view host : {"127.0.0.1", "::1", "fe80::1%eth0", "a-b.example", "x_y"}) {
    EXPECT_TRUE(check_host(host)) << host;
  }
  for (const std::string& host :
       {std::string(),
        std::string("a b"),
        std::string("h\n"),
        std::string("http://h"),
        std::string(254, 'a')}) {
    EXPECT_FALSE(check_host(host)) << host;
  }
}

}  // namespace
}  // namespace iii::engine
